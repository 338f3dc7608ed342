"""The gate before "recovered": since when nothing that the intruder had was used any more.

AWS advises to watch for 30 minutes. Records come late, so what is quiet is certain only up to a while ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from services.aws.cloudtrail import HISTORY_KEPT
from services.aws.errors import AwsError, Expired
from services.base import clock
from services.base.arn import account_in
from services.base.keyservices import SIGNS
from services.cases.errors import Refused
from services.cases.plan import LeverName, StepName
from services.cases.recorded import is_recorded
from services.cases.state import CaseState, StepState
from services.incident.reviewing import marks
from services.incident.situation import Situation
from services.review.follow import Session
from services.review.model import Subject, Window
from services.review.opened import LONGEST, opened_with
from services.review.record import Event
from services.review.review import Review, run_review
from services.review.words import calls, listed

ENOUGH = timedelta(minutes=30)
LATE = timedelta(minutes=15)
"""By then nearly every record has come; CloudTrail promises no time, so it may be later and never sooner."""

_MINUTES = LATE.seconds // 60

Shown: TypeAlias = Literal["time", "deliveries", "no delivery", "no record of ours"]
"""What tells up to when all records are there."""
Certain: TypeAlias = tuple[datetime, Shown]


@dataclass(frozen=True, slots=True)
class Quiet:
    """*since* is the last call that AWS allowed, or the containment; up to *certain* all records are there.

    *denied* counts the calls that were denied since the containment.
    """

    contained: datetime
    since: datetime
    asked: datetime
    certain: datetime
    shown: Shown
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
        """The verdict and how sure it is, and then what was seen: where it is cut, the verdict is left."""
        minutes = int(self.lasts.total_seconds() // 60)
        if self.enough:
            verdict = f"Quiet for {minutes} minutes."
        elif self.unread:
            verdict = "Whether it is quiet is unknown: not everything could be read."
        else:
            verdict = f"Quiet for {minutes} of 30 minutes; look again {self._when(now)}."
        tried = f" {self.denied:,} were denied." if self.denied else ""
        return f"{verdict} {self._upto(now)}. {self._seen(now)}{tried}"

    def _seen(self, now: datetime) -> str:
        since = clock.spoken(self.since, now)
        if self.last is not None:
            by = self.last.access_key_id or self.last.credential_id or "an unnamed credential"
            return f"Last allowed call {since}: {self.last.name} by {by} from {self.last.source_ip}."
        first, _, last = self.where.rpartition(", ")
        read = f"{first} and {last}" if first else last
        told = f"No allowed call since the containment at {since} in"
        if self.data:
            return f"{told} {read}."
        return f"{told} the event history of {read}; reads and writes of data are not in it."

    def _upto(self, now: datetime) -> str:
        upto = f"certain up to {clock.spoken(self.certain, now)}"
        # What is certain may end before the containment: nothing of what counts here is certain then.
        none = self.certain <= self.contained
        match self.shown:
            case "time" if none:
                late = f"records may be about {_MINUTES} minutes late"
                return f"Nothing after the containment is certain yet: {late}"
            case "time":
                return f"Records may be about {_MINUTES} minutes late, so this is {upto}"
            case "deliveries" if none:
                return "Nothing after the containment is certain yet: the trails have not delivered that far"
            case "deliveries":
                return f"By what the trails have delivered, this is {upto}"
            case "no delivery":
                return "Nothing delivered shows how far the records are, so nothing is certain yet"
            case "no record of ours":
                return "The record of the containment itself was not seen, so nothing is certain yet"

    def _when(self, now: datetime) -> str:
        """When it can be certain, if records go on coming as late as they do."""
        if self.shown in ("time", "deliveries"):
            return f"at {clock.spoken(self.since + ENOUGH + (self.asked - self.certain), now)}"
        return "in 15 minutes"

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


def containments(case: CaseState) -> list[tuple[datetime, StepState]]:
    """What contains in this case, each with when it was sent."""
    steps = (case.step(deed) for deed in (StepName.DEACTIVATE, StepName.DENY, LeverName.SESSIONS))
    return [(when, step) for step in steps if step.state.holds and (when := step.sent or step.at)]


async def look(at: Situation) -> Quiet:
    """Read the records of the key, of its sessions and of its user; raises Refused before a containment."""
    # By AWS's clock, as the records are.
    if not (done := containments(at.case)):
        raise Refused("Nothing was contained in this case yet: deactivate the key first.")
    contained, last = max(done, key=lambda each: each[0])
    now = at.aws.now()
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
    unread = (*(part.words for part in opened.unreadable), *_elsewhere(at, opened.sessions))
    come = unread or now - contained > HISTORY_KEPT or await _has_come(at, last, contained)
    certain: Certain = (now - LATE, "time") if come else (contained, "no record of ours")
    return _told(contained, now, certain, after, unread, opened.where)


def _elsewhere(at: Situation, sessions: Iterable[Session]) -> Iterator[str]:
    """A sentence for each other account that a session is in: only that account records what it does."""
    accounts = {account_in(each.arn) for each in sessions if each.arn} - {at.caller.account, ""}
    for account in sorted(accounts):
        yield f"What its sessions do in account {account} is recorded there alone: look there too."


async def _has_come(at: Situation, step: StepState, sent: datetime) -> bool:
    """Whether the event history has the record of this case's own containment, where that took a call."""
    ours = [each for each in step.calls if each.request_id and not each.error]
    try:
        return not ours or await is_recorded(at.aws, ours[-1].call, str(ours[-1].request_id), sent)
    except Expired:
        raise
    except AwsError:
        return False


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
    unread = [part.words for part in review.unreadable]
    unread += _elsewhere(at, review.followed.sessions.values())
    if unfollowed := review.followed.unfollowed:
        unread.append(f"{unfollowed:,} more sessions or keys were made than can be followed.")
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
    certain = _delivered(review, now)
    return _told(contained, now, certain, after, tuple(unread), listed(read) or "nothing", data=True)


def _delivered(review: Review, now: datetime) -> Certain:
    """Up to when all is there: never later than deliveries show, where trails deliver objects."""
    if (until := review.delivered_until) is not None and until < now - LATE:
        return until, "deliveries"
    if until is None and review.of_trails:
        return review.window.since, "no delivery"
    return now - LATE, "time"


def _told(
    contained: datetime,
    now: datetime,
    certain: Certain,
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
    return Quiet(contained, since, now, *certain, denied, last, unread, where, data)
