"""What calls gave somebody and did not take away again: policies, and groups to be in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from services.aws.call import Call
from services.aws.inlinepolicies import Holder
from services.base import documents
from services.cases.settle import MAKES

TAKES = {
    **{f"Put{kind}Policy": f"Delete{kind}Policy" for kind in get_args(Holder)},
    **{f"Attach{kind}Policy": f"Detach{kind}Policy" for kind in get_args(Holder)},
    "AddUserToGroup": "RemoveUserFromGroup",
}
"""By the call that gives, the one that takes away."""
_GIVES = {takes: gives for gives, takes in TAKES.items()}

Gift = tuple[str, str]
"""The operation that gives, and what: the name of a policy or a group, or an ARN."""


def given(calls: Iterable[Call]) -> dict[Gift, Call]:
    """Of *calls*, which are about one holder, those that gave what none took away since.

    What was taken away and is there all the same somebody else gave back: it is theirs.
    """
    found: dict[Gift, Call] = {}
    for call in calls:
        gives = _GIVES.get(call.operation, call.operation)
        if gives not in TAKES:
            continue
        gift = gives, str(call.params[MAKES[gives]])
        if gives == call.operation:
            found[gift] = call
        else:
            found.pop(gift, None)
    return found


def document_of(put: Call) -> Mapping[str, Any]:
    """The document that a call put, to be compared with the one that is there."""
    return documents.mapping(str(put.params["PolicyDocument"])) or {}
