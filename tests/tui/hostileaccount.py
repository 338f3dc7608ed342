"""A program for a pty: stanch on an account where every name and every sentence was written by an attacker.

What AWS answers is spoilt before the services see it, and what they ask is made good again, so that the
account goes on answering. With ``uncleaned`` nothing is cleaned at the border, as if that had failed.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import services.base.text
from services.aws.session import AwsSession
from tests.tui.hostile import STRINGS
from tui.app.app import StanchApp
from tui.settings.options import Options

WRITTEN = {
    "UserName",
    "PolicyName",
    "PolicyNames",
    "GroupName",
    "AccountAliases",
    "ServiceCredentialAlias",
    "ServiceUserName",
    "logGroupName",
    "kmsKeyId",
    "Message",
    "Name",
    "userAgent",
    "sourceIPAddress",
    "errorMessage",
    "errorCode",
}
"""The fields whose text somebody chose; those of CloudTrail's records among them."""

REVIEWED = "cloudwatch-logs-hlc"
"""This user's own name stays: it is looked for in records, where it has another field."""

_EVENT = "CloudTrailEvent"


def tag(place: str) -> str:
    """What marks a text of that *place* on the screen."""
    return f"<{place}>"


class Spoiler:
    """Each text gets one of STRINGS before it, always the same one, so that it is one and the same name."""

    def __init__(self) -> None:
        self._spoilt: dict[str, str] = {}
        self._good: dict[str, str] = {}

    def spoil(self, found: Any, place: str = "") -> Any:
        if isinstance(found, dict):
            return {
                name: value if name == "ResponseMetadata" else self.spoil(value, name)
                for name, value in found.items()
            }
        if isinstance(found, list):
            return [self.spoil(each, place) for each in found]
        if isinstance(found, str) and place == _EVENT:
            return json.dumps(self.spoil(json.loads(found)))
        if isinstance(found, str) and place in WRITTEN and found != REVIEWED:
            return self._write(found, place)
        return found

    def _write(self, text: str, place: str) -> str:
        if text not in self._spoilt:
            evil = STRINGS[len(self._spoilt) % len(STRINGS)]
            spoilt = f"{tag(place)}{text}{evil}" if len(evil) > 1_000 else f"{evil}{tag(place)}{text}"
            self._spoilt[text] = spoilt
            for known in (spoilt, services.base.text.clean(spoilt)):
                self._good[known] = text
        return self._spoilt[text]

    def mend(self, asked: Any) -> Any:
        if isinstance(asked, dict):
            return {name: self.mend(value) for name, value in asked.items()}
        if isinstance(asked, list | tuple):
            return [self.mend(each) for each in asked]
        return self._good.get(asked, asked) if isinstance(asked, str) else asked


class SpoiltObject:
    """A trail's object as it is read: the same event comes by the history too, and must be the same."""

    def __init__(self, body: Any, spoiler: Spoiler) -> None:
        self._body = body
        self._spoiler = spoiler

    async def __aenter__(self) -> SpoiltObject:
        async with self._body as stream:
            records = json.loads(gzip.decompress(await stream.read()))
        spoilt = json.dumps(self._spoiler.spoil(records)).encode()
        self._rest = io.BytesIO(gzip.compress(spoilt))
        return self

    async def __aexit__(self, *error: object) -> None:
        self._rest.close()

    async def read(self, size: int) -> bytes:
        return self._rest.read(size)


class HostileSession(AwsSession):
    def __init__(self, spoiler: Spoiler, **options: Any) -> None:
        super().__init__(**options)
        self._spoiler = spoiler
        self._spoilt: set[int] = set()

    async def client(self, service: str, region: str | None = None, *, once: bool = False) -> Any:
        client = await super().client(service, region, once=once)
        if id(client) not in self._spoilt:
            self._spoilt.add(id(client))
            client.meta.events.register("after-call", self._answered)
            client.meta.events.register("provide-client-params", self._asked)
        return client

    def _answered(self, parsed: dict[str, Any], **_: Any) -> None:
        parsed.update(self._spoiler.spoil(parsed))
        if "Body" in parsed:
            parsed["Body"] = SpoiltObject(parsed["Body"], self._spoiler)

    def _asked(self, params: dict[str, Any], **_: Any) -> Any:
        return self._spoiler.mend(params)


def main() -> None:
    state, *how = sys.argv[1:]
    uncleaned = "uncleaned" in how
    if uncleaned:
        services.base.text._UNSAFE = re.compile("[\ud800-\udfff]")  # no file takes those
    spoiler = Spoiler()

    @asynccontextmanager
    async def connect() -> AsyncIterator[AwsSession]:
        async with HostileSession(spoiler, regions=("us-east-1",), read_only=uncleaned) as aws:
            yield aws

    app = StanchApp(Options(state_dir=Path(state), connect=connect, read_only=uncleaned))
    app.run()
    sys.exit(app.return_code)


if __name__ == "__main__":
    main()
