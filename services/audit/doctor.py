"""Who am I, what may I do, and would the use of a key be recorded: what to know before the hour comes."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from services.audit.otheraccounts import OtherAccounts, try_roles
from services.aws.account import get_alias
from services.aws.cloudtrail import HISTORY_KEPT, Pacer
from services.aws.credentials.source import Source
from services.aws.session import AwsSession
from services.aws.skew import clock_ahead
from services.aws.sts import Caller, get_caller_and_time
from services.aws.where import Where
from services.base import clock
from services.base.folders import require_private
from services.base.keyservices import KeyService
from services.review.coverage import Coverage, coverage
from services.review.model import Unreadable, Window
from services.review.recorded import Covers
from services.review.trails import Trails, read_trails
from services.rights.abilities import Ability, abilities
from services.rights.permissions import CAVEAT
from services.rights.place import Place

_A_MOMENT = timedelta(minutes=1)
_BEST: tuple[Covers, ...] = ("yes", "partly", "unknown", "management only", "no")


@dataclass(frozen=True, slots=True)
class Recorded:
    """Whether use of Logs keys in *region* is recorded now, since when, and by which trail."""

    region: str
    covers: Covers
    since: datetime | None
    source: str
    note: str

    def as_json(self) -> dict[str, object]:
        return {
            "region": self.region,
            "covers": self.covers,
            "since": clock.rfc3339(self.since) if self.since else None,
            "source": self.source,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class StateDir:
    """Where cases are kept; *trouble* says why nothing can be written there, None where it can."""

    path: Path
    trouble: str | None = None

    def as_json(self) -> dict[str, object]:
        return {"path": str(self.path), "writable": self.trouble is None, "trouble": self.trouble}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """*ahead* is how far the clock here is ahead of AWS's, None where AWS did not send its time."""

    caller: Caller
    alias: str | None
    regions: tuple[str, ...]
    read_only: bool
    abilities: tuple[Ability, ...]
    recorded: tuple[Recorded, ...]
    state: StateDir
    ahead: timedelta | None
    unreadable: tuple[Unreadable, ...]
    source: Source | None = None
    """Which credentials sign, and from where."""
    where: Where = field(default_factory=Where)
    others: OtherAccounts = field(default_factory=OtherAccounts)
    """How the roles that are configured for other accounts answered."""

    @property
    def complete(self) -> bool:
        """Whether nothing is "not known" for want of being read or asked."""
        return not self.unreadable and not any(each.unknown for each in self.abilities)

    def as_json(self) -> dict[str, object]:
        ahead = self.ahead.total_seconds() if self.ahead is not None else None
        return {
            "account": self.caller.account,
            "alias": self.alias,
            "caller_arn": self.caller.arn,
            "credentials": self.source.as_json() if self.source else None,
            "regions": list(self.regions),
            "endpoint": self.where.endpoint,
            "read_only": self.read_only,
            "complete": self.complete,
            "unreadable": [{"what": part.what, "error": part.error} for part in self.unreadable],
            "may": [each.as_json() for each in self.abilities],
            "caveat": CAVEAT,
            "recorded": [each.as_json() for each in self.recorded],
            "state_dir": self.state.as_json(),
            "clock_ahead_seconds": ahead,
            "other_accounts": [each.as_json() for each in self.others.tried],
        }


async def diagnose(aws: AwsSession, state_dir: Path, *, now: Callable[[], datetime] = clock.now) -> Diagnosis:
    """Ask and change nothing; raises an AwsError where not even the caller can be told."""
    began = now()
    caller, time = await get_caller_and_time(aws)
    ahead = clock_ahead(time, began, now()) if time else None
    regions = await aws.regions()
    window = Window(now() - HISTORY_KEPT, now())
    trails, alias, state, others = await asyncio.gather(
        read_trails(aws, regions, window, defaultdict(Pacer)),
        get_alias(aws),
        asyncio.to_thread(look_at_state_dir, state_dir),
        try_roles(aws, caller.account),
    )
    able = await abilities(aws, caller, _place(caller, regions, trails))
    recorded = recorded_now(trails, window, now())
    return Diagnosis(
        caller,
        alias,
        regions,
        aws.read_only,
        able,
        recorded,
        state,
        ahead,
        (*trails.troubles(), *_unlisted(others)),
        aws.source,
        aws.where,
        others,
    )


def _unlisted(others: OtherAccounts) -> tuple[Unreadable, ...]:
    return (Unreadable("which other accounts there are", others.unlisted),) if others.unlisted else ()


async def recording_now(aws: AwsSession, now: datetime) -> tuple[Recorded, ...]:
    """The same as `diagnose` says of it at this moment, by the trails alone; raises Expired."""
    window = Window(now - _A_MOMENT, now)
    trails = await read_trails(aws, await aws.regions(), window, {}, changes_too=False)
    return recorded_now(trails, window, now)


def recorded_now(trails: Trails, window: Window, now: datetime) -> tuple[Recorded, ...]:
    """What *window*'s last moment is covered by, Region by Region."""
    rows = coverage(trails, window, KeyService.LOGS, history=False, now=now)
    return tuple(
        _recorded([row for row in rows if row.region == region and row.until >= window.until], window)
        for region in trails.regions
    )


def look_at_state_dir(path: Path) -> StateDir:
    """Whether a case could be kept in *path*, which need not be there yet; nothing is left behind."""
    place = next((each for each in (path, *path.absolute().parents) if each.exists()), path)
    try:
        require_private(path)
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"stanch")
            file.flush()
    except OSError as error:
        return StateDir(path, error.strerror or type(error).__name__)
    return StateDir(path)


def _recorded(rows: Sequence[Coverage], window: Window) -> Recorded:
    best = min(rows, key=lambda row: (_BEST.index(row.covers), row.since))
    since = best.since if best.covers in ("yes", "partly") else None
    return Recorded(best.region, best.covers, since, best.source, best.note)


def _place(caller: Caller, regions: tuple[str, ...], trails: Trails) -> Place:
    found = [state.trail for state in trails.states]
    return Place(
        partition=caller.partition,
        account=caller.account,
        region=regions[0],
        buckets=tuple(dict.fromkeys(trail.bucket for trail in found if trail.bucket)),
        trail=found[0].arn if found else None,
    )
