"""How long a trail's bucket keeps what was delivered, by its lifecycle rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.aws.cloudtrail import Trail
from services.base.clock import stamp
from services.review.changes import Change
from services.review.where import ELSEWHERE

LAST = datetime.max.replace(tzinfo=UTC)
_ORGANIZATION = re.compile(r"o-[a-z0-9]+(?:/|$)")


@dataclass(frozen=True, slots=True)
class Keeping:
    """*rules* say, by the beginning of keys, before when such objects have been deleted.

    *changed* is when the rules were changed last: what others deleted before is not known.
    """

    account: str
    trail: Trail
    rules: tuple[tuple[str, datetime], ...] = ()
    changed: Change | None = None
    untold: bool = False
    """Whether the rules could not be read, so that only objects show what was kept."""
    oldest: Mapping[str, datetime] = field(default_factory=dict)
    """By Region: when its oldest object was delivered, where the rules are *untold*."""

    def unsettled(self, region: str) -> Iterator[tuple[datetime, str]]:
        """(until when, why) objects of that Region may be gone, in no order."""
        whens = [when for prefix, when in self.rules if self._is_of(prefix, region)]
        if whens:
            yield max(whens), "a lifecycle rule of its bucket deletes older objects"
        if self.untold and not self.trail.validates:
            first = self.oldest.get(region) or min(self.oldest.values(), default=None)
            why = "how long its bucket keeps objects could not be read"
            yield first or LAST, f"{why}, and it has no older ones" if first else why
        # Digest files name what was delivered, so that nothing goes unmissed.
        if self.changed and not self.trail.validates:
            did = f"the lifecycle rules of its bucket were changed {stamp(self.changed.time)}"
            yield self.changed.time, f"{did} by {self.changed.by}: older objects may have been deleted"

    def _is_of(self, prefix: str, region: str) -> bool:
        """Whether keys of the account's objects of *region* may begin with *prefix*."""
        logs = f"{self.trail.prefix}/AWSLogs/" if self.trail.prefix else "AWSLogs/"
        if not prefix.startswith(logs):
            return logs.startswith(prefix)
        rest = _ORGANIZATION.sub("", prefix.removeprefix(logs), count=1)
        place = f"{self.account}/CloudTrail/" + ("" if region == ELSEWHERE else f"{region}/")
        return place.startswith(rest) or rest.startswith(place)
