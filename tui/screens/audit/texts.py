"""An audit in words: its rows, the chosen one's evidence, and all of them in one line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from services.audit.model import SEVERITIES, Audit, Finding, Unknown
from services.base.text import clean
from tui.look.columns import Column
from tui.look.lines import Line, Role, Span

_SIGNS: dict[str, tuple[str, Role]] = {
    "high": ("‼", "alarm"),
    "medium": ("!", "warn"),
    "info": ("·", "quiet"),
}
_UNKNOWN: Span = ("?", "quiet")


@dataclass(frozen=True, slots=True)
class Row:
    """A finding, or a question that could not be answered."""

    told: Finding | Unknown

    @property
    def id(self) -> str:
        return f"{self.told.kind} {self.told.subject}"

    @property
    def mend(self) -> str | None:
        return self.told.mend if isinstance(self.told, Finding) else None

    @property
    def sign(self) -> Span:
        return _SIGNS[self.told.severity] if isinstance(self.told, Finding) else _UNKNOWN

    @property
    def title(self) -> str:
        if isinstance(self.told, Finding):
            return clean(self.told.title)
        return clean(f"{self.told.subject}: {self.told.kind} is not known.")


def rows(found: Audit) -> tuple[Row, ...]:
    """The worst first, and what is not known last."""
    return (*map(Row, found.findings), *map(Row, found.unknown))


def columns() -> tuple[Column[Row], ...]:
    return (
        Column("", lambda row: row.sign, 1, gap=1),
        Column("FINDING", lambda row: (row.title, "text"), 60, flex=1),
        Column("KIND", lambda row: (row.told.kind, "quiet"), 20, drop=1),
    )


def counted(found: Audit) -> Line:
    """``16 keys · 7 high · 21 medium · 1 not known``."""
    many = Counter(each.severity for each in found.findings)
    line: list[Span] = [(found.keys_told, "text")]
    for severity in SEVERITIES:
        if many[severity]:
            role: Role = "alarm" if severity == "high" else "text"
            line.append((f" · {many[severity]} {severity}", role))
    if not found.findings:
        line.append((" · no findings", "good" if found.complete else "text"))
    if found.unknown:
        line.append((f" · {len(found.unknown)} not known", "text"))
    return tuple(line)


def evidence(row: Row) -> list[Line]:
    """The chosen row in full, its command last."""
    told = row.told
    if isinstance(told, Unknown):
        return [
            ((row.title, "strong"),),
            (("why: ", "quiet"), (clean(told.why), "text")),
            (("Without evidence, nothing is claimed.", "quiet"),),
        ]
    lines: list[Line] = [((row.title, "strong"),)]
    lines += [((clean(each), "text"),) for each in told.evidence]
    return [*lines, (("$ ", "accent"), (clean(told.mend), "text"))]
