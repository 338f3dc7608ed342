"""From a case to its report: pure but for reading the case's own folder; AWS is not asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.aws.where import Where
from services.base import clock
from services.base.version import VERSION
from services.cases.anchor import anchors
from services.cases.case import Case
from services.cases.errors import CaseError, Newer
from services.cases.lines import Entry
from services.cases.state import INCIDENT, CaseState
from services.report import flow
from services.report.actions import actions
from services.report.model import Flow, Header, Held, Report, Said, Sweep, Verification
from services.report.remaining import remaining
from services.report.reviewed import reviews
from services.report.story import story
from services.report.summary import chronology, summary
from services.report.theirs import Compromised, Made


def build(case: Case, points: Flow | None = None, *, now: datetime | None = None) -> Report:
    """The report of *case* as it is now; without *points* with those last kept.

    An altered journal has a report too, as far as it can be read; raises CaseError where it cannot at all.
    """
    entries = case.journal.entries()
    if entries and isinstance(entries[0].data, dict) and entries[0].data.get("kind", INCIDENT) != INCIDENT:
        show = Where().stanch("case show", case.id)
        raise CaseError(f"Case {case.id} isn't an incident, so it has no report: `{show}` shows everything.")
    # An altered journal may make no sense to the runbook; what its lines say is shown all the same.
    trouble: tuple[str, ...] = ()
    try:
        state = case.state()
    except Newer:
        raise
    except CaseError as error:
        state, trouble = CaseState(), (str(error),)
    lines, reviewed = reviews(case, entries)
    report = Report(
        header=_header(case, entries, now or clock.now()),
        story=(),
        remaining=(),
        actions=actions(entries),
        replacement=state.replacement,
        notes=tuple(_notes(entries)),
        reviews=lines,
        reviewed=reviewed,
        sweep=_sweep(entries),
        flow=points or flow.newest(case, entries),
        journal=_verification(case, entries, trouble),
        compromised=tuple(_compromised(entries)),
        made=tuple(_made(entries)),
    )
    report = replace(report, remaining=remaining(report))
    told = tuple(Said(at, words) for at, words in chronology(report))
    return replace(report, story=story(report), summary=summary(report), chronology=told)


def _verification(case: Case, entries: Sequence[Entry], trouble: tuple[str, ...]) -> Verification:
    kept, unread = anchors(case)
    moved = (f"Line {each.line} isn't the one that was anchored." for each in kept if not each.holds)
    checking = Where().stanch("case verify", case.id, options=[("--signers", "FILE")])
    signed = (
        f"Line {each.line} was anchored, by the signer's clock at {clock.rfc3339(each.at)}. Who signed is "
        f"checked by `{checking}`."
        for each in kept
        if each.holds
    )
    head = entries[-1].hash if entries else None
    return Verification(len(entries), head, (*trouble, *_flaws(case), *unread, *moved), tuple(signed))


def _flaws(case: Case) -> tuple[str, ...]:
    try:
        return case.flaws()
    except CaseError as error:
        return (str(error),)


def _header(case: Case, entries: Sequence[Entry], now: datetime) -> Header:
    first = next((entry for entry in entries if entry.kind == "opened"), None)
    closed = next((entry.at for entry in reversed(entries) if entry.kind == "closed"), None)
    opened: Mapping[str, Any] = first.data if first and isinstance(first.data, dict) else {}
    text = _text_of(opened)
    return Header(
        case=case.id,
        account=text("account"),
        endpoint=text("endpoint") or None,
        key_id=text("key_id"),
        user=text("user"),
        alias=text("alias") or None,
        service=text("service"),
        status=text("status"),
        created=_when(opened.get("created")),
        expires=_when(opened.get("expires")),
        responder=text("responder"),
        login=text("login"),
        host=text("host"),
        later=tuple(_later(entries)),
        opened=first.at if first else None,
        closed=closed,
        written=now,
        version=VERSION,
    )


def _later(entries: Sequence[Entry]) -> Iterator[Said]:
    for entry in entries:
        if entry.kind == "responder" and isinstance(entry.data, dict):
            text = _text_of(entry.data)
            yield Said(entry.at, f"{text('responder')}, {text('login')} on {text('host')}")


def _when(text: object) -> datetime | None:
    try:
        return clock.parse(str(text)) if text else None
    except ValueError:
        return None


def _notes(entries: Sequence[Entry]) -> Iterator[Said]:
    for entry in entries:
        if entry.kind == "note" and isinstance(entry.data, dict):
            yield Said(entry.at, str(entry.data.get("text") or ""))


def _sweep(entries: Sequence[Entry]) -> Sweep | None:
    last = next((entry for entry in reversed(entries) if entry.kind == "sweep"), None)
    if last is None or not isinstance(last.data, dict):
        return None
    held = tuple(
        Held(text("kind"), text("name"), text("words"), text("lever") or None, text("elsewhere") or None)
        for text in map(_text_of, _dicts(last.data.get("held")))
    )
    unreadable = (
        f"{text('what')}: {text('error')}" for text in map(_text_of, _dicts(last.data.get("unreadable")))
    )
    return Sweep(last.at, held, tuple(unreadable))


def _compromised(entries: Sequence[Entry]) -> Iterator[Compromised]:
    last = next((entry for entry in reversed(entries) if entry.kind == "compromised"), None)
    if last is None or not isinstance(last.data, dict):
        return
    for each in _dicts(last.data.get("credentials")):
        text = _text_of(each)
        yield Compromised(
            name=text("name"),
            why=text("why"),
            state=text("state"),
            ended=bool(each.get("ended")),
            sure=bool(each.get("sure")),
            at=_when(each.get("read_at")) or last.at,
            lever=text("lever"),
            kind=text("kind"),
            made=bool(each.get("made_from")),
        )


def _made(entries: Sequence[Entry]) -> Iterator[Made]:
    last = next((entry for entry in reversed(entries) if entry.kind == "made"), None)
    if last is None or not isinstance(last.data, dict):
        return
    for each in _dicts(last.data.get("things")):
        text = _text_of(each)
        yield Made(
            text=text("text"),
            proof=text("proof"),
            event_id=text("event_id"),
            state=text("state"),
            ended=bool(each.get("ended")),
            at=_when(each.get("read_at")) or last.at,
            lever=text("lever"),
        )


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text_of(fields: Mapping[str, Any]) -> Callable[[str], str]:
    return lambda name: str(fields.get(name) or "")
