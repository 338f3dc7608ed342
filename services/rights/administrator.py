"""Whether a user is an administrator, by IAM's simulation: yes, no, or unknown where it may not be asked.

The simulation takes no wildcard, so it is asked of calls of several services that only administrators may
make everywhere, and of those by which anybody can become one.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.aws.simulation import Simulated, simulate
from services.rights.permissions import CAVEAT

EVERYTHING = (
    "iam:CreateUser",
    "s3:DeleteBucket",
    "ec2:TerminateInstances",
    "kms:ScheduleKeyDeletion",
    "rds:DeleteDBInstance",
    "cloudtrail:StopLogging",
)
BECOMING = (
    "iam:AttachUserPolicy",
    "iam:PutUserPolicy",
    "iam:CreatePolicyVersion",
    "iam:UpdateAssumeRolePolicy",
)


@dataclass(frozen=True, slots=True)
class Administrator:
    """*answer* is None where it is unknown."""

    answer: bool | None
    words: str

    def as_json(self) -> dict[str, object]:
        return {"administrator": self.answer, "words": self.words}


async def administrator(aws: AwsSession, arn: str) -> Administrator:
    """Of the user or the role *arn*; raises nothing of AWS's."""
    try:
        found = await simulate(aws, arn, (*EVERYTHING, *BECOMING))
    except AwsError as error:
        return Administrator(None, f"unknown whether it is an administrator: {error}")
    said = [found.get(action.lower()) for action in (*EVERYTHING, *BECOMING)]
    if any(each is None or _hangs(each) for each in said):
        return Administrator(None, "unknown whether it is an administrator: conditions decide that")
    may = {
        action
        for action, each in zip((*EVERYTHING, *BECOMING), said, strict=True)
        if each and each.decision == "allowed"
    }
    if may >= {*EVERYTHING, *BECOMING}:
        return Administrator(True, f"administrator, {CAVEAT}")
    if becoming := [action for action in BECOMING if action in may]:
        return Administrator(True, f"can make itself an administrator by {' or '.join(becoming)}, {CAVEAT}")
    return Administrator(False, f"no administrator, {CAVEAT}")


def _hangs(said: Simulated) -> bool:
    return bool(said.missing) and said.decision != "allowed"
