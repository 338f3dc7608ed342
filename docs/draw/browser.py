"""Headless Chromium, where the machine has one: the only judge of an HTML file."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

MISSING = "There is no Chromium here: install one (apt install chromium)."

# It talks to nobody, and leaves nothing behind but its profile's folder.
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--enable-logging=stderr",
)


def find() -> str | None:
    """The path of the browser, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def open_page(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Open *page* with the further *options*; what it says on its console is in stderr."""
    browser = find()
    if browser is None:
        raise FileNotFoundError(MISSING)
    command = [browser, *QUIET, f"--user-data-dir={profile}", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


def picture(page: Path, png: Path, profile: Path, *, width: int, height: int, scale: float = 1) -> None:
    """What *page* looks like in a window of that size."""
    size = f"--window-size={width},{height}"
    open_page(page, profile, size, f"--force-device-scale-factor={scale}", f"--screenshot={png}")
