"""What a review reads: AWS's own sources, Athena with what it needs, or files that are at hand."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from services.review.model import Athena, SourceUnavailable
from services.review.plan import local_path
from tui.widgets.form import TextRow, picked, typed
from tui.widgets.picker import Picker

_SOURCES = {
    "auto": "whatever covers the time, cheapest first",
    "history": "the event history alone",
    "s3": "the trail's objects alone",
    "insights": "the trail's log group, by Logs Insights",
    "lake": "an event data store, by CloudTrail Lake",
    "athena": "the trail's bucket, by Athena",
    "": "a folder or file of CloudTrail records",
}
_NAMES = tuple(_SOURCES)
_IN_FILES = _NAMES.index("")


class ReviewSource(Vertical):
    """*source* and *athena* are those that stand."""

    def __init__(self, source: str, athena: Athena) -> None:
        super().__init__()
        self._path = "" if source in _SOURCES else source
        self._index = _NAMES.index(source) if source in _SOURCES else _IN_FILES
        self._athena = athena

    def compose(self) -> ComposeResult:
        yield Picker("read", tuple(_SOURCES.values()), self._index, id="source")
        yield TextRow("path", self._path, "of a trail's folder, or of one file", id="records")
        yield TextRow("workgroup", self._athena.workgroup or "", "where Athena's queries run", id="workgroup")
        output = self._athena.output or ""
        yield TextRow("results in", output, "s3://…, if the workgroup has no place", id="output")
        yield Picker("table", ("it is there", "create it if missing"), int(self._athena.create), id="table")

    def on_mount(self) -> None:
        self._arrange()

    def on_picker_turned(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        self.query_one("#records").display = self.in_files
        for row in ("#workgroup", "#output", "#table"):
            self.query_one(row).display = _NAMES[picked(self, "source")] == "athena"

    @property
    def in_files(self) -> bool:
        return picked(self, "source") == _IN_FILES

    @property
    def source(self) -> str:
        """Raises ValueError with a sentence where what was typed is none."""
        named = _NAMES[picked(self, "source")]
        if named == "athena" and not self.athena.configured:
            raise ValueError("Athena needs a workgroup, or an s3:// place for its results.")
        if not self.in_files:
            return named
        if not (path := typed(self, "records")):
            raise ValueError("Type the path of a folder or a file.")
        try:
            local_path(path)
        except SourceUnavailable as error:
            raise ValueError(str(error)) from None
        return path

    @property
    def athena(self) -> Athena:
        output = typed(self, "output") or None
        if output and not output.startswith("s3://"):
            raise ValueError(f"{output} isn't a place for results: it has to begin with s3://")
        return Athena(typed(self, "workgroup") or None, output, create=picked(self, "table") == 1)
