"""The report as Markdown; whatever the data holds stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from services.base.keyservices import short_service
from services.base.sizes import count, per, size
from services.base.text import clean
from services.cases.anchor import CONSISTENT
from services.report import plot
from services.report.model import Action, Report, SentCall
from services.report.words import AWS_SAYS, IN_FORCE, REQUESTED, moment, stamp
from services.traffic.traffic import GroupFlow

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~$]")
_LINK = re.compile(r"(?i)(https?|ftp)(:)|(www)(\.)|(@)")
_START = re.compile(r"^(\s*)(?:([-=:+#])|(\d+)([.)]))")


_EVENTS = 3
"""Records that are named of one reading; the JSON has all."""


def to_markdown(report: Report) -> str:
    blocks = (
        _header,
        _summary,
        _story,
        _remaining,
        _timeline,
        _actions,
        _traffic,
        _review,
        _compromised,
        _made,
        _to_rotate,
        _sweep,
        _notes,
        _journal,
    )
    lines = [line for block in blocks for line in (*block(report), "")]
    return "\n".join(lines).rstrip() + "\n"


def text(value: object) -> str:
    """*value* as text: no markup, no link, no HTML comes of it."""
    safe = clean(value, limit=20_000).replace("&", "&amp;")
    safe = _LINK.sub(_unlinked, safe)
    safe = _SPECIAL.sub(lambda found: "\\" + found[0], safe)
    return _START.sub(
        lambda found: found[1] + (f"\\{found[2]}" if found[2] else f"{found[3]}\\{found[4]}"), safe
    )


def code(value: object) -> str:
    """*value* as a code span, with a fence longer than any run of backticks in it."""
    safe = clean(value, limit=20_000)
    fence = "`" * (max((len(run) for run in re.findall("`+", safe)), default=0) + 1)
    pad = " " if safe.startswith("`") or safe.endswith("`") or not safe.strip() else ""
    return f"{fence}{pad}{safe or ' '}{pad}{fence}"


def _unlinked(found: re.Match[str]) -> str:
    if found[1]:
        return f"{found[1]}&colon;"
    return f"{found[3]}&period;" if found[3] else "&commat;"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """*rows* of cells made by `text` or `code`."""
    yield "| " + " | ".join(header) + " |"
    yield "|" + " --- |" * len(header)
    for row in rows:
        # In a code span a pipe is not escaped yet, and would end the cell.
        yield "| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in row) + " |"


def _header(report: Report) -> Iterator[str]:
    header = report.header
    yield f"# Case {text(header.case)}: key {text(header.key_id)} of {text(header.user)}"
    yield ""
    yield f"- Account: {text(header.account)}"
    if header.endpoint:
        yield f"- Endpoint: {code(header.endpoint)}, which is not AWS's own"
    alias = code(header.alias or "none")
    yield f"- Key: {code(header.key_id)}, {text(short_service(header.service))}, alias {alias}"
    if header.created:
        yield f"- Made: {stamp(header.created)}, expires: {_maybe(header.expires, 'never')}"
    yield f"- Responder: {code(header.responder)}, {text(header.login)} on {text(header.host)}"
    for other in header.later:
        yield f"- From {stamp(other.at)}: {text(other.words)}"
    yield f"- Opened: {_maybe(header.opened, 'not known')}"
    yield f"- Closed: {_maybe(header.closed, 'no')}"
    yield f"- Written: {stamp(header.written)} by stanch {header.version}; all times are UTC"


def _maybe(when: datetime | None, otherwise: str) -> str:
    return stamp(when) if when else otherwise


def _summary(report: Report) -> Iterator[str]:
    if told := report.summary:
        yield "## In short"
        yield ""
        yield text(told.words)
        yield ""
        yield f"- **Time to contain.** {told.time_to_contain or 'not known'}"
        yield f"- **Taken.** {text(told.taken)}"
        yield f"- **Remains.** {text(told.remains)}"


def _timeline(report: Report) -> Iterator[str]:
    if report.chronology:
        yield "## Timeline"
        yield ""
        yield from (f"- {moment(each.at, report.day)} {text(each.words)}" for each in report.chronology)


def _story(report: Report) -> Iterator[str]:
    yield "## What happened"
    yield ""
    for sentence in report.story:
        yield f"- **{sentence.about}.** {text(sentence.words)}"


def _remaining(report: Report) -> Iterator[str]:
    yield "## What remains to do"
    yield ""
    for left in report.remaining:
        yield f"- [ ] {text(left.words)}"
    if not report.remaining:
        yield "Nothing is known to remain."


def _actions(report: Report) -> Iterator[str]:
    yield "## Actions"
    for number, action in enumerate(report.actions, 1):
        yield ""
        yield f"### {number}. {text(action.title)}"
        yield ""
        yield f"- {_degrees(action, report)}"
        yield f"- Last: {moment(action.last.at, report.day)}, {text(action.last.words)}"
        if action.override:
            yield f"- Overridden by the responder: {text(action.override)}"
        if action.delivered:
            at = moment(action.delivered.at, report.day)
            yield f"- Secret delivered {at}: {text(action.delivered.words)}"
        for call in action.calls:
            yield f"- {code(f'{call.service} {call.operation}')}: {'; '.join(_call(call, report))}"
            yield f"  {code(call.cli)}"
    if not report.actions:
        yield ""
        yield "No action was taken."


def _degrees(action: Action, report: Report) -> str:
    said = {
        REQUESTED: action.requested,
        AWS_SAYS: action.agreed and action.agreed.at,
        IN_FORCE: action.in_force and action.in_force.at,
    }
    told = [f"{name} {moment(when, report.day)}" if when else f"not {name}" for name, when in said.items()]
    if action.changed:
        told.append(f"otherwise since {moment(action.changed.at, report.day)}")
    return " · ".join(told)


def _call(call: SentCall, report: Report) -> Iterator[str]:
    yield f"intent {moment(call.intent_at, report.day)}"
    yield f"outcome {moment(call.outcome_at, report.day)}" if call.outcome_at else "no outcome"
    if call.request_id:
        yield f"request {code(call.request_id)}"
    if call.error:
        yield f"error: {text(call.error)}"
    if call.settled:
        yield f"settled {moment(call.settled.at, report.day)}: {text(call.settled.words)}"


def _traffic(report: Report) -> Iterator[str]:
    yield "## IncomingBytes"
    yield ""
    yield f"{text(report.flow.words)} The metric belongs to a log group, never to a key."
    reading = report.flow.reading
    if reading and reading.groups:
        yield ""
        yield from table(
            ("Log group", "Region", "State", f"Most in {per(reading.period_seconds)}", "Last bytes"),
            (_group(group, report) for group in reading.groups),
        )


def _group(group: GroupFlow, report: Report) -> tuple[str, ...]:
    carried = [(at, value) for at, value in group.points if value]
    most = size(max(value for _, value in carried)) if carried else "-"
    last = moment(carried[-1][0], report.day) if carried else "-"
    return code(group.log_group), text(group.region), text(plot.state(group)), most, last


def _review(report: Report) -> Iterator[str]:
    yield "## CloudTrail review"
    for line in report.reviews:
        yield ""
        yield f"{moment(line.at, report.day)}: {text(line.words)}"
        if line.evidence:
            kept = line.evidence
            yield f"Evidence {code(kept.file)}, SHA-256 {code(kept.sha256)}: {kept.integrity}."
    if not report.reviews:
        yield ""
        yield "CloudTrail was not reviewed: whether the key was used is unknown."
        return
    reviewed = report.reviewed
    if reviewed is None:
        yield ""
        yield "Its evidence cannot be shown; this is what the journal itself says it found:"
        yield ""
        yield from (f"- {text(title)}" for title in report.reviews[-1].findings)
        return
    yield ""
    yield f"{stamp(reviewed.since)} to {stamp(reviewed.until)}, attributed {text(reviewed.attribution)}."
    unread = "; ".join(reviewed.unreadable) or "nothing"
    yield f"{count(reviewed.scanned, 'record')} read. Not read: {text(unread)}."
    yield ""
    if reviewed.headline:
        yield text(reviewed.headline)
        yield ""
    yield "### Findings"
    yield ""
    for found in reviewed.findings:
        technique = f" ({text(found.technique)})" if found.technique else ""
        yield f"- **{text(found.severity)}** {text(found.told)}{technique}"
    if reviewed.baseline:
        yield ""
        yield text(reviewed.baseline)
    yield ""
    yield "### Coverage"
    yield ""
    yield from table(
        ("Source", "Region", "Covers", "From", "To", "Note"),
        (
            (text(r.source), text(r.region), text(r.covers), stamp(r.since), stamp(r.until), text(r.note))
            for r in reviewed.coverage
        ),
    )
    if reviewed.sessions:
        yield ""
        yield "### Sessions"
        yield ""
        yield from (f"{'  ' * each.depth}- {text(each.words)}" for each in reviewed.sessions)
    if reviewed.use.origins:
        yield ""
        yield "### Where it was used from"
        yield ""
        yield from table(
            ("Address", "Calls", "Refused", "First", "Last", "Agents"),
            (
                (
                    code(each.address),
                    f"{each.calls:,}",
                    f"{each.refused:,}",
                    stamp(each.first),
                    stamp(each.last),
                    text(", ".join(each.agents)),
                )
                for each in reviewed.use.origins
            ),
        )


def _compromised(report: Report) -> Iterator[str]:
    if report.compromised:
        yield f"## {report.compromised_title}"
        yield ""
        yield from table(
            ("What", "How", "State", "Read back", "Ended by"),
            (
                (
                    code(each.name),
                    text(each.why),
                    text(each.state),
                    moment(each.at, report.day),
                    code(each.lever),
                )
                for each in report.compromised
            ),
        )


def _made(report: Report) -> Iterator[str]:
    if report.made:
        yield "## What the intruder made"
        yield ""
        yield from table(
            ("What", "Proof", "State", "Read back", "What to do"),
            (
                (
                    code(each.text),
                    text(each.proof),
                    text(each.state),
                    moment(each.at, report.day),
                    code(each.lever),
                )
                for each in report.made
            ),
        )


def _to_rotate(report: Report) -> Iterator[str]:
    if report.reviewed and report.reviewed.to_rotate:
        yield "## To rotate"
        yield ""
        yield "These were read, so whoever read them has their values:"
        yield ""
        yield from table(
            ("What", "Name", "Region", "Read", "First", "Last", "By", "Events"),
            (
                (
                    text(each.kind),
                    code(each.name),
                    text(each.region),
                    count(each.times, "time"),
                    moment(each.first, report.day),
                    moment(each.last, report.day),
                    text(", ".join(each.by)),
                    code(", ".join(each.event_ids[:_EVENTS])),
                )
                for each in report.reviewed.to_rotate
            ),
        )


def _sweep(report: Report) -> Iterator[str]:
    if sweep := report.sweep:
        yield "## What else this user has"
        yield ""
        for held in sweep.held:
            how = held.elsewhere or f"with stanch: {held.lever}"
            yield f"- {text(held.kind)} {code(held.name)}: {text(held.words)} ({text(how)})"
        if not sweep.held:
            yield "Nothing else was found."
        yield from (f"- Not read: {text(part)}" for part in sweep.unreadable)


def _notes(report: Report) -> Iterator[str]:
    if report.notes:
        yield "## Notes"
        yield ""
        yield from (f"- {moment(note.at, report.day)} {text(note.words)}" for note in report.notes)


def _journal(report: Report) -> Iterator[str]:
    journal = report.journal
    yield "## Journal"
    yield ""
    yield f"{count(journal.lines, 'line')}, head {code(journal.head or '-')}."
    if not journal.flaws:
        yield CONSISTENT
    yield from (f"- {text(anchor)}" for anchor in journal.anchors)
    yield from (f"- {text(flaw)}" for flaw in journal.flaws)
