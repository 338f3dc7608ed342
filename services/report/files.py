"""The forms that a report is written in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from services.report.document import to_json
from services.report.html import to_html
from services.report.markdown import to_markdown
from services.report.model import Report
from services.report.unsecret import without_secrets


def _handed_on(form: Callable[[Report], str]) -> Callable[[Report], str]:
    """Without what looks like a secret, which a note may have."""
    return lambda report: without_secrets(form(report))


FORMATS: dict[str, Callable[[Report], str]] = {
    "md": _handed_on(to_markdown),
    "html": _handed_on(to_html),
    "json": _handed_on(to_json),
}


def format_of(path: Path) -> str | None:
    """The format that the end of a file's name asks for."""
    ending = path.suffix.lower().lstrip(".")
    return {"htm": "html", "markdown": "md"}.get(ending, ending if ending in FORMATS else None)
