"""Where a printed command acts, so that elsewhere it refuses: the one place that makes such commands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import LiteralString

from services.aws import endpoints
from services.aws.call import Call, kebab
from services.quoting.shell import NOT_PRINTABLE, ShellCommand, command, option
from services.quoting.shell import options as given_options

_OF_THE_CLI = {"s3": "s3api"}
"""Services that the AWS CLI has under another name."""

# The AWS CLI takes what such a value names in its place, and argparse loses a value of two dashes.
_TAKEN_OTHERWISE = re.compile(r"(file|fileb|https?)://|--\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Where:
    """The account and how it was reached; *regions* are those named, *home* is where a call without one goes.

    *endpoints* are those that are not AWS's own, by service. *state_dir* is where the cases are, if named.
    """

    account: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    regions: tuple[str, ...] = ()
    home: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)
    state_dir: str | None = None

    @property
    def endpoint(self) -> str | None:
        """The endpoints in words; None where they are AWS's own."""
        return endpoints.in_words(self.endpoints)

    @property
    def text(self) -> str:
        """``account 111122223333, endpoint http://127.0.0.1:5000``"""
        parts = (
            f"account {self.account}" if self.account else None,
            f"role {self.role_arn}" if self.role_arn else None,
            f"endpoint {self.endpoint}" if self.endpoint else None,
        )
        return ", ".join(filter(None, parts)) or "account not known yet"

    def as_json(self) -> dict[str, object]:
        return {"endpoint": self.endpoint}

    def journaled(self) -> dict[str, object]:
        """What a case's first line says beside the account; nothing where nothing is out of the ordinary."""
        role = {"role_arn": self.role_arn} if self.role_arn else {}
        return role | (
            {"endpoint": self.endpoint, "endpoints": dict(self.endpoints)} if self.endpoints else {}
        )

    @classmethod
    def of_case(cls, opened: Mapping[str, object]) -> Where:
        """Where the case with that first line is of."""
        urls = opened.get("endpoints")
        known = {str(name): str(url) for name, url in urls.items()} if isinstance(urls, Mapping) else {}
        account = opened.get("account")
        return cls(str(account) if account else None, endpoints=known)

    def has(self, opened: Mapping[str, object]) -> bool:
        """Whether the case with that first line is of this account, as what it names as its endpoint has it.

        A simulated account has the numbers, and the ids, of another one. Where a case names none, it was
        opened at AWS itself, or by whoever did not say.
        """
        return Where.of_case(opened).account == self.account and self.other_endpoint(opened) is None

    def other_endpoint(self, opened: Mapping[str, object]) -> str | None:
        """The endpoint that the case with that first line names, where another one is asked here."""
        there = endpoints.not_of_aws(Where.of_case(opened).endpoints)
        return None if there == endpoints.not_of_aws(self.endpoints) else there

    def aws(self, call: Call, *more: str) -> ShellCommand:
        """The AWS CLI's command for *call*, after one that lets it pass in its own account alone."""
        service = _OF_THE_CLI.get(call.service, call.service)
        region = call.region or self.home
        there = self._there(call.service, region)
        made = command("aws", service, kebab(call.operation), *_parameters(call.params), *more, *there)
        if self.account is None or made is NOT_PRINTABLE:
            return made
        # It may be a journal's word; a pattern would let the command pass in any account.
        if not re.fullmatch(r"\d{12}", self.account, re.ASCII):
            return NOT_PRINTABLE
        ask = command("aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text")
        ask = ShellCommand((*ask.tokens, *command(*self._there("sts", region)).tokens))
        return ask.then("|", command("grep", "-qx", self.account)).then("&&", made)

    def stanch(
        self,
        name: LiteralString,
        *arguments: str,
        options: Sequence[LiteralString | tuple[LiteralString, str]] = (),
        region: str | None = None,
    ) -> ShellCommand:
        """This program's own command; *region* stands for those that are named."""
        given: list[str] = []
        for each in options:
            given += (each,) if isinstance(each, str) else option(*each)
        # What begins like an option stands behind the last of them.
        last = any(each.startswith("-") for each in arguments)
        words = (*given, "--", *arguments) if last else (*arguments, *given)
        return command("stanch", *self._bound(region), *name.split(), *words)

    def _bound(self, region: str | None) -> Iterator[str]:
        """The options before the command's name."""
        yield from given_options(
            {"--profile": self.profile, "--account": self.account, "--role-arn": self.role_arn}
        )
        for each in (region,) if region else self.regions:
            yield from option("--region", each)
        urls = set(self.endpoints.values())
        if len(urls) == 1 and self.endpoints.keys() >= set(endpoints.SERVICES):
            yield from option("--endpoint-url", urls.pop())
        else:
            for service, url in self.endpoints.items():
                yield from option("--endpoint-url", f"{service}={url}")
        yield from given_options({"--state-dir": self.state_dir})

    def _there(self, service: str, region: str | None) -> Sequence[str]:
        # A role's credentials are nobody's profile: whoever has them has them in the environment.
        profile = None if self.role_arn else self.profile
        endpoint = self.endpoints.get(service)
        return [*given_options({"--region": region, "--profile": profile, "--endpoint-url": endpoint})]


def _parameters(params: Mapping[str, object]) -> Iterator[str]:
    if any(isinstance(value, str) and _TAKEN_OTHERWISE.match(value) for value in params.values()):
        yield from ("--cli-input-json", json.dumps(dict(params)))
        return
    for name, value in params.items():
        flag = "--" + kebab(name)
        match value:
            case True:
                yield flag
            case False:
                yield "--no-" + kebab(name)
            case str() | int():
                yield from option(flag, str(value))
            case _:
                yield from option(flag, json.dumps(value))
