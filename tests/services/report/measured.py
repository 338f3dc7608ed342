"""Pages in windows of several widths, light and dark, as a browser lays them out: layout.js measures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from docs.draw import browser

SCRIPT = Path(__file__).with_name("layout.js")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


@dataclass(frozen=True, slots=True)
class Look:
    """One page in one window; see layout.js."""

    name: str
    width: int
    dark: bool
    scrolls: int
    """How wide all of it is."""
    texts: int
    outside: list[str]
    overlaps: list[str]
    broken: list[str]
    """Words that go on in the next line, though they would fit into one."""
    faint: dict[str, str]
    """Texts that are hard to read, each with its contrast."""


def measure(pages: Mapping[str, str], widths: tuple[int, ...], folder: Path) -> Iterator[Look]:
    """*pages* by name, each as wide as *widths*, light and dark; all in one run of the browser."""
    # A window of headless Chromium isn't narrower than 500 px, but a frame may be; its colour scheme is what
    # a frame prefers.
    frames = "".join(
        f'<iframe name="{escape(name)}" srcdoc="{escape(_measuring(page))}"'
        f' style="width:{width}px; height:800px; border:0; color-scheme:{scheme}"></iframe>'
        for name, page in pages.items()
        for width in widths
        for scheme in ("light", "dark")
    )
    around = folder / "around.html"
    around.write_text(f"<!doctype html><meta charset=utf-8><title>x</title>{frames}", encoding="utf-8")
    done = browser.open_page(around, folder / "profile", "--dump-dom")
    for told in re.findall(r'<pre class="told">(.*?)</pre>', done.stdout):
        yield Look(**json.loads(unescape(told)))


def _measuring(page: str) -> str:
    """*page* with the script that measures it, and without the policy that would stop it."""
    script = f"<script>{SCRIPT.read_text(encoding='utf-8')}</script></body>"
    return _POLICY.sub("", page).replace("</body>", script)
