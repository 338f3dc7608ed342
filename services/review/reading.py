"""Reads the sources of AWS that were chosen, all of them at once."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from services.aws.cloudtrail import Pacer, Sleep
from services.aws.errors import AwsError, Expired
from services.aws.s3 import expiries
from services.aws.session import AwsSession
from services.review.batch import Batch
from services.review.changes import EXPIRY_CHANGED, Change, bucket_changes, deleted_trails, reaches
from services.review.collect import Collector
from services.review.coverage import (
    HISTORY,
    Coverage,
    coverage,
    deleted_rows,
    gaps,
    log_group_rows,
    not_read,
)
from services.review.deliveries import Ledger
from services.review.flight import merged, together, unless, until
from services.review.keeping import Keeping
from services.review.kept import Kept
from services.review.match import Matcher
from services.review.model import Athena, Subject, Unreadable, Window
from services.review.plan import Reading, choose, wants_stores, with_stores
from services.review.scan import Scanner
from services.review.sources.athena import Question, or_else
from services.review.sources.history import read_history
from services.review.sources.insights import read_insights
from services.review.sources.lake import read_lake, read_stores, store_rows
from services.review.sources.listing import Listing, oldest_delivered
from services.review.sources.s3 import TrailObjects
from services.review.trails import Trails, TrailState, read_trails, with_switches
from services.review.where import ELSEWHERE, where

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be reviewed, from where, and how to ask."""

    aws: AwsSession
    account: str
    subject: Subject
    window: Window
    source: str
    athena: Athena
    sleep: Sleep


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is read, and what it covers; it can be read again for whom the first reading led to."""

    asked: Asked
    reading: Reading
    rows: tuple[Coverage, ...]
    regions: tuple[str, ...]
    pacers: Mapping[str, Pacer]
    now: datetime
    trails: Trails
    ledger: Ledger = field(default_factory=Ledger)

    async def read(
        self, matcher: Matcher, collector: Collector, stop: asyncio.Event, done: Kept | None = None
    ) -> None:
        """Read it all for *matcher* into *collector*."""
        with pool_of_threads() as pool:
            await drain(collector, _streams(self, matcher, collector, pool, done), stop)


async def choose_sources(asked: Asked, collector: Collector, now: datetime, stop: asyncio.Event) -> Chosen:
    """Which sources *asked* comes to, why, and what they cover."""
    pacers: defaultdict[str, Pacer] = defaultdict(lambda: Pacer(sleep=asked.sleep))
    planned = await unless(stop, _planned(asked, collector, now, pacers))
    if planned is None:
        collector.trouble(_stopped())
        return Chosen(asked, Reading(()), (), (), pacers, now, Trails(()))
    regions, reading, rows, trails = planned
    return Chosen(asked, reading, rows, regions, pacers, now, trails)


async def _planned(
    asked: Asked, collector: Collector, now: datetime, pacers: defaultdict[str, Pacer]
) -> tuple[tuple[str, ...], Reading, tuple[Coverage, ...], Trails]:
    aws, window, service = asked.aws, asked.window, asked.subject.service
    place = await where(aws)
    regions = place.regions
    if asked.source == "lake":
        trails, reading = Trails(regions), Reading(())
        rows: tuple[Coverage, ...] = ()
    else:
        trails = await read_trails(
            aws, regions, window, pacers, sure=place.sure, narrowed=place.narrowed, now=now
        )
        regions = trails.regions
        for trouble in trails.troubles():
            collector.trouble(trouble)
        reading = choose(asked.source, trails, service, window, now, asked.athena)
        if reading.trails:
            trails = await _buckets(asked, trails, reading, collector, now)
        rows = coverage(trails, window, service, history=reading.history, now=now)
        rows += tuple(log_group_rows(reading.groups, regions, window, service))
    if asked.source == "lake" or (asked.source == "auto" and wants_stores(reading, service)):
        everywhere = (*regions, ELSEWHERE) if place.narrowed else regions
        reading, more = await _add_stores(asked, reading, regions, everywhere, collector, now)
        rows += more
    return regions, reading, rows, trails


async def _buckets(
    asked: Asked,
    trails: Trails,
    reading: Reading,
    collector: Collector,
    now: datetime,
) -> Trails:
    """*trails* with how long the buckets that are read keep objects; notes what was changed of those."""
    read = {state.trail.arn: state for state in reading.trails}
    buckets = {state.trail.bucket for state in reading.trails}
    rules = await together(_quietly(None, expiries, asked.aws, name) for name in buckets)
    collector.changes += [state.change for state in reading.trails if state.change]
    by_bucket = dict(zip(buckets, rules, strict=True))
    states = []
    for state in trails.states:
        if state.trail.arn in read:
            told = by_bucket[state.trail.bucket]
            rules_of = tuple((rule.prefix, now - timedelta(days=rule.days)) for rule in told or ())
            keeping = Keeping(asked.account, state.trail, rules_of, untold=told is None)
            if told is None:
                oldest = await _quietly({}, oldest_delivered, asked.aws, state.trail, asked.account)
                keeping = replace(keeping, oldest=oldest)
            states.append(replace(state, keeping=keeping))
        else:
            states.append(state)
    return replace(trails, states=tuple(states))


async def _learn(chosen: Chosen, collector: Collector) -> AsyncGenerator[Batch, None]:
    """What event history tells beside of trails and buckets; no batch, and so no time, is waited for."""
    asked, reading, now, pacers = chosen.asked, chosen.reading, chosen.now, chosen.pacers
    window, service = asked.window, asked.subject.service
    since = max(window.since, reaches(now))
    buckets = {state.trail.bucket: state.trail for state in reading.trails}
    trails = await with_switches(asked.aws, chosen.trails, window, pacers, now)
    for trail in buckets.values():
        found = await _quietly([], bucket_changes, asked.aws, trail, since, now, pacers)
        collector.changes += found
        trails = replace(trails, states=tuple(_unkept(state, trail.bucket, found) for state in trails.states))
    own = {f"trail {state.trail.name}" for state in trails.states} | {HISTORY, "trails", "not read"}
    rows = coverage(trails, window, service, history=reading.history, now=now)
    rows += tuple(row for row in chosen.rows if row.source not in own)
    if gaps(rows, reading.read, window):
        # Only then it matters whether there was another trail.
        rows = (*await _of_deleted(asked, chosen.regions, now, pacers), *rows)
    collector.rows = rows
    return
    yield  # an async generator, as all sources are


def _unkept(state: TrailState, bucket: str, changes: Iterable[Change]) -> TrailState:
    """*state* with the newest change of how long its bucket keeps objects."""
    if state.keeping is None or state.trail.bucket != bucket:
        return state
    found = [change for change in changes if change.what == EXPIRY_CHANGED]
    newest = max(found, key=lambda change: change.time, default=None)
    return replace(state, keeping=replace(state.keeping, changed=newest))


async def _of_deleted(
    asked: Asked, regions: tuple[str, ...], now: datetime, pacers: Mapping[str, Pacer]
) -> list[Coverage]:
    since = max(asked.window.since, reaches(now))
    found = await together(
        _quietly((), deleted_trails, asked.aws, region, since, now, pacers) for region in regions
    )
    return deleted_rows([each for answer in found for each in answer], asked.window)


async def _quietly(otherwise: R, read: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
    """What *read* comes to; *otherwise* where AWS does not let it: it sharpens what is said, no more."""
    try:
        return await read(*args, **kwargs)
    except Expired:
        raise
    except AwsError:
        return otherwise


async def _add_stores(
    asked: Asked,
    reading: Reading,
    regions: tuple[str, ...],
    everywhere: tuple[str, ...],
    collector: Collector,
    now: datetime,
) -> tuple[Reading, tuple[Coverage, ...]]:
    """*reading* with the event data stores of *regions*, and what these record *everywhere*."""
    stores, troubles = await read_stores(asked.aws, regions)
    lake = asked.source == "lake"
    if lake:
        for trouble in troubles:
            collector.trouble(trouble)
    reading = with_stores(reading, stores, asked.subject.service, asked=lake)
    rows = [
        row
        for store in stores
        for row in store_rows(store, everywhere, asked.window, asked.subject.service, now)
    ]
    if lake:
        window, told = asked.window, {row.region for row in rows}
        rows += [_without_store(region, window) for region in everywhere if region not in told]
    return reading, tuple(rows)


def _without_store(region: str, window: Window) -> Coverage:
    if region == ELSEWHERE:
        return not_read(window)
    note = "no event data store records this Region"
    return Coverage("event data stores", region, "no", window.since, window.until, note)


def _streams(
    chosen: Chosen, matcher: Matcher, collector: Collector, pool: Executor, done: Kept | None
) -> list[AsyncGenerator[Batch, None]]:
    asked, reading, regions, now = chosen.asked, chosen.reading, chosen.regions, chosen.now
    aws, window, sleep = asked.aws, asked.window, asked.sleep
    scanner = Scanner(matcher, window, collector.ids)
    streams: list[AsyncGenerator[Batch, None]] = []
    if asked.source != "lake" and not collector.following:
        streams.append(_learn(chosen, collector))
    if reading.history:
        pacers, done_to = chosen.pacers, reading.done_to
        streams.append(read_history(aws, scanner, regions, window, pacers, now=now, done_to=done_to))
    if reading.trails:
        streams.append(_of_trails(chosen, scanner, collector, pool, done))
    if reading.groups:
        streams.append(read_insights(aws, scanner, reading.groups, window, now=now, sleep=sleep))
    if reading.stores:
        streams.append(read_lake(aws, scanner, reading.stores, window, sleep=sleep))
    return streams


def _of_trails(
    chosen: Chosen,
    scanner: Scanner,
    collector: Collector,
    pool: Executor,
    done: Kept | None,
) -> AsyncGenerator[Batch, None]:
    asked, reading = chosen.asked, chosen.reading
    aws, account, window, trails = asked.aws, asked.account, asked.window, reading.trails
    # What is kept must serve another window too.
    wide = Scanner(scanner.matcher, Window.all_time(), scanner.ids) if done is not None else scanner
    listing = Listing(
        aws,
        account,
        window,
        trails,
        chosen.ledger,
        chosen.pacers,
        chosen.regions,
        fresh=not collector.following,
    )
    objects = TrailObjects(aws, wide, listing, pool, done).read()
    if not reading.by_athena:
        if done:
            collector.note(
                "trails", f"an earlier review was interrupted: {len(done):,} objects are not read again"
            )
        return objects
    note, sleep = collector.note, asked.sleep
    asking = Question(aws, scanner, listing, asked.athena, note=note, sleep=sleep).read()
    if asked.source == "athena":
        return asking
    return or_else(asking, objects, lambda why: note("trails", f"reading the objects instead. {why}"))


async def drain(
    collector: Collector, streams: list[AsyncGenerator[Batch, None]], stop: asyncio.Event
) -> None:
    async with aclosing(merged(streams)) as batches, aclosing(until(batches, stop)) as taken:
        async for batch in taken:
            collector.add(batch)
    if stop.is_set():
        collector.trouble(_stopped())


def _stopped() -> Unreadable:
    return Unreadable("the rest of the records", "stopped before everything was read")


@contextmanager
def pool_of_threads() -> Iterator[Executor]:
    """Threads to unpack and search in: isal lets go of the GIL."""
    pool = ThreadPoolExecutor(max_workers=min(4, _cores()), thread_name_prefix="review")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _cores() -> int:
    """How many this process may use: of two threads on one, each takes what the other had at hand."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
