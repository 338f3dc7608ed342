"""Signed calls of those who act in a drill: each from its own address, tried once, over HTTP as any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.account.account import AccessKey
from sandbox.account.world import HOME_REGION
from sandbox.iam.sessions import Session


@dataclass(frozen=True, slots=True)
class Temporary:
    """Credentials of a session as STS hands them out."""

    access_key_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)


Credentials = AccessKey | Session | Temporary


@dataclass(frozen=True, slots=True)
class Place:
    """Where someone calls from, and with what."""

    address: str
    agent: str


@dataclass(slots=True)
class Callers:
    """Clients of one endpoint, each made when it is first needed and closed at the end."""

    endpoint_url: str
    _session: boto3.Session = field(default_factory=boto3.Session)
    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    on_close: list[Callable[[], None]] = field(default_factory=list)

    def client(self, service: str, key: Credentials, place: Place) -> Any:
        named = (service, key.access_key_id, place.address)
        if named not in self._clients:
            self._clients[named] = self._made(service, key, place)
        return self._clients[named]

    def _made(self, service: str, key: Credentials, place: Place) -> Any:
        secret, token = (
            (key.secret_access_key, None) if isinstance(key, AccessKey) else (key.secret, key.token)
        )
        made = self._session.client(
            service,
            region_name=HOME_REGION,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=botocore.config.Config(
                retries={"total_max_attempts": 1},
                connect_timeout=2,
                read_timeout=5,
                proxies={},
                user_agent=place.agent,
            ),
        )

        def from_there(request: Any, **_: Any) -> None:
            request.headers["X-Forwarded-For"] = place.address

        made.meta.events.register("before-sign", from_there)
        return made

    def close(self) -> None:
        for each in self._clients.values():
            each.close()
        self._clients.clear()
        while self.on_close:
            self.on_close.pop()()


def allowed(call: Callable[..., object], **params: object) -> bool:
    """Whether AWS let the call through."""
    try:
        call(**params)
    except (ClientError, BotoCoreError):
        return False
    return True
