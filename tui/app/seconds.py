"""Whatever counts seconds on a screen is told of each in one go, so that one frame shows them all."""

from __future__ import annotations

from collections.abc import Callable

from textual.dom import DOMNode


class Seconds:
    """Who counts, and what each does then; whoever is gone is forgotten."""

    def __init__(self) -> None:
        self._counting: list[tuple[DOMNode, Callable[[], object]]] = []

    def each(self, node: DOMNode, work: Callable[[], object]) -> None:
        """Do *work* each second for as long as *node*, which is mounted, lives."""
        self._counting.append((node, work))

    def tell(self) -> None:
        """A second has gone by."""
        self._counting = [(node, work) for node, work in self._counting if node.is_running]
        for node, work in self._counting:
            if node.is_attached:
                work()
