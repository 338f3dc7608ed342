"""A colleague's call on another user is no proof of whose a policy of the same name on this one is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.aws.call import Call
from services.aws.session import AwsSession
from services.cases import provenance
from services.cases.provenance import Candidate
from services.cases.recorded import Recorded
from services.cases.settle import MAKES

SENT = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
TO_WHOM: dict[str, tuple[str, ...]] = {
    "AddUserToGroup": ("UserName",),
    "AttachGroupPolicy": ("GroupName",),
    "AttachPolicy": ("TargetId",),
    "AttachRolePolicy": ("RoleName",),
    "AttachUserPolicy": ("UserName",),
    "CreateLogStream": ("logGroupName",),
    "PutGroupPolicy": ("GroupName",),
    "PutRolePolicy": ("RoleName",),
    "PutUserPolicy": ("UserName",),
}
"""Calls that bring about what others have under the same name, and whom they are about."""


def record(call: Call, **changes: str) -> dict[str, Any]:
    asked = {name[:1].lower() + name[1:]: value for name, value in (dict(call.params) | changes).items()}
    return {"eventName": call.operation, "requestParameters": asked, "responseElements": None}


@pytest.mark.parametrize("operation", TO_WHOM)
@pytest.mark.parametrize("same", [True, False], ids=["on the same", "on another"])
async def test_whom_a_record_is_about_counts(
    monkeypatch: pytest.MonkeyPatch, operation: str, same: bool
) -> None:
    (whom,) = TO_WHOM[operation]
    call = Call("iam", operation, {MAKES[operation]: "hold", whom: "web"}, mark="stanch-call/1")
    theirs = record(call) if same else record(call, **{whom: "night"})

    async def found(*_: object) -> Recorded:
        return Recorded(others=(theirs,))

    monkeypatch.setattr(provenance, "look_up", found)
    async with AwsSession() as aws:
        seen = await provenance.provenance(aws, call, SENT, [Candidate("hold")])
    assert (bool(seen.others), bool(seen.unsure)) == (same, not same)


def test_every_call_that_is_about_somebody_is_gone_over() -> None:
    about = {name for name in MAKES if name.startswith(("Attach", "Add", "Put"))}
    assert about - {"PutBearerTokenAuthentication", "PutBucketPolicy", "PutEventSelectors"} <= set(TO_WHOM)
