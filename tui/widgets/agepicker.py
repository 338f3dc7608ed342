"""When a new key expires: AWS's own choices, another number of days, or never."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.widgets.form import TextRow, picked, typed
from tui.widgets.picker import Picker

AGES: tuple[int | None, ...] = (1, 5, 30, 90, 365, None)
LONGEST_AGE = 36_600
_CUSTOM = len(AGES)
_WORDS = (
    *(f"in {age} day{'s' * (age > 1)}" if age else "never" for age in AGES),
    "in another number of days",
)


class AgePicker(Vertical):
    def __init__(self, days: int | None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._days = days

    def compose(self) -> ComposeResult:
        known = AGES.index(self._days) if self._days in AGES else _CUSTOM
        yield Picker("expires", _WORDS, known, id="expires")
        yield TextRow("days", str(self._days) if known == _CUSTOM else "", f"1 to {LONGEST_AGE}", id="days")

    def on_mount(self) -> None:
        self._arrange()

    def on_picker_turned(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        self.query_one("#days").display = picked(self, "expires") == _CUSTOM

    @property
    def days(self) -> int | None:
        """None for a key that never expires; raises ValueError where no number was typed."""
        at = picked(self, "expires")
        if at < _CUSTOM:
            return AGES[at]
        text = typed(self, "days")
        if not text.isdecimal() or not 1 <= int(text) <= LONGEST_AGE:
            raise ValueError(f"Days are a whole number from 1 to {LONGEST_AGE:,}.")
        return int(text)
