"""The sessions that were opened with a key, and those opened from them, by the event history alone."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.aws.cloudtrail import Pacer
from services.aws.session import AwsSession
from services.review.collect import Collector
from services.review.follow import ROUNDS, Followed, Session, follow
from services.review.match import Matcher
from services.review.model import Subject, Unreadable, Window
from services.review.reading import drain
from services.review.record import Event
from services.review.scan import Scanner
from services.review.sources.history import read_history
from services.review.where import of_history
from services.review.words import listed

LONGEST = timedelta(hours=36)
"""What a user asks for itself lasts so long at most, and a role's session twelve hours."""


@dataclass(frozen=True, slots=True)
class Opened:
    """*sessions* in order of time, but for those that expired; *events* are the keys' and the sessions'.

    *everywhere* is whether *regions*, whose event history was read, are all that the account has enabled.
    """

    sessions: tuple[Session, ...]
    events: tuple[Event, ...]
    unreadable: tuple[Unreadable, ...]
    regions: tuple[str, ...] = ()
    everywhere: bool = False

    @property
    def where(self) -> str:
        """In words: which event history was read."""
        if self.everywhere:
            return "every enabled Region"
        return listed(self.regions)


async def opened_with(
    aws: AwsSession,
    keys: Sequence[str],
    user: str,
    now: datetime,
    *,
    since: datetime | None = None,
    leaked: str | None = None,
    planted: Iterable[str] = (),
) -> Opened:
    """What was opened with *keys* and may live still; *user* is whose they are, or empty.

    With *leaked* also what was done with the keys that it made for others, and with those known as *planted*.
    """
    window = Window(since or now - LONGEST, now)
    subject = Subject(user=user, key_id=keys[0] if keys and not user else None)
    followed = Followed(keys=frozenset(planted))
    collector, texts = Collector(), (*keys, *followed.keys)
    pacers: defaultdict[str, Pacer] = defaultdict(Pacer)
    regions, everywhere = await of_history(aws)
    for _ in range(ROUNDS if texts else 0):
        scanner = Scanner(Matcher(subject, followed, texts), window)
        stream = read_history(aws, scanner, regions, window, pacers, now=now, done_to=False)
        await drain(collector, [stream], asyncio.Event())
        more = follow(collector.events("by"), user, followed, leaked=leaked)
        new = more.without(followed)
        texts = (*new.sessions, *new.keys)
        followed, collector.following = more, True
        if not texts:
            break
    else:
        if texts:
            why = f"They were followed {ROUNDS} times, and there are more."
            collector.trouble(Unreadable("What the last sessions and keys did", why))
    if followed.unfollowed:
        why = f"{followed.unfollowed:,} more sessions or keys were made than can be followed."
        collector.trouble(Unreadable("What all of them did", why))
    alive = (each for each in followed.sessions.values() if each.expires is None or each.expires > now)
    return Opened(
        tuple(sorted(alive, key=lambda each: each.opened)),
        collector.events("by"),
        collector.unreadable(),
        regions,
        everywhere,
    )
