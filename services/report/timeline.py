"""The picture of what was done when: a lane for each step, for use of the key, for the reviews."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from services.base.spans import spoken
from services.report import scales
from services.report.glyphs import R, glyph, trouble
from services.report.markup import Safe, el, join
from services.report.model import Action, Report
from services.report.words import AWS_SAYS, IN_FORCE, REQUESTED, mark, stamp

LANE = 28.0
TOP = 26.0
FOOT = 24.0
CUT = "axis broken"
"""The class of what is drawn where time is compressed."""
LETTER = 7.0
"""The width of one in a word, about; of all fonts that a browser may take, the widest."""
ROOM = 8.0
"""Between the lanes and the axis, for what is said of a cut."""
GAP = 8.0
"""Between two labels, at least."""
LEVERS = ("deactivate", "deny", "groups", "access-keys")
"""Steps whose effect lasts until they are taken back: their lanes have a band."""


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: str
    at: datetime
    title: str


@dataclass
class _Lane:
    name: str
    marks: list[_Mark] = field(default_factory=list)
    bands: list[tuple[datetime, datetime, str]] = field(default_factory=list)
    """From, to, and the class it is drawn in."""
    labels: list[tuple[datetime, str]] = field(default_factory=list)
    rug: tuple[datetime, ...] = ()
    """A stroke for each, in the class *kind*."""
    kind: str = ""

    def moments(self) -> Iterator[datetime]:
        yield from (self.rug[0], self.rug[-1]) if self.rug else ()
        yield from (mark.at for mark in self.marks)
        for since, until, _ in self.bands:
            yield from (since, until)


def timeline(report: Report, width: float, *, narrow: bool = False) -> Safe | None:
    """The picture, *width* wide; None where the journal has not even an opening."""
    header = report.header
    if header.opened is None:
        return None
    end = header.closed or header.written
    named = [(header.opened, "opened"), *([(header.closed, "closed")] if header.closed else ())]
    lanes = [*_use(report), *_steps(report, end), *_reviews(report), *_notes(report)]
    moments = [header.opened, end, *(moment for lane in lanes for moment in lane.moments())]
    left, lane_height = (6.0, LANE + 14) if narrow else (118.0, LANE)
    scale = scales.broken(moments, left + 8, width - 14)
    height = TOP + lane_height * len(lanes) + ROOM + FOOT
    bottom = height - FOOT
    body = [
        *_named(sorted((scale.x(at), name) for at, name in named), bottom, width),
        *_axis(scale, bottom, width, 62 if narrow else 74, report.day),
    ]
    for number, lane in enumerate(lanes):
        top = TOP + number * lane_height
        body += _drawn(lane, scale, top, lane_height, width, narrow=narrow)
    return el(
        "svg",
        el("title", f"What was done when, {stamp(min(moments))} to {stamp(end)}"),
        *body,
        class_="timeline",
        role="img",
        viewBox=f"0 0 {width:g} {height:g}",
    )


def _axis(scale: scales.Broken, bottom: float, width: float, apart: float, day: datetime) -> Iterator[Safe]:
    over = scale.gap * 0.15
    for part in scale.parts:
        yield el("line", x1=part.left - over, x2=part.right + over, y1=bottom, y2=bottom, class_="axis")
    for (x, _), (before, after) in zip(scale.breaks, pairwise(scale.parts), strict=True):
        cut = (after.left - before.right) / 2 - over
        yield el("line", x1=x - cut, x2=x + cut, y1=bottom, y2=bottom, class_=CUT)
    for x, label in _silences(scale):
        yield el("text", label, x=x, y=bottom - 5, text_anchor="middle", class_="tick")
    for tick in scale.ticks(apart, day):
        x = min(tick.middle, width - tick.half)
        yield el("line", x1=tick.x, x2=tick.x, y1=bottom, y2=bottom + 4, class_="axis")
        yield el("text", tick.label, x=x, y=bottom + 17, text_anchor="middle", class_="tick")


def _silences(scale: scales.Broken) -> list[tuple[float, str]]:
    """How long each cut is, the longest first; one that another's words would cover says nothing."""
    kept: list[tuple[float, str]] = []
    for x, length in sorted(scale.breaks, key=lambda cut: cut[1], reverse=True):
        label = spoken(length)
        if all(abs(x - other) > (len(label) + len(beside)) * LETTER / 2 + 6 for other, beside in kept):
            kept.append((x, label))
    return sorted(kept)


