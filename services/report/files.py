"""Writes a report to a new file, for its owner alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from services.base import files
from services.report.document import to_json
from services.report.html import to_html
from services.report.markdown import to_markdown
from services.report.model import Report

FORMATS: dict[str, Callable[[Report], str]] = {"md": to_markdown, "html": to_html, "json": to_json}


def format_of(path: Path) -> str | None:
    """The format that the end of a file's name asks for."""
    ending = path.suffix.lower().lstrip(".")
    return {"htm": "html", "markdown": "md"}.get(ending, ending if ending in FORMATS else None)


def write_new(path: Path, content: str, *, force: bool = False) -> None:
    """Write *content* to *path*, of mode 0600; raises OSError, and FileExistsError unless *force*."""
    if force:
        files.replace(path, content.encode())
        return
    with files.creating(path) as file:
        file.write(content.encode())
