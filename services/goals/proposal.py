"""What is missing until something stands, worked out from what stands now."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.aws.call import Call
from services.goals.told import Told


@dataclass(frozen=True, slots=True)
class Proposal:
    """The *calls* that are missing, in order; none where nothing is.

    *before* is what there was, kept so that it can be put back, and *facts* what else a killed run is settled
    by; *diff* is told against what there was, line by line. *remarks* are what others say of it, *more* are
    fields of its own for JSON. *awaited* says what AWS does not show yet though nothing is missing, *left*
    what stays for good when all else is taken back, and *told* says it in place of the goal, which knows less
    before it has looked.
    """

    calls: tuple[Call, ...] = ()
    diff: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    blocked: str | None = None
    already: str | None = None
    awaited: str | None = None
    left: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)
    told: Told | None = None
    secret_to: str | None = None
    """Where a new secret goes, ``kind:name``."""


def diff(before: object, after: object) -> tuple[str, ...]:
    """The lines that go (``- ``), come (``+ ``) and stay, as JSON; none where nothing changes."""
    if before == after:
        return ()
    told = difflib.ndiff(_lines(before), _lines(after))
    return tuple(line for line in told if not line.startswith("? "))


def _lines(document: object) -> list[str]:
    return json.dumps(document, indent=2).splitlines() if document is not None else []


def planned(
    proposal: Proposal, remarks: Sequence[str], more: Mapping[str, object], blocked: str | None = None
) -> Proposal:
    """*proposal* as it is shown before the deed; *blocked* takes its calls away."""
    shown = replace(proposal, remarks=(*proposal.remarks, *remarks), more={**proposal.more, **more})
    return replace(shown, calls=(), blocked=blocked) if blocked else shown