def _named(moments: list[tuple[float, str]], bottom: float, width: float) -> Iterator[Safe]:
    """A line for each, in order of x; their names above, inside the picture and none over another."""
    for x, _ in moments:
        yield el("line", x1=x, x2=x, y1=16, y2=bottom, class_="moment")
    (first, name), (last, other) = moments[0], moments[-1]
    reach = first + len(name) * LETTER
    labels: list[tuple[float, str, str]]
    if len(moments) == 1:
        labels = [(first, name, "start" if reach <= width else "end")]
    elif reach + GAP <= last - len(other) * LETTER:
        labels = [(first, name, "start"), (last, other, "end")]
    elif first + GAP <= last - len(other) * LETTER and reach - 2 * len(name) * LETTER >= 0:
        labels = [(first, name, "end"), (last, other, "end")]
    else:
        both = f"{name}, {other}"
        labels = [(last, both, "end") if last >= len(both) * LETTER else (first, both, "start")]
    for x, told, anchor in labels:
        yield el("text", told, x=x, y=11, text_anchor=anchor, class_="tick")


def _drawn(
    lane: _Lane, scale: scales.Broken, top: float, height: float, width: float, *, narrow: bool
) -> Iterator[Safe]:
    middle = top + height - LANE / 2
    yield el("line", x1=0, x2=width, y1=top, y2=top, class_="lane")
    room = int((width if narrow else scale.parts[0].left - 8) / LETTER)
    name = lane.name if len(lane.name) <= room else f"{lane.name[: room - 1]}…"
    yield el("text", name, x=0, y=top + 14 if narrow else middle + 4, class_="name")
    for since, until, kind in lane.bands:
        x1, x2 = scale.x(since), scale.x(until)
        yield el("rect", x=x1, y=middle - 3, width=max(x2 - x1, 2.0), height=6, rx=3, class_=f"band {kind}")
    yield from _strokes(lane, scale, middle)
    signs = _apart([(scale.x(mark.at), mark) for mark in lane.marks])
    for x, each in signs:
        yield glyph(each.kind, x, middle, each.title)
    taken = [(x - R - 2, x + R + 2) for x, _ in signs]
    for at, label in lane.labels:
        x, length = scale.x(at), len(label) * LETTER
        right, left = (x + 10, x + 10 + length), (x - 10 - length, x - 10)
        for anchor, (begin, end) in (("start", right), ("end", left)):
            inside = begin >= scale.parts[0].left - 8 and end <= width
            # Where nothing is free it says nothing: the band's end and the sign's title tell it as well.
            if inside and all(end <= before or begin >= after for before, after in taken):
                taken.append((begin, end))
                start = begin if anchor == "start" else end
                yield el("text", label, x=start, y=middle + 4, text_anchor=anchor, class_="said")
                break


def _apart(placed: list[tuple[float, _Mark]]) -> list[tuple[float, _Mark]]:
    """Those of *placed* that are drawn: none hides another, but a failure is never left out."""
    kept: list[tuple[float, _Mark]] = []
    # Of signs in one place the later is the surer; but of an attack the first tells when it began.
    for x, each in placed if placed and placed[0][1].kind == "attack" else reversed(placed):
        if each.kind in ("failed", "unknown") or all(abs(other - x) >= 9 for other, _ in kept):
            kept.append((x, each))
    return sorted(kept, key=placed.index)


