"""Themes of somebody's own: what they set, what they have from their base, and what is no theme."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.wire.server import Sandbox
from tests.tui.piloting import driven
from tui.look.themes import MIDNIGHT, THEMES
from tui.settings.config import BUILT_IN, ConfigError, load
from tui.settings.options import Start

OWN = """
theme = "team"
[themes.team]
base = "midnight"
accent = "#ffaf5f"
cursor = "#402000"
"""


def _written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def test_one_is_its_base_with_its_own_colours(sandbox: Sandbox, tmp_path: Path) -> None:
    config = load(_written(tmp_path, OWN))
    async with driven(tmp_path / "state", Start(), theme=config.theme, themes=config.themes) as driver:
        theme = driver.app.current_theme
        assert (theme.name, theme.accent, theme.background) == ("team", "#ffaf5f", MIDNIGHT.background)
        assert theme.variables["cursor-background"] == "#402000"
        assert theme.variables["quiet"] == MIDNIGHT.variables["quiet"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('theme = "team"', "team"),
        ('[themes.dark]\naccent = "#ffffff"', "dark"),
        ('[themes.team]\naccent = "orange"', "accent"),
        ('[themes.team]\nbase = "terminal"', "base"),
        ('[themes.team]\nfont = "#ffffff"', "font"),
    ],
)
def test_what_is_no_theme_is_one_sentence(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        load(_written(tmp_path, text))


def test_the_configuration_knows_the_themes_that_there_are() -> None:
    assert {theme.name for theme in THEMES} == set(BUILT_IN)
