"""The policies that stop what an intruder made: each denies, and is known by its name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from services.base import documents
from services.rights.policies import counted_text, statements

NAME = "stanch-deny-intruder"
SID = "StanchDenyIntruder"
EVERYTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": SID, "Effect": "Deny", "Action": "*", "Resource": "*"}],
    }
)
QUOTAS: Mapping[Literal["User", "Role", "Group"], int] = {"User": 2048, "Role": 10_240, "Group": 5120}
"""Characters of all inline policies together."""
_LONGEST_NAME = 128


def name_of(policy: str) -> str:
    """Of the policy that denies what *policy* allows."""
    return f"{NAME}-{policy}"[:_LONGEST_NAME]


def denying(document: str) -> str | None:
    """A document that denies exactly what *document* allows; None where it allows nothing, or is none."""
    found = documents.mapping(document) or {}
    allowed = [each for each in statements(found) if each.get("Effect") == "Allow"]
    if not allowed:
        return None
    denied = [{**each, "Effect": "Deny"} for each in map(_unnamed, allowed)]
    return json.dumps({"Version": found.get("Version", "2012-10-17"), "Statement": denied})


def alike(text: str, document: str) -> bool:
    """Whether both say the same, however they are written."""
    try:
        return bool(documents.parse(text) == documents.parse(document))
    except ValueError:
        return text == document


def room(texts: Mapping[str, str], name: str, document: str) -> int:
    """Characters that all inline policies take once *document* is among them under that name."""
    return counted_text(document) + sum(counted_text(each) for other, each in texts.items() if other != name)


def _unnamed(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name != "Sid"}
