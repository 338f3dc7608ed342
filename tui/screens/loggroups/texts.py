"""One log group in words: its row in the table, and all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.aws.logs import LogGroup
from services.traffic.series import Point, binned
from services.traffic.traffic import GroupFlow
from tui.flows.picture import Picture, place_of
from tui.flows.plot import sparkline
from tui.flows.view import short_state, state_words
from tui.look import words
from tui.look.columns import Column
from tui.look.graphs import STYLES, GraphStyle
from tui.look.lines import Line, Span

SPARK = 12
"""Cells of a row's flow."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A log group with what came into it; *flow* is None where that was not read."""

    group: LogGroup
    flow: GroupFlow | None = None
    spark: tuple[Point, ...] = ()
    period_seconds: int = 60

    @property
    def key(self) -> str:
        return f"{self.group.name}@{self.group.region}"

    @property
    def strength(self) -> tuple[object, ...]:
        """The first are those that take bearer tokens, the strongest flow before the others."""
        newest = (self.flow.latest or 0) if self.flow else 0
        return (not self.group.bearer_enabled, -newest, self.group.name, self.group.region)


def rows_of(groups: Sequence[LogGroup], picture: Picture | None) -> list[GroupRow]:
    if picture is None:
        return [GroupRow(group) for group in groups]
    since, until = picture.now - picture.window.span, picture.now
    flows = {place_of(flow): flow for flow in picture.reading.groups}
    seconds = picture.reading.period_seconds
    return [
        GroupRow(group, flows.get(place), binned(picture.bytes.get(place, ()), since, until, SPARK), seconds)
        for group in groups
        for place in ((group.region, group.name),)
    ]


ORDERS: dict[str, Callable[[GroupRow], tuple[object, ...]]] = {
    "flow": lambda row: row.strength,
    "LOG GROUP": lambda row: (row.group.name, row.group.region),
    "REGION": lambda row: (row.group.region, row.group.name),
    "TOKENS": lambda row: (not row.group.bearer_enabled, row.group.name),
    "KMS": lambda row: (row.group.kms_key is not None, row.group.name),
    "KEPT": lambda row: (row.group.retention_days or 10**9, row.group.name),
}


def columns(style: Callable[[], GraphStyle]) -> Sequence[Column[GroupRow]]:
    def flow(row: GroupRow) -> Span:
        style_now = style()
        if row.flow is None or style_now == "numbers":
            return ("", "text")
        return (sparkline(row.spark, SPARK, glyphs=STYLES[style_now]), "bar")

    return (
        Column("LOG GROUP", lambda row: (row.group.name, "strong"), 40, flex=1),
        Column("REGION", lambda row: (row.group.region, "text"), 12, drop=1, gap=1),
        Column("TOKENS", _tokens, 6, gap=1),
        Column("KMS", lambda row: ("own" if row.group.kms_key else "aws", "text"), 3, gap=1, drop=3),
        Column("KEPT", _kept, 5, right=True, drop=2),
        Column("FLOW", flow, SPARK, drop=4),
        Column("STATE", _state, 21),
    )


def details(row: GroupRow) -> list[Line]:
    """Paragraphs on the chosen group."""
    group = row.group
    key = f"encrypted with {group.kms_key}" if group.kms_key else "encrypted with a key of CloudWatch's own"
    days = group.retention_days
    kept = f"kept for {words.count(days, 'day')}" if days else "kept for ever"
    takes = (
        "Accepts bearer tokens, anyone's; B in a key's runbook turns that off."
        if group.bearer_enabled
        else "Accepts only signed calls, no bearer tokens."
    )
    told: list[Line] = [((group.name, "strong"), (f" in {group.region}", "text"))]
    if row.flow:
        told.append(((state_words(row.flow, row.period_seconds), "text"),))
    elif group.bearer_enabled:
        told.append((("IncomingBytes are not read yet, or could not be (!)", "quiet"),))
    else:
        told.append((("IncomingBytes are read where tokens are on; a reads them everywhere", "quiet"),))
    told.append(((takes, "text"),))
    told.append(((f"{key}, {kept}", "text"),))
    told.append(((group.arn, "quiet"),))
    return told


def _tokens(row: GroupRow) -> Span:
    match row.group.bearer_enabled:
        case None:
            return ("?", "warn")
        case True:
            return ("on", "warn")
    return ("off", "quiet")


def _kept(row: GroupRow) -> Span:
    days = row.group.retention_days
    return (f"{days}d" if days else "ever", "text")


def _state(row: GroupRow) -> Span:
    return (short_state(row.flow, row.period_seconds), "text") if row.flow else ("not read", "quiet")
