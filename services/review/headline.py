"""The suspected use told from the owner's, by addresses that are new and those that are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.base import clock, sizes
from services.review.facts import Facts
from services.review.newcomers import address
from services.review.record import Event
from services.review.words import calls, moment


@dataclass(frozen=True, slots=True)
class Share:
    """The calls of one side; *addresses* in order of first use, *refused* counts those of *calls*."""

    calls: int = 0
    refused: int = 0
    addresses: tuple[str, ...] = ()
    first: datetime | None = None
    last: datetime | None = None

    @classmethod
    def of(cls, events: Sequence[Event]) -> Share:
        """Of *events* in order of time."""
        return cls(
            len(events),
            sum(event.refused for event in events),
            tuple(dict.fromkeys(map(address, events))),
            events[0].time if events else None,
            events[-1].time if events else None,
        )

    @property
    def denied(self) -> str:
        return f" ({self.refused:,} denied)" if self.refused else ""

    def as_json(self) -> dict[str, object]:
        return {
            "calls": self.calls,
            "refused": self.refused,
            "addresses": list(self.addresses),
            "first": clock.rfc3339(self.first) if self.first else None,
            "last": clock.rfc3339(self.last) if self.last else None,
        }


@dataclass(frozen=True, slots=True)
class Headline:
    """*new* is from addresses first seen from *since* on, *known* from those seen before.

    *suspected* tells whether the responder named that moment. *elsewhere* counts the calls of AWS's own
    services for the user, which come from no address of its. *rotating* is where addresses change all the
    time, so that a new one tells nothing.
    """

    since: datetime
    suspected: bool
    new: Share
    known: Share
    elsewhere: int = 0
    rotating: bool = False
    baseline: bool = True
    """Whether anything at all was seen before *since*."""

    @property
    def words(self) -> str:
        since = moment(self.since)
        by_aws = f"; {calls(self.elsewhere)} by AWS services for the user" if self.elsewhere else ""
        if self.rotating:
            return (
                f"{calls(self.new.calls + self.known.calls)} from addresses that change all the time: an "
                f"address does not tell the owner's use from others'{by_aws}."
            )
        fresh = _from(self.new)
        if not self.baseline:
            return f"{fresh}: none was seen before {since}, so which is the owner's is unknown{by_aws}."
        if not self.new.calls:
            return f"No call from an address not seen before {since}; {self._before()}{by_aws}."
        if self.suspected:
            return f"{fresh} not seen before {since}; {self._before()}{by_aws}."
        first = moment(self.new.first) if self.new.first else since
        return f"{fresh} first seen from {first} on; {self._before()}{by_aws}. No suspected moment is set."

    def _before(self) -> str:
        """How much came from known addresses, which only a suspected moment makes the owner's."""
        many = len(self.known.addresses)
        if not many:
            return "none from the owner's usual addresses" if self.suspected else "none from one seen before"
        if self.suspected:
            usual = "usual address" if many == 1 else f"{many:,} usual addresses"
            return f"{self.known.calls:,}{self.known.denied} from the owner's {usual}"
        before = "an address" if many == 1 else f"{many:,} addresses"
        return f"{self.known.calls:,}{self.known.denied} from {before} seen before"

    def as_json(self) -> dict[str, object]:
        return {
            "words": self.words,
            "since": clock.rfc3339(self.since),
            "suspected": self.suspected,
            "baseline": self.baseline,
            "new": self.new.as_json(),
            "known": self.known.as_json(),
            "aws_services": self.elsewhere,
            "rotating": self.rotating,
        }


def headline(facts: Facts) -> Headline | None:
    """Of the key's use, or of all the user did where no key is looked for; None where nothing tells."""
    usual = facts.baseline
    counted = [event for event in _counted(facts) if event.let_in or event.refused]
    if usual.since is None or not counted:
        return None
    placed = [event for event in counted if address(event)]
    new = [event for event in placed if address(event) not in usual.addresses]
    return Headline(
        usual.since,
        usual.suspected,
        Share.of(new),
        Share.of([event for event in placed if address(event) in usual.addresses]),
        elsewhere=len(counted) - len(placed),
        rotating=usual.rotating,
        baseline=usual.there,
    )


def _counted(facts: Facts) -> Iterable[Event]:
    return facts.use if facts.subject.key_id and facts.use else facts.every


def _from(share: Share) -> str:
    return (
        f"{calls(share.calls)}{share.denied} from {sizes.count(len(share.addresses), 'address', 'addresses')}"
    )


def intruding(told: Mapping[str, object] | None) -> frozenset[str]:
    """The new addresses of a headline as it is written in JSON; none where addresses tell nothing."""
    new = told.get("new") if told and not told.get("rotating") else None
    named = new.get("addresses") if isinstance(new, Mapping) else None
    return frozenset(map(str, named)) if isinstance(named, list) else frozenset()


def has_baseline(told: Mapping[str, object] | None) -> bool:
    """Whether anything was seen before, to tell new addresses by; earlier versions did not write it."""
    return told is not None and told.get("baseline") is not False


def tells_apart(told: Mapping[str, object] | None) -> bool:
    """Whether addresses tell the owner's use from others' at all."""
    return has_baseline(told) and not (told or {}).get("rotating")