def _strokes(lane: _Lane, scale: scales.Broken, middle: float) -> Iterator[Safe]:
    columns, cuts = set[int](), set[int]()
    for when in lane.rug:
        cut = scale.cut(when)
        if cut is None:
            columns.add(int(scale.x(when) / 2))
        else:
            cuts.add(cut)
    for left, right in _runs(sorted(columns)):
        width = 2 * (right - left) + 1.5
        tall = 10 if lane.kind == "let-in" else 6
        yield el("rect", x=2 * left, y=middle - tall / 2, width=width, height=tall, class_=lane.kind)
    for cut in cuts:
        yield el("text", "···", x=scale.breaks[cut][0], y=middle + 4, text_anchor="middle", class_="tick")


def _runs(columns: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of neighbours."""
    start = last = None
    for column in columns:
        if start is None or last is None:
            start = column
        elif column != last + 1:
            yield start, last
            start = column
        last = column
    if start is not None and last is not None:
        yield start, last


def _use(report: Report) -> Iterator[_Lane]:
    if report.reviewed is None:
        return
    use, found = report.reviewed.use, report.reviewed.attack
    if found:
        told = [_Mark("attack", each.at, f"{stamp(each.at)}: {each.words}") for each in found.moments]
        yield _Lane("attack", told)
        if found.seconds:
            yield _Lane("new addresses", rug=found.seconds, kind="let-in")
    for name, kind, seconds in (
        ("allowed calls", "let-in", use.seconds_let_in),
        ("denied calls", "refused", use.seconds_refused),
    ):
        # It begins with the attack: the owner's use of the days before is in the review.
        if drawn := tuple(when for when in seconds if found is None or when >= found.began):
            yield _Lane(name, rug=drawn, kind=kind)


def _steps(report: Report, end: datetime) -> Iterator[_Lane]:
    for step in dict.fromkeys(action.step for action in report.actions):
        lane, taken = _Lane(step), [action for action in report.actions if action.step == step]
        for action in taken:
            lane.marks += _marks(action)
            if action.undo:
                lane.labels.append((action.last.at, mark(step, True)))
        if step in LEVERS:
            lane.bands += _bands(taken, end)
        yield lane


def _marks(action: Action) -> Iterator[_Mark]:
    if action.requested:
        yield _Mark("requested", action.requested, f"{action.title}: {REQUESTED} {stamp(action.requested)}")
    if sign := trouble(action):
        yield _Mark(sign, action.last.at, f"{action.title}: {action.last.words}")
    if agreed := action.agreed:
        yield _Mark("aws", agreed.at, f"{action.title}: {AWS_SAYS} {stamp(agreed.at)}")
    if action.in_force:
        yield _Mark("force", action.in_force.at, f"{action.title}: {IN_FORCE} {stamp(action.in_force.at)}")


def _bands(taken: list[Action], end: datetime) -> Iterator[tuple[datetime, datetime, str]]:
    """How long a lever was down, as far as AWS said so."""
    for number, action in enumerate(taken):
        if action.undo or not action.aws_says:
            continue
        undone = (later.aws_says.at for later in taken[number + 1 :] if later.undo and later.aws_says)
        until = next(undone, end)
        yield action.aws_says.at, until, "down"
        if action.in_force:
            yield action.in_force.at, until, "down sure"


def _reviews(report: Report) -> Iterator[_Lane]:
    marks = [_Mark("review", line.at, f"review {stamp(line.at)}: {line.verdict}") for line in report.reviews]
    if marks:
        yield _Lane("review", marks)


def _notes(report: Report) -> Iterator[_Lane]:
    marks = [_Mark("note", note.at, f"note {stamp(note.at)}") for note in report.notes]
    if marks:
        yield _Lane("notes", marks)


def both(report: Report) -> Safe | None:
    """One picture for a page and one for a telephone; the style sheet shows either."""
    wide, narrow = timeline(report, 860), timeline(report, 350, narrow=True)
    if wide is None or narrow is None:
        return None
    return join((el("div", wide, class_="wide"), el("div", narrow, class_="narrow")))
