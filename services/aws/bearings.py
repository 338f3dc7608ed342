"""What a session knows of where its calls go: the account it is to be and is, the role, the endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.aws import endpoints
from services.aws.errors import WrongAccount
from services.aws.where import Where
from services.base.arn import partition_in
from services.base.text import clean


@dataclass(slots=True)
class Bearings:
    """*expected* is the account that was named, *known* AWS's answer; *given* are endpoints by service."""

    expected: str | None = None
    role_arn: str | None = None
    state_dir: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    known: str | None = None
    home: str | None = None
    asked_role: str | None = field(init=False)
    """The role that was named; *role_arn* may also be one that is configured for the account."""
    found: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.asked_role = self.role_arn

    def go_by(self, role_arn: str) -> None:
        """Remember the role that led to the account."""
        self.role_arn = role_arn

    @property
    def unchecked(self) -> bool:
        """Whether an account was named, and AWS was not asked yet."""
        return self.expected is not None and self.known is None

    def opened(self, session: Any) -> None:
        """Take what botocore's *session* has configured."""
        self.found = dict(endpoints.configured(session)) | dict(self.given)

    def connected(self, service: str, meta: Any) -> None:
        """What a client was made for counts more than what is configured."""
        if endpoints.is_own(meta.endpoint_url, meta.service_model.endpoint_prefix):
            self.found.pop(service, None)
        else:
            self.found[service] = meta.endpoint_url

    def learn(self, caller: Mapping[str, Any]) -> str | None:
        """The account, from GetCallerIdentity's answer; raises WrongAccount where another was named."""
        account = clean(caller.get("Account") or "")
        if self.expected and account != self.expected:
            partition = partition_in(clean(caller.get("Arn") or ""))
            raise WrongAccount(f"arn:{partition}:sts::{account}:", self.expected)
        self.known = account or None
        return self.known

    def where(self, profile: str | None, regions: tuple[str, ...]) -> Where:
        account = self.known or self.expected
        return Where(account, profile, self.role_arn, regions, self.home, dict(self.found), self.state_dir)
