"""A case as rows of time: each call that its reviews kept, and each line of its journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.base.text import clean
from services.cases import evidence
from services.cases.case import Case
from services.cases.errors import Newer
from services.cases.lines import Entry
from services.report.unsecret import cleared
from services.review.actions import Severity
from services.review.headline import intruding
from services.review.record import Event
from services.review.reread import Written, WrittenFinding, read_written

CALL, LINE = "CloudTrail event", "Journal entry"
"""What the time of a row is the time of."""


@dataclass(frozen=True, slots=True)
class Row:
    """*fields* are our own, the same names in every row of a kind."""

    at: datetime
    desc: str
    message: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rows:
    """In order of time; *unread* names evidence that could not be shown, and why."""

    rows: tuple[Row, ...]
    unread: tuple[str, ...]
    reviewed: bool


def rows(case: Case) -> Rows:
    """Everything of *case* that has a time; raises CaseError where the journal cannot be read at all."""
    if case.newer:
        raise Newer(case.id)
    entries = case.journal.entries()
    calls: dict[str, Row] = {}
    unread: list[str] = []
    reviewed = False
    for entry in entries:
        if entry.kind != "review" or not isinstance(entry.data, dict):
            continue
        reviewed = True
        kept, content = evidence.read(case.folder, entry.data.get("evidence"))
        if content is None:
            name = clean(kept.file, limit=200) if kept else "a review without evidence"
            unread.append(f"{name} is {kept.integrity if kept else 'missing'}: its events are left out.")
            continue
        review = read_written(content)
        if review is None:
            unread.append(f"{clean(kept.file if kept else '', limit=200)} was written by another version.")
            continue
        # A later review says more of the same call.
        calls |= {row.fields["event_id"]: row for row in _calls(review)}  # type: ignore[misc]
    lines = (row for entry in entries if (row := _line(entry)))
    every = sorted((*calls.values(), *lines), key=lambda row: row.at)
    return Rows(tuple(every), tuple(unread), reviewed)


def _calls(review: Written) -> Iterator[Row]:
    found: dict[str, list[WrittenFinding]] = {}
    # What is mere information counts the calls: it says nothing of one of them.
    for finding in (each for each in review.findings if each.severity != "info"):
        for event_id in finding.event_ids:
            found.setdefault(event_id, []).append(finding)
    new = intruding(review.headline)
    for whose, events in (("user", review.events), ("on user", review.on_user)):
        for event in events:
            yield _call(event, whose, found.get(event.event_id, ()), event.source_ip in new)


def _call(event: Event, whose: str, found: Sequence[WrittenFinding], new_address: bool) -> Row:
    result = "denied" if event.refused else f"failed ({event.error})" if event.error else "allowed"
    who = f"{event.user or 'someone'} from {event.source_ip or 'an unknown address'}"
    about = event.summary if event.summary != event.name else event.name
    fields = event.as_json()
    del fields["time"]
    fields |= {
        "what": whose,
        "result": result,
        "new_address": new_address,
        "findings": [clean(each.title, limit=1000) for each in found],
        "severity": min((each.severity for each in found), key=_GRAVITY.index, default=None),
        "techniques": list(dict.fromkeys(each.technique for each in found if each.technique)),
    }
    return Row(event.time, CALL, clean(f"{about} by {who}: {result}", limit=1000), fields)


_GRAVITY: Sequence[Severity] = ("high", "medium", "low", "info")


def _line(entry: Entry) -> Row | None:
    if not isinstance(entry.data, dict):
        return None
    data: Mapping[str, Any] = cleared(entry.data)
    message = clean(" ".join(part for part in _words(entry.kind, data) if part), limit=1000)
    fields = {"kind": entry.kind, "line": entry.seq, "hash": entry.hash, "step": data.get("step")}
    call = data.get("call")
    if isinstance(call, dict):
        fields |= {"event_name": call.get("operation"), "region": call.get("region")}
    fields |= {"request_id": data.get("request_id"), "key_id": data.get("key_id")}
    return Row(entry.at, LINE, message, {name: _text(value) for name, value in fields.items()})


def _text(value: object) -> object:
    return clean(value, limit=1000) if isinstance(value, str) else value


def _words(kind: str, data: Mapping[str, Any]) -> Iterable[str]:
    call = data.get("call")
    match kind:
        case "opened":
            yield f"Case opened by {data.get('responder')} for {data.get('key_id')} of {data.get('user')}"
        case "responder":
            yield f"{data.get('responder')} went on with the case"
        case "intent" if isinstance(call, dict):
            yield f"Sending {call.get('service')} {call.get('operation')} for {data.get('step')}"
            yield "(undo)" if data.get("undo") else ""
        case "outcome":
            yield _outcome(data)
        case "verified":
            yield f"{data.get('step')}: {data.get('state')}: {data.get('words')}"
        case "review":
            yield f"Reviewed: {data.get('words')}"
        case "suspected":
            since = data.get("since")
            yield f"Suspected since {since}" if since else "No suspected moment any more"
        case "compromised":
            yield _others([each for each in data.get("credentials") or () if isinstance(each, dict)])
        case "made":
            things = [each for each in data.get("things") or () if isinstance(each, dict)]
            told = ", ".join(f"{each.get('text')} ({each.get('state')})" for each in things)
            yield f"Made by the intruder: {told}" if told else "Nothing is known to be made by the intruder"
        case "note":
            yield f"Note: {data.get('text')}"
        case "delivered":
            yield f"The secret of {data.get('key_id')} was delivered"
        case "closed":
            yield "Case closed"
        case _:
            yield f"{kind}: {data.get('words') or ''}".rstrip(": ")


def _outcome(data: Mapping[str, Any]) -> str:
    if data.get("ok"):
        return "AWS accepted the call"
    if data.get("unknown"):
        return f"Whether the call was carried out is unknown: {data.get('error')}"
    return f"The call did not succeed: {data.get('error')}"


def _others(credentials: Sequence[Mapping[str, Any]]) -> str:
    """The credentials that an intruder's address used or made, no surer than that was."""
    if not credentials:
        return "No other credential is known to be compromised"
    return "; ".join(
        f"{begins}: {', '.join(found)}"
        for sure, begins in ((True, "Compromised as well"), (False, "May be compromised as well"))
        if (
            found := [
                f"{c.get('name')} ({c.get('state')})" for c in credentials if bool(c.get("sure")) == sure
            ]
        )
    )
