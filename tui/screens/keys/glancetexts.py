"""What is wrong now, in four panels or one line: keys at risk, open cases, flows, whether use is recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui.look import words
from tui.look.lines import Line, Role, Span, fit, width_of, wrap

if TYPE_CHECKING:  # the first paint does not wait for what only AWS's answer needs
    from services.audit.doctor import Recorded
    from services.cases.leftopen import LeftOpen
    from services.keys.inventory import Inventory
    from services.traffic.traffic import GroupFlow, Reading

_COVERS: dict[str, tuple[Span, str]] = {
    "yes": (("✓", "good"), "recorded"),
    "partly": (("!", "warn"), "recorded in part"),
    "unknown": (("?", "warn"), "not known"),
    "management only": (("✗", "warn"), "not recorded"),
    "no": (("✗", "warn"), "not recorded"),
}
_FLOWING = ("flowing", "falling")
_SIGNS: dict[str, Span] = {"flowing": ("▶", "accent"), "falling": ("▼", "accent"), "gone": ("■", "warn")}
_LEAST_SPARK = 6
"""Cells of a flow that can still be read."""
_RISKS = {
    "never-expires": ("never expires", "never expire"),
    "old": ("older than 90 days",) * 2,
    "expires-soon": ("expires within 7 days", "expire within 7 days"),
    "two-active": ("doubled",) * 2,
}
"""Of one key, and of more."""
_WIDE = 116
"""Cells from which three panels stand abreast, and the flows have a row of their own."""
_SHARES = (0.36, 0.30)
"""Of the width, for what is at risk and for the cases; the rest tells what is recorded."""

Spark = Callable[["GroupFlow", int], Line]
"""A group's points in so many cells."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read, each part None where it was not yet; the times are when those readings began.

    *waiting* says what the keys wait for, or why they could not be read; *flow_trouble* and *record_trouble*
    say the latter of those, *flow_stale* what of the flows is older or was never found.
    """

    inventory: Inventory | None = None
    keys_read: datetime | None = None
    waiting: str | None = None
    cases: tuple[LeftOpen, ...] | None = None
    reading: Reading | None = None
    flow_trouble: str | None = None
    flow_stale: str | None = None
    recorded: tuple[Recorded, ...] | None = None
    recorded_at: datetime | None = None
    record_trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """*command* is what it leads to, *mood* the role of its title: what is wrong stands out."""

    title: str
    command: str
    note: str
    lines: tuple[Line, ...]
    mood: Role = "strong"


Row = tuple[tuple[Panel, int], ...]
"""Panels that stand abreast, each with its width, the frame's cells counted in."""


def panels(facts: Facts, now: datetime, width: int, height: int, spark: Spark) -> tuple[Row, Row]:
    """Four panels in two rows over all of *width*; *height* is that of the room within each."""
    if width < _WIDE:
        left = width // 2
        right = width - left
        return (
            ((_keys(facts, now, left - 4), left), (_cases(facts, now, right - 4, height), right)),
            (
                (_flows(facts, now, left - 4, height, spark), left),
                (_recording(facts, now, right - 4, height), right),
            ),
        )
    keys, cases = (int(width * share) for share in _SHARES)
    rest = width - keys - cases
    return (
        (
            (_keys(facts, now, keys - 4), keys),
            (_cases(facts, now, cases - 4, height), cases),
            (_recording(facts, now, rest - 4, height), rest),
        ),
        ((_flows(facts, now, width - 4, height, spark), width),),
    )


def one_line(facts: Facts, now: datetime, width: int) -> Line:
    """The same where there is no room for panels; what is worst stands first, and stays."""
    # How many cases are open stands in the status line, with their clock.
    read = [moment for moment in (facts.keys_read, facts.recorded_at) if moment]
    read += [facts.reading.at] if facts.reading else []
    age: Line = ((words.as_of(min(read), now), "quiet"),) if read else ()
    parts = [_keys_short(facts), _flows_short(facts), _recording_short(facts), age]
    parts = [part for part in parts if part]
    while len(parts) > 1 and width_of(_joined(parts)) > width:
        parts.pop()
    return fit(_joined(parts), width)


def _joined(parts: Sequence[Line]) -> Line:
    line: Line = ((" ", "text"),)
    for at, part in enumerate(parts):
        line = (*line, *(((" · ", "quiet"),) if at else ()), *part)
    return line


