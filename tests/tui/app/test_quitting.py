"""Quitting while AWS is asked: what is waited for is said on the terminal, and then it ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.tui.conftest import Gate, LeakedKey
from tests.tui.emulated import emulated
from tui.settings.options import Start

pytestmark = pytest.mark.pty


async def test_what_is_waited_for_is_said(leaked_key: LeakedKey, tmp_path: Path, gate: Gate) -> None:
    async with emulated(tmp_path, Start("runbook", key_id=leaked_key.key_id), size=(100, 30)) as shown:
        await shown.wait("1 · deactivate", "Attach the deny policy")
        held = gate("UpdateServiceSpecificCredential")
        shown.type("1\r")
        await shown.wait("Leave it")
        shown.type("y")
        await shown.wait("1 ▸ deactivate")
        shown.type("q")
        await shown.wait("Quitting as soon as AWS has answered: deactivate of")
        assert not shown.ended.done()
        held.set()
        await asyncio.wait_for(shown.ended, 20)
    assert leaked_key.keys == {leaked_key.key_id: "Inactive"}
