"""The review: was this key used, when and from where, was it refused since, and what else did its user do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from services.aws.cloudtrail import Sleep
from services.aws.session import AwsSession
from services.aws.sts import get_caller
from services.base import clock
from services.base.keyservices import SIGNS
from services.base.text import clean
from services.review.attribution import By, attribute, before
from services.review.baseline import Baseline
from services.review.changes import Change
from services.review.collect import Collector
from services.review.compare import compare
from services.review.compromised import Compromised, compromised
from services.review.coverage import Coverage, Span, as_read, gaps, path_rows, reasons
from services.review.delivered import delivered_until
from services.review.deliveries import Ledger
from services.review.findings import Facts, Finding, findings, in_force
from services.review.follow import ROUNDS, Followed, follow
from services.review.handedout import HandedOut, handed_out
from services.review.headline import Headline, headline
from services.review.hints import hint
from services.review.kept import Kept, kept
from services.review.made import Made, made
from services.review.match import NOBODY, Matcher
from services.review.model import (
    Athena,
    Marks,
    Progress,
    SourceUnavailable,
    SourceUsed,
    Subject,
    Unreadable,
    Window,
)
from services.review.naming import told
from services.review.plan import NO_ATHENA, Reading, local_path
from services.review.reading import Asked, choose_sources, drain, pool_of_threads
from services.review.record import Event
from services.review.scan import Scanner
from services.review.sources.path import SOURCE as PATH
from services.review.sources.path import read_path
from services.review.subjects import created, renamed_since
from services.review.verdict import Verdict, verdict
from services.review.words import calls

__all__ = [
    "Athena",
    "Marks",
    "Progress",
    "Review",
    "SourceUnavailable",
    "Subject",
    "Unreadable",
    "Window",
    "judged",
    "run_review",
]

NO_MARKS = Marks()
NO_BASELINE = Baseline()
CHAIN = "names and sessions"
FEW = 3
"""Reasons for gaps that are named in a sentence; the coverage has them all."""


@dataclass(frozen=True, slots=True, repr=False)
class Review:
    """What was found, and how far it can be trusted.

    *events* are the subject's own, *on_user* what others did to the user, both in order of time. *complete*
    is False where anything was unreadable, or where use in the window would not surely have been recorded.
    From *marks* on stands what `judged` made of the records; *use* are those of *events* that are use of
    the key.
    """

    subject: Subject
    window: Window
    sources: tuple[SourceUsed, ...]
    coverage: tuple[Coverage, ...]
    gaps: tuple[tuple[str, Span], ...]
    """(Region, span) in which use would not surely have been recorded."""
    complete: bool
    unreadable: tuple[Unreadable, ...]
    records_scanned: int
    records_unreadable: int
    outside: int
    """Events of the subject's before or after the window."""
    delivered_until: datetime | None
    """Up to when all that was recorded is delivered, as far as deliveries show."""
    events: tuple[Event, ...]
    on_user: tuple[Event, ...]
    of_trails: bool = False
    """Whether objects of trails were read, whose deliveries show how far they are."""
    notes: tuple[str, ...] = ()
    """How the evidence was checked, where that is less than could be: a sentence each."""
    changes: tuple[Change, ...] = ()
    """Of the trails that were read and of their buckets, since the window began."""
    followed: Followed = NOBODY
    """The user's other names and the sessions it opened, whose calls are among *events*."""
    marks: Marks = NO_MARKS
    use: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()
    baseline: Baseline = NO_BASELINE
    """What is usual for the user, against which the findings are weighed."""
    headline: Headline | None = None
    """The suspected use told from the owner's, where anything tells them apart."""
    compromised: tuple[Compromised, ...] = ()
    """Other credentials that an intruder's address used or made."""
    made: tuple[Made, ...] = ()
    """What followed credentials made or changed, each with its record."""
    handed_out: tuple[HandedOut, ...] = ()
    """The secrets and parameters that followed credentials read."""
    attribution: By = "user"
    attribution_words: str = ""
    verdict: Verdict = "unknown"
    verdict_words: str = ""
    seen_in_force: datetime | None = None
    """The last refused use, where none was let in since the deactivation."""

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that the subject's events are of."""
        return tuple(sorted({event.account for event in self.events if event.account}))

    def as_json(self) -> dict[str, object]:
        return {
            "subject": {
                "user": self.subject.user,
                "key_id": self.subject.key_id,
                "service": self.subject.service,
                "account": self.subject.account,
                "created": clock.rfc3339(self.subject.created) if self.subject.created else None,
            },
            "window": {"since": clock.rfc3339(self.window.since), "until": clock.rfc3339(self.window.until)},
            "verdict": self.verdict,
            "verdict_words": self.verdict_words,
            "attribution": self.attribution,
            "attribution_words": self.attribution_words,
            "headline": self.headline.as_json() if self.headline else None,
            "baseline": self.baseline.as_json(),
            "compromised_as_well": [each.as_json() for each in self.compromised],
            "made_by_intruder": [each.as_json() for each in self.made],
            "to_rotate": [each.as_json() for each in self.handed_out],
            "suspected": clock.rfc3339(self.marks.suspected) if self.marks.suspected else None,
            "seen_in_force": clock.rfc3339(self.seen_in_force) if self.seen_in_force else None,
            "sources": [{"name": s.name, "used": s.used, "why": s.why} for s in self.sources],
            "coverage": [row.as_json() for row in self.coverage],
            "complete": self.complete,
            "delivered_until": clock.rfc3339(self.delivered_until) if self.delivered_until else None,
            "unreadable": [{"what": each.what, "error": each.error} for each in self.unreadable],
            "notes": list(self.notes),
            "records_scanned": self.records_scanned,
            "records_unreadable": self.records_unreadable,
            "outside_window": self.outside,
            "accounts": list(self.accounts),
            "names": list(dict.fromkeys((self.subject.user, *(each.name for each in self.followed.names)))),
            "sessions": [session.as_json() for session in self.followed.sessions.values()],
            "events": [event.as_json() for event in self.events],
            "on_user": [event.as_json() for event in self.on_user],
            "findings": [finding.as_json() for finding in self.findings],
        }


