"""What is known of a leaked credential, as lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.base import clock
from services.base.text import clean
from services.keys.telling import alias_of, offline_facts
from services.keys.whose import Answer, KeyFacts
from tui.look.lines import Line, Span

_NOT_OPENED = {
    Answer.OTHER_ACCOUNT: "it belongs to another account",
    Answer.DECOY: "it is a decoy, and no key of this account",
    Answer.EXAMPLE: "it is an example, and no real key",
    Answer.DELETED: "it was deleted",
    Answer.UNREADABLE: "it could not be looked up",
}


def why_not_opened(facts: KeyFacts | None, searching: bool) -> str | None:
    """Why no screen can be opened for it; None where one can."""
    if facts is None:
        return "none was read yet"
    if searching:
        return "it is still being looked for"
    if facts.credential:
        return None
    if facts.session:
        return "a session has no screen of its own; r opens its runbook"
    return _NOT_OPENED.get(facts.answer, "no key of a user was found for it")


def facts_lines(facts: KeyFacts, ours: str | None, now: datetime, searching: bool) -> list[Line]:
    """A line a fact, then the sentences; *ours* is the account that is signed in to."""
    lines: list[Line] = [
        ((f"{name:<10}", "quiet"), (clean(text), role)) for name, (text, role) in _facts(facts, ours)
    ]
    waits = searching and facts.answer is Answer.NOT_ASKED
    if waits:
        lines.append((("key       ", "quiet"), ("looking for it among the account's keys…", "quiet")))
    warns = facts.answer in (Answer.UNREADABLE, Answer.OTHER_ACCOUNT, Answer.DELETED, Answer.DECOY)
    lines += [((("! " if warns else ""), "warn"), (clean(each), "text")) for each in facts.said]
    lines += [((clean(each), "text"),) for each in offline_facts(facts.key, now)]
    return lines


def _facts(facts: KeyFacts, ours: str | None) -> Iterator[tuple[str, Span]]:
    key = facts.key
    service = f", {key.service}" if key.service else ""
    yield "kind", (f"{key.kind.label}{service}" + (f" ({key.prefix})" if key.prefix else ""), "text")
    if facts.user or facts.key.user:
        yield "user", (str(facts.user or facts.key.user), "strong")
    yield "account", _account(facts, ours)
    if alias := alias_of(key):
        yield "alias", (alias, "text")
    else:
        yield "name", (key.name, "text")
    if found := facts.credential:
        yield "key", (f"{found.id}, {found.status.lower()}, made {found.created:%Y-%m-%d}", "strong")
    if (used := facts.last_used) and used.at:
        where = f"{used.service} in {used.region}, at {clock.stamp(used.at)}"
        yield "last used", (f"{where} (may lag by hours)", "text")


def _account(facts: KeyFacts, ours: str | None) -> Span:
    if facts.account is None:
        return ("not known", "warn")
    if ours and facts.account != ours:
        return (f"{facts.account}, which is not this one ({ours})", "alarm")
    return (f"{facts.account}, this one" if ours else facts.account, "text")
