"""One call to AWS in words: its row in the table, its command, and all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from services.aws.callrecord import CallRecord, Made
from services.base.text import clean
from tui.look import words
from tui.look.columns import Column
from tui.look.lines import Line, Span

_STREAMED = {"GetObject"}
"""Operations for which the AWS CLI wants to be told where the bytes go."""


def rows_of(record: CallRecord, wanted: str) -> list[Made]:
    """Those under way, the oldest first, and then the newest of those that ended; *wanted* are words."""
    asked = wanted.lower().split()
    made = [*record.open.values(), *reversed(record.ended)]
    return [each for each in made if all(word in _told(each) for word in asked)] if asked else made


def columns(now: Callable[[], datetime]) -> Sequence[Column[Made]]:
    return (
        Column("TIME", lambda made: (words.when(made.at, now()), "quiet"), 8, gap=1),
        Column("SERVICE", lambda made: (made.call.service, "text"), 10, flex=1, gap=1),
        Column("OPERATION", lambda made: (clean(made.call.operation), "strong"), 31, flex=1, gap=1),
        Column("REGION", lambda made: (clean(made.region or "—"), "text"), 14, flex=1, gap=1, drop=1),
        Column("MS", _ms, 6, right=True, gap=1),
        Column("OUTCOME", _outcome, 8, flex=1, gap=1),
        Column("REQUEST ID", lambda made: (clean(made.request_id or ""), "quiet"), 36, flex=1, drop=2),
    )


def summary(record: CallRecord, shown: int, *, filtered: bool) -> Line:
    """How many there were, and what is waited for now."""
    ended = len(record.ended)
    failed = sum(bool(made.outcome) for made in record.ended)
    count = words.count(ended, "call")
    line: Line = ((f"{shown:,} of {count} shown" if filtered else count, "strong"),)
    if record.begun > ended + len(record.open):
        line = (*line, (" kept, the newest", "quiet"))
    if failed:
        line = (*line, (f" · {failed:,} not answered as asked", "warn"))
    if first := next(iter(record.open.values()), None):
        more = f" and {len(record.open) - 1:,} more" if len(record.open) > 1 else ""
        # First, so that its seconds are in sight at any width.
        return ((f"{waiting_for(first)}{more}", "accent"), (" · ", "text"), *line)
    return (*line, (" · none under way", "quiet"))


def waiting_for(made: Made) -> str:
    return clean(f"waiting for {made.call.service} {made.call.operation} for {int(made.seconds)} s")


def command(made: Made) -> str:
    """The AWS CLI's command for it, that lets it pass in its own account alone."""
    more = ("/dev/stdout",) if made.call.operation in _STREAMED else ()
    return str(made.where.aws(made.call, *more))


def without(made: Made) -> str | None:
    """What is missing in the command, in words."""
    if not made.left_out:
        return None
    return clean(f"without {', '.join(made.left_out)}: may hold a secret, and isn't kept")


def details(made: Made) -> list[Line]:
    """Paragraphs on the chosen call."""
    called = clean(f"{made.call.service} {made.call.operation}")
    where = clean(f" in {made.region}" if made.region else "")
    tries = f", attempt {made.tries}" if made.tries > 1 else ""
    told: list[Line] = [((called, "strong"), (where, "text"), (_ending(made) + tries, "text"))]
    if made.said:
        told.append(((made.said, "warn"),))
    told.append(((command(made), "text"),))
    if missing := without(made):
        told.append(((missing, "quiet"),))
    if made.request_id:
        told.append(((clean(f"request {made.request_id}"), "quiet"),))
    return told


def _ending(made: Made) -> str:
    if made.ms is None:
        return f", waiting for {int(made.seconds)} s"
    status = f", HTTP {made.status}" if made.status else ", no answer" if made.tries else ", not sent"
    return f"{status} after {made.ms:,.0f} ms"


def _ms(made: Made) -> Span:
    return (f"{made.ms:,.0f}", "text") if made.ms is not None else (f"{int(made.seconds)} s", "accent")


def _outcome(made: Made) -> Span:
    if made.ms is None:
        tries = made.tries
        return ("waiting" if tries < 2 else f"attempt {tries}", "accent")
    if not made.outcome:
        return (f"{made.status} ok", "good")
    before = made.status or ("no answer:" if made.tries else "not sent:")
    return (clean(f"{before} {made.outcome}"), "warn")


def _told(made: Made) -> str:
    """What the filter looks through."""
    state = "waiting" if made.ms is None else made.outcome or "ok"
    called = f"{made.call.service} {made.call.operation} {made.region or ''}"
    return f"{called} {made.status or ''} {state} {made.request_id or ''}".lower()
