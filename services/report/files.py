"""The forms that a report is written in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from services.report.document import to_json
from services.report.html import to_html
from services.report.markdown import to_markdown
from services.report.model import Report

FORMATS: dict[str, Callable[[Report], str]] = {"md": to_markdown, "html": to_html, "json": to_json}


def format_of(path: Path) -> str | None:
    """The format that the end of a file's name asks for."""
    ending = path.suffix.lower().lstrip(".")
    return {"htm": "html", "markdown": "md"}.get(ending, ending if ending in FORMATS else None)
