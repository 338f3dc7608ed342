"""Folders for nobody else's eyes."""

from __future__ import annotations

from pathlib import Path


def make_private(folder: Path) -> None:
    """Make *folder* and what is missing above it, mode 0700; raises OSError."""
    # The mode that mkdir is given holds for the last folder alone, not for those it makes on the way.
    if not folder.parent.exists():
        make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
