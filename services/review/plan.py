"""Which sources a review reads, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from services.aws.cloudtrail import HISTORY_KEPT
from services.aws.lake import EventDataStore
from services.base.folders import expanded
from services.base.nearest import no_such
from services.review.coverage import HISTORY
from services.review.model import Athena, SourceUnavailable, SourceUsed, Window
from services.review.recorded import recorded
from services.review.sources.lake import source_name
from services.review.trails import Trails, TrailState

SOURCES = ("auto", "history", "s3", "insights", "lake", "athena")
NO_ATHENA = Athena()
LONG = timedelta(days=30)
"""Beyond this Athena is asked, where there is one to ask: to read all objects would take too long."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read; *done_to* asks the history for others' calls on the user too.

    Of *trails* the objects are read, or Athena is asked for them (*by_athena*); of *groups* the log groups.
    """

    sources: tuple[SourceUsed, ...]
    history: bool = False
    done_to: bool = True
    trails: tuple[TrailState, ...] = ()
    by_athena: bool = False
    groups: tuple[TrailState, ...] = ()
    stores: tuple[EventDataStore, ...] = ()

    @property
    def read(self) -> frozenset[str]:
        return frozenset(source.name for source in self.sources if source.used)


def local_path(source: str) -> Path | None:
    """The file or folder that *source* names, None where it is one of AWS's; raises SourceUnavailable."""
    if source in SOURCES:
        return None
    path = expanded(source)
    if not path.exists():
        otherwise = "Name a folder of trail files."
        raise SourceUnavailable(no_such("source and no file called", source, SOURCES, otherwise=otherwise))
    return path


def choose(
    source: str,
    trails: Trails,
    service: str | None,
    window: Window,
    now: datetime,
    athena: Athena = NO_ATHENA,
) -> Reading:
    """The sources of AWS to read for *source*; event data stores are chosen by themselves."""
    match source:
        case "history":
            used = SourceUsed(HISTORY, True, "requested; it has 90 days of management events")
            return Reading((used,), history=True)
        case "insights":
            return _groups(trails)
        case "athena" if not athena.configured:
            raise SourceUnavailable(
                "Athena needs a workgroup or a place for its results: name one with --athena-workgroup or "
                "--athena-output s3://BUCKET/PREFIX."
            )
    chosen: list[TrailState] = []
    told: list[SourceUsed] = []
    asked = source in ("s3", "athena")
    old = window.since < now - HISTORY_KEPT
    by_athena = source == "athena" or (not asked and athena.configured and _large(trails, window))
    for state in trails.states:
        wanted, why = _worth(state, service, window, asked=asked, old=old)
        if wanted:
            chosen.append(state)
            why += _how(state, window, by_athena=by_athena, asked=asked)
        told.append(SourceUsed(state.source, wanted, why, not wanted and state.changed is not None))
    if asked:
        if not told:
            told.append(SourceUsed("trails", False, "none in these Regions"))
        return Reading(tuple(told), trails=tuple(chosen), by_athena=by_athena)
    done_to = not any(state.takes_management and _throughout(state, window) for state in chosen)
    history = SourceUsed(HISTORY, True, "it has 90 days of the user's other calls and is free")
    return Reading((history, *told), history=True, done_to=done_to, trails=tuple(chosen), by_athena=by_athena)


def _throughout(state: TrailState, window: Window) -> bool:
    """Whether nothing speaks against all of the window having been recorded and delivered."""
    status = state.status
    if status is None or status.started is None or state.changed or state.changes_trouble:
        return False
    return status.logging and status.started <= window.since and not status.delivery_error


def with_stores(
    reading: Reading, stores: Sequence[EventDataStore], service: str | None, *, asked: bool
) -> Reading:
    """*reading*, and the event data stores that are worth a query."""
    told: list[SourceUsed] = []
    chosen: list[EventDataStore] = []
    for store in stores:
        covers = recorded(store.selectors, service)
        wanted = asked or covers.covers in ("yes", "partly")
        why = (
            "requested"
            if asked
            else "it records use of this key, and no trail does"
            if wanted
            else covers.note
        )
        told.append(SourceUsed(source_name(store), wanted, why))
        if wanted:
            chosen.append(store)
    if asked and not told:
        told.append(SourceUsed("event data stores", False, "none in these Regions"))
    return replace(reading, sources=(*reading.sources, *told), stores=tuple(chosen))


def wants_stores(reading: Reading, service: str | None) -> bool:
    """Whether no trail that is read records all use, so that an event data store is worth looking for."""
    return not any(state.takes(service).covers in ("yes", "partly") for state in reading.trails)


def _groups(trails: Trails) -> Reading:
    told = []
    for state in trails.states:
        has = state.trail.log_group_arn is not None
        name = f"log group of {state.source}" if has else state.source
        told.append(SourceUsed(name, has, "requested" if has else "it writes to no log group"))
    if not told:
        told.append(SourceUsed("trails", False, "none in these Regions"))
    return Reading(tuple(told), groups=tuple(each for each in trails.states if each.trail.log_group_arn))


def _large(trails: Trails, window: Window) -> bool:
    return window.until - window.since > LONG or any(state.trail.organization for state in trails.states)


def _how(state: TrailState, window: Window, *, by_athena: bool, asked: bool) -> str:
    if by_athena:
        return ", by Athena" if asked else "; by Athena, because there is so much"
    if not asked and window.until - window.since > LONG:
        return "; all its objects are read, which is slow: an Athena workgroup would be faster"
    return ""


def _worth(
    state: TrailState, service: str | None, window: Window, *, asked: bool, old: bool
) -> tuple[bool, str]:
    taken, status = state.takes(service), state.status
    never = status is not None and status.started is None and not status.logging
    ended = status is not None and not status.logging and (status.stopped or window.since) < window.since
    if asked:
        return True, "requested"
    if never or ended:
        return False, "it was not logging in this period"
    if taken.covers in ("yes", "partly"):
        return True, "it records use of this key"
    if old and taken.covers == "management only":
        return True, "the period starts before the event history's 90 days"
    if taken.covers == "unknown":
        return True, f"it may record use of this key ({taken.note})"
    why = f"it does not record use of this key ({taken.note})"
    if state.changed:
        why += f"; {state.changed_what} in this period, so its bucket may show use: read it with source s3"
    return False, why
