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
    "never-expires": "never expire",
    "old": "older than 90 days",
    "expires-soon": "expire within 7 days",
    "two-active": "are one of two of their user",
}

Spark = Callable[["GroupFlow", int], str]
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
    """*command* is what it leads to, *key* that command's."""

    title: str
    command: str
    note: str
    lines: tuple[Line, ...]


def panels(facts: Facts, now: datetime, width: int, height: int, spark: Spark) -> tuple[Panel, ...]:
    """Four of them; *width* and *height* are those of the room within each."""
    return (
        _keys(facts, now, width),
        _cases(facts, now, width, height),
        _flows(facts, now, width, height, spark),
        _recording(facts, now, width, height),
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
        named = [f"{told[name]:,} {says}" for name, says in _RISKS.items() if told[name]]
        lines.append(((f"  {' · '.join(named) or 'by what the list tells'}", "quiet"),))
        if found.unreadable:
            unread = words.count(len(found.unreadable), "part")
            lines.append((("? ", "warn"), (f"{unread} unreadable: more may be there", "warn")))
    return Panel("keys at risk", "audit", _as_of(facts.keys_read, now), _folded(lines, width))


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
    for at, case in enumerate(facts.cases or ()):
        if at == height - 1 and len(facts.cases or ()) > height:
            lines.append(((f"  {len(facts.cases or ()) - at} more", "quiet"),))
            break
        clock = words.stopwatch((now - case.opened).total_seconds())
        about: Line = ((f"  {case.user}", "text"), (f"  {case.key_id}", "quiet"))
        lines.append((("◆ ", "accent"), (case.case, "strong"), (f"  {clock}", "alarm"), *about))
    return Panel("open cases", "cases", "", tuple(fit(line, width) for line in lines))


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
        rates = max((len(text) for text, flows in told if flows), default=0)
        longest = max(len(_name(group, reading)) for group in shown)
        names = min(longest, width - rates - _LEAST_SPARK - 6)
        for group, (text, flows) in zip(shown, told, strict=True):
            cells = width - names - rates - 6
            drawn = f"{spark(group, cells)}  {text:>{rates}}" if flows else ""
            lines.append(_flow(_name(group, reading), group.state, names, drawn, text))
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
    return group.words, False


def _flow(name: str, state: str, names: int, drawn: str, told: str) -> Line:
    sign, role = _SIGNS.get(state, ("?", "warn"))
    head: Line = ((f"{sign} ", role), *fit(((name, "strong"),), names), ("  ", "text"))
    return (*head, (drawn, "bar")) if drawn else (*head, (told, "text"))


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
    return Panel("use of Logs keys recorded", "harden", note, _folded(lines, width)[:height])


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
