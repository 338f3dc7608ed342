"""The way back into a case: the screen that goes on with it, filled in as the case's first line says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.base import documents
from services.base.text import clean
from services.cases.errors import CaseError
from services.cases.state import CaseState
from tui.routes import Route, ToHarden, ToIssue, ToPolicy, ToRotation, ToRunbook, ToSetup


@dataclass(frozen=True, slots=True)
class _Issue:
    user: str
    service: str | None = None
    age_days: int | None = None
    secret_to: str = ""


@dataclass(frozen=True, slots=True)
class _Setup:
    user: str
    region: str
    log_groups: list[str]
    log_stream: str
    policy: str
    age_days: int | None = None
    secret_to: str = ""


@dataclass(frozen=True, slots=True)
class _Harden:
    services: list[str]
    trail: str | None = None
    bucket: str | None = None
    organization: bool = False


def way_back(case_id: str, state: CaseState) -> Route:
    """To the screen that goes on with it; raises CaseError where its first line does not say what it is."""
    opened = state.opened
    key_id, user = str(opened.get("key_id") or ""), str(opened.get("user") or "")
    try:
        match state.kind:
            case "rotation":
                return ToRotation(key_id, user)
            case "policy":
                from services.goals.governance.goal import goal_of

                goal = goal_of(state)
                return ToPolicy(goal.at, goal.policy)
            case "setup":
                return ToSetup(_wanted(opened, _Setup))
            case "issue":
                return ToIssue(_wanted(opened, _Issue))
            case "harden":
                return ToHarden(_wanted(opened, _Harden))
        return ToRunbook(key_id, user, case_id)
    except (KeyError, TypeError, ValueError) as error:
        raise unclear(error) from None


def unclear(error: Exception) -> CaseError:
    return CaseError(
        clean(
            f"The case does not say what it is about ({error}): compare its journal with an anchor that was "
            "kept (`stanch case verify`), or begin anew."
        )
    )


def _wanted(opened: Mapping[str, Any], kind: type) -> Mapping[str, Any]:
    """What was wanted, fit to be shown in a form; raises ValueError where it is not of *kind*."""
    documents.convert(opened["wanted"], kind)
    return {name: _shown(value) for name, value in opened["wanted"].items()}


def _shown(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case list():
            return [_shown(each) for each in value]
    return value
