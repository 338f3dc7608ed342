"""A report as data: what the journal and the evidence of one case say, and nothing beyond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.cases.evidence import Evidence
from services.cases.state import Replacement
from services.report import words
from services.report.intruder import Attack
from services.report.intruder import Said as Said
from services.report.theirs import Compromised, Made
from services.review.handedout import HandedOut
from services.review.model import SourceUsed
from services.review.tree import Branch
from services.traffic.traffic import Reading


@dataclass(frozen=True, slots=True)
class Header:
    """Whose key, whose case, where and when; *version* is that of the program that wrote the report."""

    case: str
    account: str
    endpoint: str | None
    """In words, where it was not AWS's own."""
    key_id: str
    user: str
    alias: str | None
    service: str
    status: str
    """As it was when the case was opened."""
    created: datetime | None
    expires: datetime | None
    responder: str
    login: str
    host: str
    later: tuple[Said, ...]
    """Who else worked on it, from when on."""
    opened: datetime | None
    closed: datetime | None
    written: datetime
    version: str


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What AWS, or a review, showed of an action later; *state* is the runbook's word for it."""

    at: datetime
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What AWS said later of a call without an outcome; *done* is None where it could not tell."""

    at: datetime
    done: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class SentCall:
    """One call: the intent's time before it was sent, the outcome's after; *ok* is None without an answer."""

    seq: int
    service: str
    operation: str
    params: Mapping[str, Any]
    region: str | None
    cli: str
    intent_at: datetime
    outcome_at: datetime | None = None
    ok: bool | None = None
    request_id: str | None = None
    error: str | None = None
    settled: Settled | None = None
    key_id: str | None = None
    """The key it made, or reset."""

    @property
    def done(self) -> bool | None:
        """Whether AWS acted on it; None where that is not known."""
        if self.ok is None and self.settled:
            return self.settled.done
        return self.ok

    @property
    def open(self) -> bool:
        """Whether nobody has found out yet what came of it."""
        return self.ok is None and self.settled is None


_AGREED = ("confirmed", "in_force", "undone")


@dataclass(frozen=True, slots=True)
class Action:
    """A step taken, or taken back, once; without calls where it was so already.

    *aws_says* and *in_force* are None where the journal does not have them. *state* is the newest.
    """

    step: str
    undo: bool
    calls: tuple[SentCall, ...]
    state: str
    last: Said
    aws_says: Said | None = None
    in_force: Said | None = None
    read_back: tuple[ReadBack, ...] = ()
    """In order of time."""
    override: str | None = None
    delivered: Said | None = None
    metadata: Mapping[str, Any] | None = None
    changed: Said | None = None
    """What AWS says since it agreed, where that is otherwise: what was true then stays true of then."""
    left: tuple[str, ...] = ()
    """Sentences of what it does not reach and should, known when it was sent."""

    @property
    def title(self) -> str:
        return words.title(self.step, self.undo)

    @property
    def mark(self) -> str:
        return words.mark(self.step, self.undo)

    @property
    def requested(self) -> datetime | None:
        return self.calls[0].intent_at if self.calls else None

    @property
    def begun(self) -> datetime:
        return self.requested or self.last.at

    @property
    def acted(self) -> datetime | None:
        """When AWS had first acted on one of its calls, or was found to have; None where it never did."""
        for call in self.calls:
            if call.done:
                return call.outcome_at if call.ok or call.settled is None else call.settled.at
        return None

    @property
    def agreed(self) -> ReadBack | None:
        """When AWS was first seen to agree, whatever it says since."""
        return next((each for each in self.read_back if each.state in _AGREED), None)

    @property
    def failed(self) -> bool:
        return bool(self.calls) and self.calls[-1].done is False

    @property
    def stands(self) -> bool:
        """Whether AWS was seen to agree, and has not been seen to disagree since."""
        return self.state in _AGREED


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """What the journal itself says of one review."""

    at: datetime
    verdict: str
    words: str
    complete: bool
    events: int
    findings: tuple[str, ...]
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Covered:
    """For how long use of the key was recorded by a source in a Region, and why it is known."""

    source: str
    region: str
    covers: str
    since: datetime
    until: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Found:
    severity: str
    kind: str
    title: str
    technique: str | None
    events: int
    newness: str | None = None
    by: str = ""
    """The credentials that its calls were made with."""

    @property
    def told(self) -> str:
        return " ".join(part for part in (self.title, self.newness, self.by and f"By {self.by}.") if part)


@dataclass(frozen=True, slots=True)
class Origin:
    """Use of the key from one address, with the agents it gave; times are of the first and the last call."""

    address: str
    agents: tuple[str, ...]
    calls: int
    refused: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Place:
    region: str
    log_group: str


@dataclass(frozen=True, slots=True)
class Use:
    """Use of the key as it was recorded; None where no such call was."""

    first: datetime | None
    last: datetime | None
    first_refused: datetime | None
    last_refused: datetime | None
    let_in: int
    refused: int
    origins: tuple[Origin, ...]
    groups: tuple[Place, ...]
    """In order of first use."""
    seconds_let_in: tuple[datetime, ...] = ()
    seconds_refused: tuple[datetime, ...] = ()
    """Every second with such a call, in order."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The last review in full, from evidence whose hash was checked."""

    since: datetime
    until: datetime
    attribution: str
    sources: tuple[SourceUsed, ...]
    """Those that were read."""
    scanned: int
    unreadable: tuple[str, ...]
    coverage: tuple[Covered, ...]
    findings: tuple[Found, ...]
    use: Use
    in_force: datetime | None
    headline: str | None = None
    """The suspected use told from the owner's."""
    told_apart: bool = False
    """Whether addresses do tell them apart."""
    baseline: str | None = None
    """What findings were weighed against."""
    attack: Attack | None = None
    sessions: tuple[Branch, ...] = ()
    """Which credential opened which session, and what each did."""
    to_rotate: tuple[HandedOut, ...] = ()
    """Secrets and parameters that followed credentials read."""


