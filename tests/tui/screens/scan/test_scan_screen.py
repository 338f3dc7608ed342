"""The search for keys in files on the screen: found, named, taken to their runbook; stopped, and refused."""

from __future__ import annotations

import base64
import os
import threading
from pathlib import Path

import pytest

from services.scan.scan import Scan
from tests.patience import PATIENCE
from tests.tui.conftest import LeakedKey
from tests.tui.piloting import Driver, driven
from tui.settings.options import Start


async def open_scan(driver: Driver) -> None:
    await driver.wait("No case yet")
    await driver.press("F")
    await driver.wait("AWS is not contacted")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


async def test_from_a_file_to_the_keys_runbook(
    leaked_key: LeakedKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "src"
    kept.mkdir()
    written(kept, "app.env", f"# a\nKEY={leaked_key.token}\n")
    stranger = "ACWL" + base64.b64encode(b"ghost-at-123456789012:" + b"x" * 60).decode()
    written(kept, "b\x1b]0;x\x07.txt", stranger)
    async with driven(tmp_path / "state", Start("cases")) as driver:
        await open_scan(driver)
        await driver.type("src")
        await driver.press("enter")
        await driver.wait(
            "2 keys found in 2 files", "app.env:2", "src/app.env, line 2", "web-at-123456789012"
        )
        assert "\x1b" not in driver.text
        assert leaked_key.token[4:20] not in driver.text
        await driver.press("j")
        await driver.wait("ghost-at-123456789012")
        await driver.press("enter")
        await driver.wait("No key in this account has that alias")
        await driver.press("k", "r")
        await driver.wait(leaked_key.key_id, "1 · deactivate")
        await driver.press("escape")
        await driver.wait("2 keys found")


async def test_nothing_found_no_such_place_and_none_named(leaked_key: LeakedKey, tmp_path: Path) -> None:
    written(tmp_path, "quiet.txt", "nothing here")
    async with driven(tmp_path / "state", Start("cases")) as driver:
        await open_scan(driver)
        await driver.press("enter")
        await driver.wait("Name a file or a folder first.")
        await driver.type(str(tmp_path / "quiet.txt"))
        await driver.press("enter")
        await driver.wait("0 keys found in 1 file")
        await driver.press("ctrl+u")
        await driver.type(str(tmp_path / "gone"))
        await driver.press("enter")
        await driver.wait("1 not searched")
        await driver.press("tab", "exclamation_mark")
        await driver.wait("there is no such file or folder")


async def test_a_long_search_is_stopped_and_keeps_what_it_found(
    leaked_key: LeakedKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "src"
    kept.mkdir()
    written(kept, "a.env", leaked_key.token)
    os.mkfifo(kept / "pipe")
    written(kept, "z.txt", "z")
    reached, go_on = threading.Event(), threading.Event()
    plain = Scan.stream

    def slow(self: Scan, stream: object, name: str) -> None:
        if name.endswith("z.txt"):
            reached.set()
            go_on.wait(PATIENCE)
        plain(self, stream, name)  # type: ignore[arg-type]

    monkeypatch.setattr(Scan, "stream", slow)
    async with driven(tmp_path / "state", Start("cases")) as driver:
        await open_scan(driver)
        await driver.type(str(kept))
        await driver.press("enter")
        await driver.until(reached.is_set, "it did not get there")
        await driver.wait("1 key found", "esc stops")
        await driver.press("escape")
        go_on.set()
        await driver.wait("1 key found in 2 files", "stopped")
        await driver.press("escape")
        await driver.wait("No case yet")
