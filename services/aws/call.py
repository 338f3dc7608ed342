"""One AWS API call as data: what a plan shows, what the journal keeps and what is sent are the same thing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_READS = ("Get", "List", "Describe", "Lookup", "Head", "Simulate", "StopQuery", "Filter")
_CHANGES = ("GetCaseAttachmentUploadUrl",)
"""What makes something though its name begins like a read's."""
_QUERIES = (
    "AssumeRole",
    "CancelQuery",
    "GenerateServiceLastAccessedDetails",
    "StartQuery",
    "ValidatePolicy",
)
# No idempotency token: a retry after a time-out could mint a second key, or lose a secret.
_ONCE = (
    "CreateServiceSpecificCredential",
    "ResetServiceSpecificCredential",
    "CreateUser",
    "CreateAccessKey",
    # The second attempt of one of these is refused, and hides that the first was heard.
    "CreatePolicy",
    "AttachPolicy",
    "DetachPolicy",
    "DeletePolicy",
    "CreateBucket",
    "CreateTrail",
    "DeleteBucket",
    "DeleteTrail",
    # What people read at once.
    "CreateCase",
    "CreateCaseComment",
    "GetCaseAttachmentUploadUrl",
)
SECRET = "(the new secret)"
"""Stands for the secret wherever a call is shown or kept; the value is put in only when it is sent."""


@dataclass(frozen=True, slots=True)
class Call:
    """*operation* of *service* in the API's own CamelCase names, as botocore takes them.

    *mark* goes into the request's User-Agent, and so into CloudTrail's record of this one request.
    """

    service: str
    operation: str
    params: Mapping[str, object] = field(default_factory=dict)
    region: str | None = None
    mark: str | None = field(default=None, compare=False)

    @property
    def reads(self) -> bool:
        """Whether it changes nothing; of Athena's statements that is true of a SELECT alone."""
        if self.operation == "StartQueryExecution":
            return str(self.params.get("QueryString")).lstrip().upper().startswith("SELECT")
        if self.operation in _CHANGES:
            return False
        return self.operation in _QUERIES or self.operation.startswith(_READS)

    @property
    def once(self) -> bool:
        return self.operation in _ONCE

    def as_json(self) -> dict[str, object]:
        shown: dict[str, object] = {
            "service": self.service,
            "operation": self.operation,
            "params": dict(self.params),
        }
        return shown | ({"region": self.region} if self.region else {})


def kebab(name: str) -> str:
    """A name of the API as the AWS CLI spells it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()
