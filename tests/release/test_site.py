"""The site builds where every link leads somewhere, and has every command and key."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

pytest.importorskip("mkdocs")

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from tui.app.table import load_commands
from tui.cli import COMMANDS
from tui.commands.table import every

ROOT = Path(__file__).parents[2]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_builds_with_every_command_and_key_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path / "site")))
    built = {page.name: page.read_text() for page in (tmp_path / "site").glob("*.html")}
    assert built.keys() >= {f"{page.stem}.html" for page in (ROOT / "docs").glob("*.md")}
    load_commands()
    cells = {html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", built["keys.html"])}
    assert {command.id for command in every()} <= cells
    headings = set(re.findall(r"<h2[^>]*>(stanch [^<]*)</h2>", built["commands.html"]))
    assert {f"stanch {name}" for name in COMMANDS} <= headings
    loaded = r"""<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//"""
    assert not [name for name, text in built.items() if re.search(loaded, text)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_link_that_leads_nowhere_ends_the_build(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for page in (ROOT / "docs").glob("*.md"):
        (docs / page.name).write_text(page.read_text())
    (docs / "index.md").write_text("[there](nowhere.md)")
    with pytest.raises(Abort):
        build(load_config(str(ROOT / "mkdocs.yml"), docs_dir=str(docs), site_dir=str(tmp_path / "site")))
