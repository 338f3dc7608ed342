"""What a set-up shall consist of, in a few words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from services.base.keyservices import KeyService
from services.cases.deposit import wanted_place
from services.cases.secret import Destination, ToSecretsManager
from services.goals.governance.documents import Kind, Wanted
from services.goals.issuing import names
from services.goals.issuing.names import BadName, Tag
from services.incident.situation import DEFAULT_AGE_DAYS

AGES = (1, 5, 30, 90, 365)
"""Days, as the console offers them."""
DEFAULT_USER = "logs-shipper"
DEFAULT_STREAM = "default"
MANAGED_POLICY = "CloudWatchLogsAPIKeyAccess"
MOST_GROUPS = 10


class PolicyChoice(StrEnum):
    """What lets the user write with its key."""

    CUSTOM = "custom"
    """An inline policy for the log groups named and no others."""
    MANAGED = "managed"
    """AWS's own, for every log group of the account."""


def default_group(user: str) -> str:
    """As AWS's own examples begin; of what IAM takes in a user's name some signs are none of a group's."""
    return f"/aws/hlc-logs/{''.join(sign if sign not in '+=,@' else '-' for sign in user)}"


@dataclass(frozen=True, slots=True)
class KeySetup:
    """Raises BadName. *age_days* None is a key that never expires; *tags* are the user's, where it is new.

    *send_event* sends one event with the new key; *delete_events* takes log groups away with others' events.
    """

    user: str
    region: str
    log_groups: tuple[str, ...]
    log_stream: str = DEFAULT_STREAM
    policy: PolicyChoice = PolicyChoice.CUSTOM
    age_days: int | None = DEFAULT_AGE_DAYS
    tags: tuple[Tag, ...] = ()
    secret_to: Destination = field(default_factory=ToSecretsManager)
    send_event: bool = False
    delete_events: bool = False

    def __post_init__(self) -> None:
        names.user_name(self.user)
        if not 1 <= len(self.log_groups) <= MOST_GROUPS:
            raise BadName(f"Name 1 to {MOST_GROUPS} log groups.")
        for group in self.log_groups:
            names.log_group_name(group)
        names.log_stream_name(self.log_stream)
        names.tags(self.tags)

    def as_json(self) -> dict[str, object]:
        return {
            "user": self.user,
            "region": self.region,
            "log_groups": list(self.log_groups),
            "log_stream": self.log_stream,
            "policy": self.policy.value,
            "age_days": self.age_days,
            "tags": [list(tag) for tag in self.tags],
            "secret_to": wanted_place(self.secret_to),
        }


def custom_policy(log_groups: tuple[str, ...]) -> Wanted:
    return Wanted(Kind.WRITE, KeyService.LOGS, log_groups=log_groups)