async def run_review(
    aws: AwsSession | None,
    subject: Subject,
    window: Window,
    *,
    source: str = "auto",
    marks: Marks = NO_MARKS,
    athena: Athena = NO_ATHENA,
    on_progress: Callable[[Progress], None] | None = None,
    now: Callable[[], datetime] = clock.now,
    sleep: Sleep = asyncio.sleep,
    stop: asyncio.Event | None = None,
    keep: Path | None = None,
    fresh: bool = False,
) -> Review:
    """Review *subject* in *window* from *source*: one of plan.SOURCES, or a path (which needs no *aws*).

    In the folder *keep* it is noted which objects of a trail are done, so that a reading that was cut goes
    on where it was, unless it is to begin *fresh*. Once *stop* is set the reading ends, and what was found
    by then is the result, incomplete. What cannot be read is named in the result. Raised are
    SourceUnavailable, and of the AWS errors those that end everything: no credentials, expired ones, no
    answer at all.
    """
    collector = Collector(on_progress)
    stop = stop or asyncio.Event()
    path = local_path(source)
    ledger = Ledger()
    if path is not None:
        reading = Reading((SourceUsed(PATH, True, clean(f"requested: {path}")),))
        rows = path_rows(window)

        async def read(matcher: Matcher, done: Kept | None = None) -> None:
            with pool_of_threads() as pool:
                await drain(collector, [read_path(path, Scanner(matcher, window, collector.ids), pool)], stop)

        await read(Matcher(subject))
    elif aws is None:
        raise SourceUnavailable("Without AWS only files can be reviewed: name a folder of trail files.")
    else:
        account = subject.account or (await get_caller(aws)).account
        # A namesake in another account of the organization is somebody else.
        subject = replace(subject, account=account, created=subject.created or await created(aws, subject))
        collector.note("trails", "which trails record what")
        if window.up_to_now:
            window = replace(window, until=aws.now())
        else:
            await renamed_since(aws, subject, window, collector, now(), sleep)
        asked = Asked(aws, account, subject, window, source, athena, sleep)
        chosen = await choose_sources(asked, collector, now(), stop)
        reading, rows, ledger = chosen.reading, chosen.rows, chosen.ledger

        async def read(matcher: Matcher, done: Kept | None = None) -> None:
            await chosen.read(matcher, collector, stop, done)

        with kept(keep if source in ("auto", "s3") else None, subject, account, fresh=fresh) as done:
            await read(Matcher(subject), done)
            if done is not None:
                done.finished = bool(reading.trails) and not stop.is_set()
    followed = await _followed(subject, marks, collector, read, stop)
    rows = as_read(collector.rows if collector.rows is not None else rows, collector.unread)
    if not stop.is_set():
        compare(collector, reading, ledger)
    upto = delivered_until(ledger, reading.trails, subject.service)
    # What an intruder did may be tens of thousands of calls.
    return await asyncio.to_thread(
        _concluded, subject, window, marks, reading, rows, collector, now(), followed, upto
    )


