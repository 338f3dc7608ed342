"""Writes a report to a new file, for its owner alone."""

from __future__ import annotations

import os
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


def write_new(path: Path, content: str) -> None:
    """Write *content* to *path*, of mode 0600; raises OSError, and FileExistsError where there is one."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(content)
