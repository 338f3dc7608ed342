"""What an audit looks at: read from AWS once, judged afterwards without asking anything more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.audit.doctor import Recorded
from services.audit.model import Limits
from services.aws.accessanalyzer import Analyzed
from services.aws.call import Call
from services.aws.iam import AccessKey
from services.aws.logs import LogGroup
from services.aws.secretsmanager import SecretEntry
from services.aws.where import Where
from services.keys.inventory import Key
from services.review.trails import TrailState


@dataclass(frozen=True, slots=True)
class Grant:
    """A policy that speaks for a user; *remove* takes it, or the user's group, away."""

    name: str
    document: Mapping[str, Any]
    remove: Call


@dataclass(frozen=True, slots=True)
class UserFacts:
    """A user who holds a key that works; None where a part could not be read.

    *grants* and *boundary* are whole or None: half of a user's policies tell nothing of its rights.
    *accessed* is by namespace when the user last reached a service, None for never.
    """

    name: str
    arn: str | None = None
    grants: tuple[Grant, ...] | None = None
    boundary: Mapping[str, Any] | None = None
    quarantine: str | None = None
    quarantine_document: Mapping[str, Any] | None = None
    access_keys: tuple[AccessKey, ...] | None = None
    has_login: bool | None = None
    accessed: Mapping[str, datetime | None] | None = None
    secrets: tuple[SecretEntry, ...] = ()
    """What this program, of this version or an earlier one, stored of its keys."""

    @property
    def signs_otherwise(self) -> bool | None:
        """Whether the user can call AWS by other means than its API keys; None where that is not known."""
        if self.has_login or any(key.status == "Active" for key in self.access_keys or ()):
            return True
        return None if self.access_keys is None or self.has_login is None else False


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A log group that takes bearer tokens, and when bytes last came in: None for never, or not read."""

    group: LogGroup
    last: datetime | None = None
    read: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """One account; *used* holds what CloudTrail's data events said of a key, where they were asked."""

    now: datetime
    limits: Limits
    keys: tuple[Key, ...] = ()
    keys_complete: bool = True
    users: Mapping[str, UserFacts] = field(default_factory=dict)
    groups: tuple[GroupFacts, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    trails: tuple[TrailState, ...] = ()
    analyzed: tuple[Analyzed, ...] = ()
    used: Mapping[str, DataEvents] = field(default_factory=dict)
    where: Where = field(default_factory=Where)


@dataclass(frozen=True, slots=True)
class DataEvents:
    """The review's verdict over a key: used, not seen used, or unknown."""

    verdict: str
    words: str
    last: datetime | None = None