async def _followed(
    subject: Subject,
    marks: Marks,
    collector: Collector,
    read: Callable[[Matcher], Awaitable[None]],
    stop: asyncio.Event,
) -> Followed:
    """Read again for the names, sessions and keys that the events lead to, until they lead no further."""
    followed = NOBODY
    collector.following = True
    leaked = subject.key_id if subject.service in SIGNS else None
    # Records are in whole seconds.
    since = marks.suspected and marks.suspected.replace(microsecond=0)

    def further(known: Followed) -> Followed:
        events = (*collector.events("by"), *collector.events("on"), *collector.renamings.values())
        return follow(events, subject.user, known, leaked=leaked, since=since)

    for _ in range(ROUNDS):
        more = await asyncio.to_thread(further, followed)
        new = more.without(followed)
        followed = more
        if not set(new.texts) - {subject.user} or stop.is_set():
            break
        collector.note("sessions", f"{len(new.sessions):,} sessions opened by this user")
        texts = tuple(text for text in new.texts if text != subject.user)
        await read(Matcher(subject, followed, texts))
    else:
        last = await asyncio.to_thread(further, followed)
        if set(last.without(followed).texts) - {subject.user}:
            collector.trouble(
                Unreadable("names and sessions", f"followed {ROUNDS} times, and there are more")
            )
    if followed.names:
        # What a name stands for is known only now.
        await asyncio.to_thread(collector.keep, Matcher(subject, followed))
    return followed


def _concluded(
    subject: Subject,
    window: Window,
    marks: Marks,
    reading: Reading,
    rows: tuple[Coverage, ...],
    collector: Collector,
    now: datetime,
    followed: Followed,
    upto: datetime | None,
) -> Review:
    unreadable = collector.unreadable()
    missing = gaps(rows, reading.read, window)
    read = Review(
        subject=subject,
        window=window,
        sources=reading.sources,
        coverage=rows,
        gaps=missing,
        complete=not (missing or unreadable or window.empty),
        unreadable=unreadable,
        records_scanned=collector.records,
        records_unreadable=collector.records_bad,
        outside=collector.outside,
        delivered_until=min(upto, window.until) if upto else None,
        of_trails=bool(reading.trails),
        events=collector.events("by"),
        on_user=collector.events("on"),
        notes=tuple(collector.notes),
        changes=tuple(collector.changes),
        followed=followed,
    )
    return judged(read, marks, now)


def judged(review: Review, marks: Marks, now: datetime) -> Review:
    """What the records of *review* say when they are measured against *marks*; nothing is read anew."""
    attributed = attribute(review.events, review.subject)
    missing = [each for each in review.unreadable if each.missing]
    # What this case did is no deed of the user's, whoever signed it.
    beside = review.events if review.subject.service in SIGNS else attributed.other
    other = [event for event in beside if event.request_id not in marks.ours]
    facts = Facts(
        review.subject,
        marks,
        attributed.use,
        other,
        review.on_user,
        missing,
        review.changes,
        review.followed.sessions,
    )
    seen = in_force(facts)
    word, sentence = verdict(
        attributed.use,
        window=review.window,
        gaps=review.gaps,
        unreadable=review.unreadable,
        seen_in_force=seen,
        suspected=marks.suspected,
        delivered_until=review.delivered_until,
        now=now,
    )
    if older := before(attributed.other, review.subject):
        sentence += (
            f" {calls(older)} with an API key came before this key was created, and cannot be its use."
        )
    sentence += _beside(review)
    return replace(
        review,
        marks=marks,
        use=attributed.use,
        findings=findings(facts),
        baseline=facts.baseline,
        headline=headline(facts),
        compromised=compromised(facts),
        made=made(facts),
        handed_out=handed_out(facts),
        attribution=attributed.by,
        attribution_words=attributed.words,
        verdict=word,
        verdict_words=sentence,
        seen_in_force=seen,
    )


def _beside(review: Review) -> str:
    """What else the reader of the verdict should know."""
    said = ""
    read = {source.name for source in review.sources if source.used}
    if why := reasons(review.coverage, read, review.gaps):
        more = f"; and {len(why) - FEW:,} more reasons" if len(why) > FEW else ""
        said += f" Why: {'; '.join(why[:FEW])}{more}."
    said += hint(review.coverage, review.sources, review.gaps)
    said += "".join(f" {note}" for note in review.notes)
    said += told(review.followed.names, review.subject.user, of_accounts=review.subject.account is None)
    if review.followed.unfollowed:
        said += f" {review.followed.unfollowed:,} more sessions or keys were made than can be followed."
    if not (review.events or review.on_user or review.outside) and PATH in read:
        said += f" No record names the user {review.subject.user}: names are compared as spelled."
    if review.outside:
        plural = "record of this user is" if review.outside == 1 else "records of this user are"
        said += f" {review.outside:,} more {plural} before or after the requested period."
    if review.subject.account is None and len(review.accounts) > 1:
        named = ", ".join(review.accounts)
        said += f" The records are of several accounts ({named}), each with a user of this name."
    return said