def _as_of(moment: datetime | None, now: datetime) -> str:
    return words.as_of(moment, now) if moment else ""


# Keys


def _keys(facts: Facts, now: datetime, width: int) -> Panel:
    lines: list[Line] = []
    mood: Role = "strong"
    if (found := facts.inventory) is None:
        lines.append(((facts.waiting or "not read yet", "quiet"),))
    else:
        active = [key for key in found.keys if key.status == "Active"]
        high = sum(key.worst == "high" for key in active)
        medium = sum(key.worst == "medium" for key in active)
        lines.append(
            _counted("‼", "alarm", high, f"of {words.count(len(active), 'active key')} at high risk")
        )
        if medium:
            lines.append(_counted("!", "warn", medium, "more at medium risk"))
        told = Counter(risk.name for key in active for risk in key.risks)
        named = [words.count(told[name], *says) for name, says in _RISKS.items() if told[name]]
        lines += _gathered(named or ["by what the list tells"], width)
        mood = "alarm" if high else "strong"
        if found.unreadable:
            unread = words.count(len(found.unreadable), "part")
            lines.append((("? ", "warn"), (f"{unread} unreadable: more may be there", "warn")))
    return Panel("keys at risk", "audit", _as_of(facts.keys_read, now), _folded(lines, width), mood)


