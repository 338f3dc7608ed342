"""The settings as the file has them, changed on the screen and written."""

from __future__ import annotations

from pathlib import Path

from tests.tui.conftest import LeakedKey
from tests.tui.piloting import driven
from tui.settings.config import Config, load
from tui.settings.options import Start


async def test_a_choice_turns_a_number_is_typed_and_both_are_written(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('# ours\ntheme = "dark"\n[keys]\ncases = "f8"\n', encoding="utf-8")
    path.chmod(0o600)
    async with driven(tmp_path / "state", Start("inventory"), config_file=path) as driver:
        await driver.wait("web")
        await driver.press("f2")
        await driver.wait("theme dark file", "keys set in the file file")
        await driver.press("enter")
        await driver.wait("theme midnight file", "written to")
        assert driver.app.theme == "midnight"
        await driver.press("slash")
        await driver.type("refresh_seconds")
        await driver.press("enter", "x")
        await driver.wait("Now 60")
        await driver.type("soon")
        await driver.press("enter")
        await driver.wait("soon isn't a number")
        await driver.press("enter")
        await driver.wait("Now 60")
        await driver.type("0")
        await driver.press("enter")
        await driver.wait("refresh_seconds can't be 0")
        await driver.press("enter")
        await driver.wait("Now 60")
        await driver.type("90")
        await driver.press("enter")
        await driver.wait("refresh_seconds 90 file")
        assert load(path) == Config("midnight", refresh_seconds=90.0, keys={"cases": "f8"})
        await driver.press("backspace")
        await driver.wait("refresh_seconds 60 program")
        assert path.read_text(encoding="utf-8").startswith("# ours\n")


async def test_nothing_is_written_where_no_file_counts_or_it_cannot_be(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    async with driven(tmp_path / "state", Start("inventory"), config_file=None) as driver:
        await driver.wait("web")
        await driver.press("f2", "enter")
        await driver.wait("change: started with --no-config")
    target, link = tmp_path / "target.toml", tmp_path / "config.toml"
    target.write_text("", encoding="utf-8")
    link.symlink_to(target)
    async with driven(tmp_path / "state", Start("inventory"), config_file=link) as driver:
        await driver.wait("web")
        await driver.press("f2", "enter")
        await driver.wait("cannot be written (it is a link). Change it by hand.")
    assert target.read_text(encoding="utf-8") == ""
