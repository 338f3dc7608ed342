"""The calls that matter in themselves, from the table in actions.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

from services.review.conditions import CONDITIONS, Condition

Severity: TypeAlias = Literal["high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info")


@dataclass(frozen=True, slots=True)
class Action:
    """What a call does for an intruder; *when* is None where every such call matters."""

    events: tuple[str, ...]
    kind: str
    severity: Severity
    technique: str
    why: str
    next: str
    when: Condition | None = None
    sources: tuple[str, ...] = ()


_VERSION = re.compile(r"\d{8}(v\d+)?$")


@cache
def table() -> tuple[Action, ...]:
    """Every row, in its order."""
    rows = tomllib.loads(resources.files(__package__).joinpath("actions.toml").read_text("utf-8"))["action"]
    return tuple(
        Action(
            **row
            | {
                "events": tuple(row["events"]),
                "sources": tuple(row.get("sources", ())),
                "when": CONDITIONS[row["when"]] if "when" in row else None,
            }
        )
        for row in rows
    )


@cache
def _by_name() -> Mapping[str, tuple[Action, ...]]:
    rows: dict[str, tuple[Action, ...]] = {}
    for action in table():
        for name in action.events:
            rows[name] = (*rows.get(name, ()), action)
    return rows


def base_name(event_name: str) -> str:
    """The event's name without the API's version, which Lambda and CloudFront put behind it."""
    return _VERSION.sub("", event_name)


def rows_for(event_name: str, source: str) -> Iterator[Action]:
    """The rows for an event of that name and service, the first of them first."""
    for action in _by_name().get(base_name(event_name), ()):
        if not action.sources or source in action.sources:
            yield action


ON_THE_USER = frozenset(
    {
        "CreateServiceSpecificCredential",
        "ResetServiceSpecificCredential",
        "UpdateServiceSpecificCredential",
        "DeleteServiceSpecificCredential",
        "CreateAccessKey",
        "UpdateAccessKey",
        "CreateLoginProfile",
        "UpdateLoginProfile",
        "AttachUserPolicy",
        "DetachUserPolicy",
        "PutUserPolicy",
        "DeleteUserPolicy",
        "AddUserToGroup",
        "UploadSSHPublicKey",
        "EnableMFADevice",
        "DeactivateMFADevice",
        "UpdateUser",
    }
)
"""Done to the subject by others: the responder's own steps are among them."""
