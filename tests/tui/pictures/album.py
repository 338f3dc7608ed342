"""Pictures of the screens as they should be; UPDATE_SNAPSHOTS=1 takes them anew.

Most are kept as text, with the roles of its letters beneath (see written.py), so that a change can be read;
those of IN_COLOUR as SVG, which has the colours of the themes too.
"""

from __future__ import annotations

import asyncio
import difflib
import io
import os
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyte
from rich.console import Console
from rich.segment import Segment, Segments
from textual.geometry import Size
from textual.strip import Strip

from docs.draw.svg import svg
from tests.patience import PATIENCE
from tests.tui.pictures.written import written
from tests.tui.piloting import Driver

FOLDER = Path(__file__).parent / "snapshots"
UPDATING = bool(os.environ.get("UPDATE_SNAPSHOTS"))
IN_COLOUR = {
    "audit-full",
    "audit-in-part-16-colours",
    "events-full-80x24",
    "events-full-16-colours",
    "inventory-full-80x24",
    "inventory-120x40",
    "inventory-16-colours",
    "inventory-light",
    "inventory-high-contrast",
    "inventory-plain",
    "key-80x24",
    "key-16-colours",
    "palette",
    "runbook-fresh-80x24",
    "runbook-16-colours",
    "runbook-plain",
    "runbook-confirm",
    "setup-80x24",
    "traffic-80x24",
    "traffic-16-colours-ascii",
    "traffic-plain",
    "traffic-read-out-16-colours",
    "traffic-sum-16-colours",
}
STILL = 3.0
"""Seconds in which nothing may change before a picture is taken anew, unless it comes to be as it was."""
AGAIN = 2.0
"""Seconds after which a picture is taken again, though nothing seems to have changed."""

NOW = datetime(2026, 11, 23, 14, 2, 9, tzinfo=UTC)
SMALL, LARGE = (80, 24), (120, 40)
SIZES = {"80x24": SMALL, "120x40": LARGE}
READING = 60.0
"""Seconds that some 400 objects of a trail may take on a busy machine."""

THEMES = {"dark": "dark", "16-colours": "terminal", "light": "light", "high-contrast": "high-contrast"}


async def dress(driver: Driver, name: str) -> None:
    """Have it as if it had been opened so: `120x40` or, in 80×24, `16-colours`."""
    driver.app.theme = THEMES.get(name, "dark")
    size = SMALL if name in THEMES else tuple(map(int, name.split("x")))
    if driver.app.size != size:
        await driver.pilot.resize_terminal(*size)
    await driver.pilot.pause()


async def keep_dressed(driver: Driver, name: str, *dresses: str) -> None:
    """One screen as it is in each of the dresses, and then as it was."""
    for each in dresses:
        await dress(driver, each)
        await keep(driver, f"{name}-{each}")
    await dress(driver, "dark")


Opened = Callable[..., Any]
"""The fixture that opens the app on a screen: see conftest.py."""

# Random, but of one length each: in a picture they are told apart by their order alone.
_RANDOM = (
    (re.compile(r"ACCA[A-Z2-7]{17}"), "ACCAEXAMPLE{:010}"),
    (re.compile(r"AKIA[A-Z2-7]{16}"), "AKIAEXAMPLE{:09}"),
    (re.compile(r"AIDA[A-Z0-9]{17}"), "AIDAEXAMPLE{:010}"),
    (re.compile(r"\b1123-[A-Z2-9]{3}\b"), "1123-{:03}"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "0" * 24 + "{:012}"),
    (re.compile(r"\b[A-Za-z0-9]{52}\b"), "{:052}"),
    (re.compile(r"\b[A-Za-z0-9]{47}…"), "{:047}…"),
    (re.compile(r"\b[a-z0-9]{20}\b"), "{:020}"),
    (re.compile(r"127\.0\.0\.1:\d{5}"), "127.0.0.1:{:05}"),
)


async def keep(driver: Driver, name: str) -> None:
    """Compare what is drawn with the picture of that *name*, for as long as it takes to become that."""
    path = FOLDER / f"{name}.{'svg' if name in IN_COLOUR else 'txt'}"
    wanted = path.read_text(encoding="utf-8") if path.exists() else None
    drawn, shown, since, taken_at = "", None, time.monotonic(), 0.0
    while drawn != wanted and time.monotonic() - since < (STILL if UPDATING else PATIENCE):
        if shown is not None:
            await driver.next_drawing()
        if (seen := driver.strips) != shown or time.monotonic() - taken_at > AGAIN:
            since = time.monotonic() if UPDATING and seen != shown else since
            drawn, shown, taken_at = taken(driver, name, seen), seen, time.monotonic()
    if drawn == wanted:
        return
    other = path if UPDATING else Path(os.environ["HOME"]) / path.name
    await asyncio.to_thread(other.write_text, drawn, encoding="utf-8")
    if not UPDATING:
        told = f"{path.name} is not as it was: see {other}, or run UPDATE_SNAPSHOTS=1 make test"
        lines = difflib.unified_diff((wanted or "").splitlines(), drawn.splitlines(), "kept", "drawn", n=0)
        seen_apart = "\n".join(line[:300] for line in islice(lines, 12))
        raise AssertionError(f"{told}\n{seen_apart}\n{driver.text}")


def taken(driver: Driver, name: str, lines: list[Strip]) -> str:
    if name in IN_COLOUR:
        return picture(rendered(driver), driver.app.size, name)
    return _named(written(lines, driver.app))


def rendered(driver: Driver) -> str:
    """What a terminal would be sent to show the screen in sight."""
    app: Any = driver.app
    width, height = app.size
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, force_terminal=True, color_system="truecolor")
    drawn = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    segments = list(console.render(drawn))
    _forget_colours(segments)
    console.print(Segments(segments), end="")
    _forget_colours(segments)
    return out.getvalue()


def _forget_colours(segments: list[Segment]) -> None:
    """A style remembers how it was first sent, though it was to a terminal of fewer colours."""
    for segment in segments:
        if segment.style:
            segment.style._ansi = None


def picture(sent: str, size: Size, name: str) -> str:
    """What a terminal shows that was sent that, as SVG."""
    screen = pyte.Screen(*size)
    pyte.Stream(screen).feed(sent.replace("\n", "\r\n"))
    return _named(svg(screen, name))


def _named(text: str) -> str:
    for pattern, form in _RANDOM:
        seen: dict[str, str] = {}
        text = pattern.sub(lambda found: seen.setdefault(found[0], form.format(len(seen) + 1)), text)  # noqa: B023
    return text
