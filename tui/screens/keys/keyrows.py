"""All that is known of one key as rows, each with its way to the screen where it is dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rich.cells import cell_len

from services.aws.iam import Credential
from services.base.keyservices import short_service
from services.base.spans import spoken
from services.cases.state import CaseState
from services.keys.holdings import UserHoldings
from services.keys.inventory import Key
from services.keys.keydetails import PolicyFound, Reach
from services.review.lastevents import LOOKED_BACK, LastEvents
from services.review.record import Event
from services.rights.permissions import CAVEAT, May, Permission
from tui.look import words
from tui.look.columns import Column
from tui.look.lines import Line, Role, Span
from tui.screens.keys.texts import SIGNS, expires_told, made_told

Way = Literal[
    "runbook", "its runbook", "case", "cases", "sweep", "policy", "log groups", "events", "key", "errors"
]
"""The screen that a row leads to."""

_WAYS: dict[Way | None, str] = {"sweep": "other access", "key": "that key", "case": "runbook"}


_BESIDE = 27
"""Cells of a line that a row's text has not: the section, the mark, the way, and what is between them."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """*target* says what of that screen: a policy's name, a log group, a key's id."""

    section: str
    name: str
    words: str
    way: Way | None = None
    target: str = ""
    role: Role = "text"
    mark: Span = (" ", "text")

    @property
    def key(self) -> str:
        return f"{self.section}/{self.name}/{self.target or self.words}"

    @property
    def told(self) -> list[Line]:
        """The row in full."""
        return (
            [((self.name, "strong"),), ((self.words, self.role),)]
            if self.name
            else [((self.words, self.role),)]
        )

    def fits(self, width: int) -> bool:
        """Whether the columns of a table so wide show all of it."""
        return cell_len(self.text) <= width - _BESIDE

    @property
    def text(self) -> str:
        return f"{self.name}  {self.words}" if self.name else self.words

    @property
    def way_words(self) -> str:
        return (_WAYS.get(self.way) or str(self.way)) if self.way else ""


def columns(first: set[str]) -> Sequence[Column[KeyRow]]:
    """*first* holds the keys of the rows that begin a section."""
    return (
        Column("", lambda row: (row.section if row.key in first else "", "quiet"), 9, gap=1),
        Column("", lambda row: row.mark, 1, gap=1),
        Column("", lambda row: (row.text, row.role), 30, flex=1),
        Column("", lambda row: (row.way_words, "accent"), 12, right=True, drop=1),
    )


def waiting(section: str, what: str) -> KeyRow:
    return KeyRow(section, "", what, role="quiet")


def failed(section: str, error: object) -> KeyRow:
    return KeyRow(section, "", f"not known. {error}", "errors", role="warn", mark=("?", "warn"))


def of_key(key: Key, change: str | None, now: datetime) -> list[KeyRow]:
    made = key.credential
    rows = [
        KeyRow("key", made.id, f"{key.status.lower()}{f', {change}' if change else ''}", "runbook"),
        KeyRow("key", "alias", made.alias or "none"),
        KeyRow("key", "service", key.service),
        KeyRow("key", "made", f"{made_told(key, now)}, {expires_told(key, now)}"),
    ]
    rows += [KeyRow("key", "", risk.words, mark=SIGNS.get(risk.level, ("·", "text"))) for risk in key.risks]
    return rows


def of_cases(open_case: CaseState | None, case_id: str, closed: int, now: datetime) -> list[KeyRow]:
    rows: list[KeyRow] = []
    if open_case is not None:
        opened = words.when(open_case.opened_at, now) if open_case.opened_at else "an unknown time"
        done = ", ".join(f"{step} {state.state.label}" for step, state in open_case.steps.items())
        rows.append(KeyRow("case", case_id, f"open since {opened}; {done or 'no step taken'}", "case"))
    else:
        rows.append(KeyRow("case", "", "no case is open; the first step you take opens one", "runbook"))
    if closed:
        rows.append(KeyRow("case", "", f"{words.count(closed, 'closed case')} of this key", "cases"))
    return rows


def of_holdings(held: UserHoldings, others: Sequence[Credential], service: str) -> list[KeyRow]:
    rows = [
        KeyRow(
            "holds",
            other.id,
            f"{'a second' if other.service == service else 'a'} "
            f"{short_service(other.service)} key, {other.status.lower()}",
            "key",
            other.id,
        )
        for other in others
    ]
    rows += [
        KeyRow(
            "holds",
            key.id,
            f"access key, {key.status.lower()}, made {key.created:%Y-%m-%d}",
            "its runbook",
            key.id,
        )
        for key in held.access_keys or ()
    ]
    if held.has_login is not None:
        login = "a console password" if held.has_login else "no console password"
        rows.append(KeyRow("holds", "", login, "sweep" if held.has_login else None))
    if held.access_keys == ():
        rows.append(KeyRow("holds", "", "no access key"))
    return [*rows, *(_unread("holds", part.what, part.error) for part in held.unreadable)]


def of_rights(answers: Sequence[Permission]) -> list[KeyRow]:
    if not answers:
        return [KeyRow("tokens", "", "no policy governs them: this service takes passwords")]
    roles: dict[May, Role] = {May.YES: "warn", May.NO: "good", May.UNKNOWN: "warn"}
    return [
        KeyRow(
            "tokens",
            answer.action,
            f"{answer.may.value}{f': {answer.reason}' if answer.reason else ''}, {CAVEAT}",
            "runbook",
            role=roles[answer.may],
        )
        for answer in answers
    ]


def of_policies(found: Iterable[PolicyFound]) -> list[KeyRow]:
    rows = [
        KeyRow(
            "policies",
            policy.name,
            policy.words,
            "policy" if policy.document is not None else None,
            policy.name,
            "text" if policy.matters else "quiet",
        )
        for policy in found
    ]
    return rows or [KeyRow("policies", "", "none of its own, and no group")]


def of_reach(found: Reach) -> list[KeyRow]:
    rows = [
        KeyRow(
            "reach", group.name, f"may write, in {group.region}", "log groups", f"{group.name}@{group.region}"
        )
        for group in found.open_to
    ]
    if found.closed_to:
        rows.append(
            KeyRow(
                "reach",
                "",
                f"may not write to {words.count(len(found.closed_to), 'other group')}",
                "log groups",
            )
        )
    if found.unknown:
        rows.append(failed("reach", found.unknown))
    if found.asked < found.all:
        rows.append(KeyRow("reach", "", f"asked about {found.asked} of {found.all:,} groups", "log groups"))
    return rows or [KeyRow("reach", "", "no log group accepts bearer tokens", "log groups")]


def of_events(found: LastEvents, now: datetime) -> list[KeyRow]:
    rows = [_event(event, now) for event in found.events]
    rows += [_unread("events", part.what, part.error) for part in found.unreadable]
    if not found.events:
        told = f"none of its user in the event history of the last {spoken(LOOKED_BACK)}"
        rows.append(KeyRow("events", "", f"{told}; its use is not in there: review it", "events"))
    return rows


def _event(event: Event, now: datetime) -> KeyRow:
    result = f", {event.error}" if event.error else ""
    told = f"{event.name} from {event.source_ip}{result}"
    return KeyRow("events", words.when(event.time, now), told, "events", event.event_id)


def _unread(section: str, what: str, error: str) -> KeyRow:
    return KeyRow(section, what, f"not known. {error}", "errors", role="warn", mark=("?", "warn"))
