"""Credentials of a role on top of those that a session has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from services.aws.credentials.found import Found
from services.aws.credentials.signer import Find, Signer
from services.aws.credentials.source import UNKNOWN, Source, role_name


class Asking(Protocol):
    @property
    def source(self) -> Source | None: ...

    async def read(
        self, service: str, operation: str, *, region: str | None = None, **params: Any
    ) -> Any: ...


def by_role(base: Asking, role_arn: str) -> Find:
    """What finds credentials of that role, asked for with *base*'s own."""

    async def find(signer: Signer) -> Found:
        params = {"RoleArn": role_arn, "RoleSessionName": "stanch"}
        made = (await base.read("sts", "AssumeRole", **params))["Credentials"]
        return Found(
            made["AccessKeyId"],
            made["SecretAccessKey"],
            made["SessionToken"],
            expires=made["Expiration"],
            source=replace(base.source or UNKNOWN, role=role_name(role_arn)),
        )

    return find