@dataclass(frozen=True, slots=True)
class Flow:
    """IncomingBytes of the log groups concerned; *words* say whence they are, or why there are none."""

    reading: Reading | None
    words: str
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Something else the user holds; *lever* takes it away from here, *elsewhere* says what to do else."""

    kind: str
    name: str
    words: str
    lever: str | None
    elsewhere: str | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """What else the user held at that moment; with something *unreadable* an empty list proves nothing."""

    at: datetime
    held: tuple[Held, ...]
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remaining:
    """Something still to do; *kind* is for scripts."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The journal as it is now: *head* is the hash of its last line."""

    lines: int
    head: str | None
    flaws: tuple[str, ...]
    anchors: tuple[str, ...] = ()
    """Which lines were signed, and how that is checked."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One of the five lines; *about* is a word to find it by."""

    about: str
    words: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The case for somebody who was not there: one sentence, and what is asked first."""

    words: str
    seconds_to_contain: int | None
    """From the case's opening to when AWS confirmed that the key was stopped."""
    time_to_contain: str | None
    taken: str
    remains: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report shows; the renderers add nothing to it but form."""

    header: Header
    story: tuple[Sentence, ...]
    remaining: tuple[Remaining, ...]
    actions: tuple[Action, ...]
    replacement: Replacement | None
    notes: tuple[Said, ...]
    reviews: tuple[ReviewLine, ...]
    reviewed: Reviewed | None
    sweep: Sweep | None
    flow: Flow
    journal: Verification
    compromised: tuple[Compromised, ...] = ()
    made: tuple[Made, ...] = ()
    summary: Summary | None = None
    chronology: tuple[Said, ...] = ()
    """The attack first, then what was done about it, in order of time."""

    @property
    def compromised_title(self) -> str:
        sure = all(each.sure for each in self.compromised)
        return "Compromised as well" if sure else "May be compromised as well"

    def newest(self, step: str) -> Action | None:
        """The last action of *step*, whether it took it or took it back."""
        return next((action for action in reversed(self.actions) if action.step == step), None)

    @property
    def day(self) -> datetime:
        """Times of this day are written without a date."""
        return self.header.opened or self.header.written
