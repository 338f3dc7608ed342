"""What bringing a goal about would do: the plan, what changes line by line, and what is sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from services.base.text import clean
from services.goals.engine import Offer
from tui.dialogs.plantexts import call_told, labelled, plan_told
from tui.look.lines import Line, Role
from tui.widgets.page import Page

_DIFF: dict[str, Role] = {"+": "good", "-": "alarm"}


class OfferView(Page):
    """A document alone, or the plan, the diff and the calls, at its own width."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id, more="pgdn")
        self._document: Mapping[str, object] | None = None
        self._offer: Offer | None = None
        self._words = ""
        self._result: Sequence[str] = ()

    def tell(
        self,
        words: str = "",
        made: Mapping[str, object] | None = None,
        offer: Offer | None = None,
        result: Sequence[str] = (),
    ) -> None:
        """*words* above it: what is waited for, or why there is nothing; *result* in its place."""
        self._words, self._document, self._offer, self._result = words, made, offer, result
        self.move_to(0)
        self._rewrap()

    def _rewrap(self) -> None:
        if (width := self.size.width - 2) > 0:
            self._wrapped = [*self._wrap_words(width), *self._told(width)]
            self.move(0)

    def _wrap_words(self, width: int) -> list[Line]:
        return [*labelled("", clean(self._words), width), ()] if self._words else []

    def _told(self, width: int) -> list[Line]:
        if self._result:
            return [((part, "text"),) for line in self._result for part in _pieces(clean(line), width)]
        text = json.dumps(self._document, indent=2) if self._document else ""
        lines: list[Line] = [((line, "text"),) for line in text.splitlines()]
        if (offer := self._offer) is None:
            return lines
        told = plan_told(replace(offer.plan, calls=()), (), width)
        for remark in offer.proposal.remarks:
            told += labelled("said", remark, width, "warn")
        sent = [
            line
            for number, call in enumerate(offer.plan.calls, 1)
            for line in call_told(number, call, width, offer.plan.where)
        ]
        # What changes is shown line by line; where nothing does, what is there.
        changed = list(map(_diffed, offer.proposal.diff)) or lines
        for part in filter(None, (changed, sent)):
            told += [(), *part]
        return told


def _pieces(line: str, width: int) -> Iterable[str]:
    return (line[at : at + width] for at in range(0, max(1, len(line)), width))


def _diffed(line: str) -> Line:
    return ((clean(line), _DIFF.get(line[:1], "quiet")),)