def _gathered(parts: Sequence[str], width: int) -> list[Line]:
    """As many of *parts* in a line as fit whole."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 3 <= width:
            lines[-1] += f" · {part}"
        else:
            lines.append(f"  {part}")
    return [((line, "quiet"),) for line in lines]


def _keys_short(facts: Facts) -> Line:
    if (found := facts.inventory) is None:
        return ()
    high = sum(key.worst == "high" and key.status == "Active" for key in found.keys)
    return ((f"‼ {high:,}", "alarm"), (" high risk", "text")) if high else ()


def _counted(sign: str, role: Role, count: int, told: str) -> Line:
    if not count:
        return (("✓ ", "good"), ("0 ", "strong"), (told, "text"))
    return ((f"{sign} {count:,} ", role), (told, "text"))


# Cases


def _cases(facts: Facts, now: datetime, width: int, height: int) -> Panel:
    lines: list[Line] = []
    if facts.cases is None:
        lines.append((("not read yet", "quiet"),))
    elif not facts.cases:
        lines.append((("✓ ", "good"), ("none seen of this account on this machine", "text")))
    found = facts.cases or ()
    told = [part for case in found for part in _case(case, now, width)]
    if len(told) > height:
        told = [_case(case, now, width)[0] for case in found]
    if len(told) > height:
        told = [*told[: height - 1], ((f"  {len(told) - height + 1} more", "quiet"),)]
    mood: Role = "warn" if found else "strong"
    return Panel("open cases", "cases", "", tuple(fit(line, width) for line in lines + told), mood)


def _case(case: LeftOpen, now: datetime, width: int) -> list[Line]:
    """Its clock, and of whom it is: in the same line what fits there whole, and the rest below."""
    clock = words.stopwatch((now - case.opened).total_seconds())
    lines: list[Line] = [(("◆ ", "accent"), (case.case, "strong"), (f"  {clock}", "alarm"))]
    for part in ((case.user, "text"), (case.key_id, "quiet")):
        longer: Line = (*lines[-1], ("  ", "text"), part)
        if width_of(longer) <= width:
            lines[-1] = longer
        else:
            lines.append((("  ", "text"), part))
    return lines


# Flows


def _flows(facts: Facts, now: datetime, width: int, height: int, spark: Spark) -> Panel:
    reading, lines = facts.reading, list[Line]()
    note = _as_of(reading.at, now) if reading else ""
    if reading is None:
        lines += _folded(
            [((facts.flow_trouble or "not read yet", "warn" if facts.flow_trouble else "quiet"),)], width
        )
    elif not reading.groups:
        lines.append((("no log group seen that accepts bearer tokens", "text"),))
    else:
        groups = sorted(reading.groups, key=lambda group: (-(group.latest or 0), group.log_group))
        shown = groups[: height if len(groups) <= height else height - 1]
        told = [_told(group, reading) for group in shown]
        longest = max(len(_name(group, reading)) for group in shown)
        room = width - longest - _LEAST_SPARK - 6
        flowing = max((len(text) for text, flows in told if flows), default=0)
        rates = max((flowing, *(len(text) for text, _ in told if len(text) <= room)))
        names = min(longest, width - rates - _LEAST_SPARK - 6)
        for group, (text, flows) in zip(shown, told, strict=True):
            drawn = spark(group, width - names - rates - 6) if len(text) <= rates else ()
            said = f"{text:>{flowing}}" if flows else text
            lines.append(_flow(_name(group, reading), group.state, names, drawn, said))
        if len(groups) > len(shown):
            lines.append(((f"  {len(groups) - len(shown):,} more", "quiet"),))
    if reading and facts.flow_stale:
        lines = [*lines[: height - 1], ((facts.flow_stale, "warn"),)]
    return Panel("IncomingBytes", "traffic", note, tuple(fit(line, width) for line in lines))


def _name(group: GroupFlow, reading: Reading) -> str:
    several = len({each.region for each in reading.groups}) > 1
    return f"{group.log_group}{f' {group.region}' if several else ''}"


def _told(group: GroupFlow, reading: Reading) -> tuple[str, bool]:
    """Its rate, or why there is none; and whether it flows."""
    if group.state in _FLOWING:
        return words.rate(group.latest or 0, reading.period_seconds), True
    # How long ago that was is told by the time.
    return group.words.partition(",")[0], False


def _flow(name: str, state: str, names: int, drawn: Line, told: str) -> Line:
    sign, role = _SIGNS.get(state, ("?", "warn"))
    head: Line = ((f"{sign} ", role), *fit(((name, "strong"),), names), ("  ", "text"))
    said: Span = (told, "text" if state in _FLOWING else role)
    return (*head, *drawn, ("  ", "text"), said) if drawn else (*head, said)


def _flows_short(facts: Facts) -> Line:
    reading = facts.reading
    if reading is None:
        return (("? flows not read", "warn"),) if facts.flow_trouble else (("flows not read yet", "quiet"),)
    if facts.flow_stale:
        return (("? flows read in part", "warn"),)
    flowing = [group for group in reading.groups if group.state in _FLOWING]
    if not flowing:
        return (("no group seen flowing", "text"),)
    total = words.rate(sum(group.latest or 0 for group in flowing), reading.period_seconds)
    return (("▶ ", "accent"), (f"{len(flowing):,} flow, {total}", "text"))


# Whether use is recorded


def _recording(facts: Facts, now: datetime, width: int, height: int) -> Panel:
    lines: list[Line] = []
    if facts.recorded is None:
        trouble = facts.record_trouble
        lines.append(((trouble or "not read yet", "warn" if trouble else "quiet"),))
    else:
        alike: dict[tuple[str, str], list[str]] = {}
        for each in facts.recorded:
            alike.setdefault((each.covers, each.source if each.covers == "yes" else each.note), []).append(
                each.region
            )
        for (covers, why), regions in alike.items():
            (sign, role), told = _COVERS[covers]
            by = f" by {why}" if covers == "yes" else f": {why}"
            lines.append(((f"{sign} ", role), (", ".join(regions), "strong"), (f" {told}{by}", "text")))
    note = _as_of(facts.recorded_at, now)
    mood: Role = "strong" if all(each.covers == "yes" for each in facts.recorded or ()) else "warn"
    return Panel("use of Logs keys recorded", "harden", note, _folded(lines, width)[:height], mood)


def _recording_short(facts: Facts) -> Line:
    if facts.recorded is None:
        return (
            (("? recording not known", "warn"),)
            if facts.record_trouble
            else (("recording not read yet", "quiet"),)
        )
    on = sum(each.covers == "yes" for each in facts.recorded)
    if on == len(facts.recorded):
        return (("✓ ", "good"), (f"logs use recorded, {on} of {on} Regions", "text"))
    if any(each.covers in ("unknown", "partly") for each in facts.recorded):
        return (
            ("? ", "warn"),
            (f"logs use surely recorded, {on} of {words.count(len(facts.recorded), 'Region')}", "text"),
        )
    return (
        ("✗ ", "warn"),
        (f"logs use recorded, {on} of {words.count(len(facts.recorded), 'Region')}", "text"),
    )


def _folded(lines: Sequence[Line], width: int) -> tuple[Line, ...]:
    return tuple(fit(part, width) for line in lines for part in wrap(line, width, indent=2))
