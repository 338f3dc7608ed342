"""The gate before "recovered": since when nothing that the intruder had was used any more.

AWS advises to watch for 30 minutes. Records come late, so what is quiet is certain only up to a while ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.base import clock
from services.base.keyservices import SIGNS
from services.cases.errors import Refused
from services.cases.plan import LeverName, StepName
from services.incident.reviewing import marks
from services.incident.situation import Situation
from services.review.model import Subject, Window
from services.review.opened import LONGEST, opened_with
from services.review.record import Event
from services.review.review import run_review
from services.review.words import calls, listed

ENOUGH = timedelta(minutes=30)
LATE = timedelta(minutes=15)
"""By then event history has nearly every record; CloudTrail promises no time."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """*since* is the last call that AWS allowed, or the containment; *certain* up to when records are read.

    *denied* counts the calls that were denied since the containment.
    """

    contained: datetime
    since: datetime
    certain: datetime
    denied: int = 0
    last: Event | None = None
    unread: tuple[str, ...] = ()
    where: str = ""
    """What was read."""
    data: bool = False
    """Whether reads and writes of data were among it."""

    @property
    def lasts(self) -> timedelta:
        return max(self.certain - self.since, timedelta())

    @property
    def enough(self) -> bool:
        return self.lasts >= ENOUGH and not self.unread

    def words(self, now: datetime) -> str:
        since = clock.spoken(self.since, now)
        if self.last is not None:
            by = self.last.access_key_id or self.last.credential_id or "an unnamed credential"
            what = f"Last allowed call {since}: {self.last.name} by {by} from {self.last.source_ip}."
        else:
            but = "." if self.data else "; reads and writes of data are not in it."
            read = _capital(self.where) if self.data else f"The event history of {self.where}"
            what = f"{read} has no allowed call since the containment at {since}{but}"
        tried = f" {self.denied:,} were denied." if self.denied else ""
        upto = clock.spoken(self.certain, now)
        late = f"Records may be about {LATE.seconds // 60} minutes late, so this is certain up to {upto}"
        minutes = int(self.lasts.total_seconds() // 60)
        if self.enough:
            return f"{what}{tried} Quiet for {minutes} minutes. {late}."
        if self.unread:
            return f"{what}{tried} Whether it is quiet is unknown: not everything could be read. {late}."
        ready = clock.spoken(self.since + ENOUGH + LATE, now)
        return f"{what}{tried} Quiet for {minutes} of 30 minutes. {late}; look again at {ready}."

    def as_json(self) -> dict[str, object]:
        return {
            "contained": clock.rfc3339(self.contained),
            "quiet_since": clock.rfc3339(self.since),
            "certain_until": clock.rfc3339(self.certain),
            "minutes": int(self.lasts.total_seconds() // 60),
            "enough": self.enough,
            "denied": self.denied,
            "last_allowed": self.last.as_json() if self.last else None,
            "searched": self.where,
            "unreadable": list(self.unread),
        }


async def look(at: Situation) -> Quiet:
    """Read the records of the key, of its sessions and of its user; raises Refused before a containment."""
    # By AWS's clock, as the records are.
    steps = (at.case.step(deed) for deed in (StepName.DEACTIVATE, StepName.DENY, LeverName.SESSIONS))
    done = [step.sent or step.at for step in steps if step.state.holds]
    if not (known := [when for when in done if when is not None]):
        raise Refused("Nothing was contained in this case yet: deactivate the key first.")
    contained, now = max(known), at.aws.clock.now() or at.now()
    if at.key.service not in SIGNS:
        return await _of_api_key(at, contained, now)
    texts = tuple(each for each in (at.key.id, at.key.user) if each)
    # What was opened before the containment may be used after it.
    opened = await opened_with(
        at.aws,
        texts,
        at.key.user,
        now,
        since=contained - LONGEST,
        leaked=at.key.id,
        planted=_planted(at),
    )
    ours = {call.request_id for step in at.case.steps.values() for call in step.calls}
    after = [
        event
        for event in opened.events
        if event.time > contained and event.access_key_id not in at.case.keys and event.request_id not in ours
    ]
    unread = tuple(f"{part.what} could not be read. {part.error}" for part in opened.unreadable)
    return _told(contained, now - LATE, after, unread, opened.where)


def _planted(at: Situation) -> set[str]:
    """The access keys of other users that the review has named: what was done with them counts too."""
    return {
        str(each["id"])
        for each in at.case.compromised
        if each.get("kind") == "access key" and each.get("id") and each.get("user") != at.key.user
    }


async def _of_api_key(at: Situation, contained: datetime, now: datetime) -> Quiet:
    """Its use is in no event history: it is read wherever it is recorded, and a gap there is no quiet."""
    review = await run_review(
        at.aws,
        Subject(at.key.user, at.key.id, at.key.service),
        Window(contained, now),
        source=at.options.source,
        marks=marks(at.case),
        now=lambda: now,
    )
    read = [source.name for source in review.sources if source.used]
    unread = [f"{part.what} could not be read. {part.error}" for part in review.unreadable]
    if review.gaps:
        regions = listed(dict.fromkeys(region for region, _ in review.gaps))
        unread.append(f"Use of the key in {regions} would not surely be recorded.")
    used = {event.event_id for event in review.use}
    ours = marks(at.case).ours
    after = [
        event
        for event in review.events
        if event.time > contained
        and event.request_id not in ours
        and not {event.credential_id, event.access_key_id} & {*at.case.keys}
    ]
    nameless = [
        event for event in after if event.event_id in used and event.let_in and not event.credential_id
    ]
    if at.case.keys and nameless:
        unread.append(
            f"The records name no key, so use of its replacement cannot be told from its own: "
            f"{len(nameless):,} calls."
        )
        after = [event for event in after if event not in nameless]
    return _told(contained, now - LATE, after, tuple(unread), listed(read) or "nothing", data=True)


def _told(
    contained: datetime,
    certain: datetime,
    after: Sequence[Event],
    unread: tuple[str, ...],
    where: str,
    *,
    data: bool = False,
) -> Quiet:
    allowed = [event for event in after if event.let_in]
    if others := [event for event in after if not (event.let_in or event.refused)]:
        newest = f"the last at {clock.stamp(others[-1].time)} from {others[-1].source_ip}"
        unread = (*unread, f"{calls(len(others))} failed for another reason than the credential, {newest}.")
    last = allowed[-1] if allowed else None
    denied = sum(event.refused for event in after)
    since = last.time if last else contained
    return Quiet(contained, since, certain, denied, last, unread, where, data)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
