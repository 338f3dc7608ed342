"""The sessions that a user opened, as a tree: which credential opened which, and what each did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.review.follow import Session
from services.review.record import Event
from services.review.words import calls, moment, short

SHOWN = 50
"""Sessions that are told one by one."""

NAMED = 4
"""So many of a session's calls are named, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of the tree, *depth* deep: 0 is a credential that opened sessions, all others are sessions."""

    depth: int
    words: str


def branches(sessions: Mapping[str, Session], events: Iterable[Event]) -> tuple[Branch, ...]:
    """Each credential with the sessions that it opened, and theirs; what is beyond a bound is counted."""
    did: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        if event.session:
            did[event.session][event.name] += 1
    opened: defaultdict[str, list[Session]] = defaultdict(list)
    for session in sorted(sessions.values(), key=lambda each: each.opened):
        opened[session.by or ""].append(session)
    known = {session.key_id for session in sessions.values() if session.key_id}
    roots = [by for by in opened if by not in known] or list(opened)[:1]
    lines: list[Branch] = []
    seen: set[str] = set()
    for root in roots:
        lines.append(Branch(0, _root(root)))
        lines += _below(root, 1, opened, did, seen)
    if len(lines) > SHOWN:
        left = len(lines) - SHOWN
        return (*lines[:SHOWN], Branch(0, f"and {left:,} more: the JSON has all"))
    return tuple(lines)


def _root(key_id: str) -> str:
    if not key_id:
        return "a credential that no record names"
    # Whose making nobody saw, or that was opened before the records begin.
    return f"{'session' if key_id.startswith('ASIA') else 'access key'} {key_id}"


def _below(
    by: str,
    depth: int,
    opened: Mapping[str, list[Session]],
    did: Mapping[str, Counter[str]],
    seen: set[str],
) -> Iterator[Branch]:
    # Not by recursion: a chain may be as long as there are sessions, and sessions may open each other.
    waiting = [(depth, each) for each in reversed(opened.get(by, ()))]
    while waiting:
        depth, session = waiting.pop()
        if session.id in seen:
            continue
        seen.add(session.id)
        yield Branch(depth, _words(session, did.get(session.id, Counter())))
        if session.key_id:
            waiting += [(depth + 1, each) for each in reversed(opened.get(session.key_id, ()))]


def _words(session: Session, did: Counter[str]) -> str:
    many = sum(did.values())
    names = ", ".join(f"{short(name)} {count:,}" for name, count in did.most_common(NAMED))
    more = f" and {len(did) - NAMED:,} more kinds" if len(did) > NAMED else ""
    told = f"{calls(many)} ({names}{more})" if many else "no call recorded"
    return f"{session.words}, opened {moment(session.opened)}: {told}"
