"""The audit on screen: loading, findings, nothing, partial, error; and what leads on from a finding."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.printed import bare
from tests.services.audit.conftest import Account
from tests.services.audit.conftest import account as account
from tests.tui.conftest import Gate
from tests.tui.piloting import Driver, driven
from tui.app.clipboard import osc52
from tui.screens.audit.screen import AuditScreen, FindingScreen
from tui.screens.keys.inventory import InventoryScreen
from tui.screens.runbook.screen import RunbookScreen
from tui.settings.options import Start


@asynccontextmanager
async def opened(state_dir: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Driver]:
    """The inventory, and then the audit over it."""
    async with driven(state_dir, Start(), size=size) as driver:
        await driver.wait(" · ")
        await driver.press("A")
        yield driver


def screen(driver: Driver) -> AuditScreen:
    assert isinstance(driver.app.screen, AuditScreen)
    return driver.app.screen


async def test_findings_the_worst_first_with_evidence_and_the_way_out(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.world.settings.lookup_per_second = None
    leaked = SCENARIOS["leaked-key"](sandbox.world).leaked
    assert leaked
    async with opened(tmp_path) as driver:
        await driver.wait("16 keys · 7 high · ", "1 not known · looked at ")
        signs = [line[1] for line in driver.text.splitlines()[3:17]]
        assert signs == sorted(signs, key="‼!·?".index)
        screen(driver).table.choose(f"never-expires {leaked.key_id}")
        await driver.wait("made 2", "it has no expiry", "$ stanch --account 123456789012")
        await driver.press("enter")
        await driver.wait("─ never-expires ── high ─")
        assert isinstance(driver.app.screen, FindingScreen)
        sent: list[str] = []
        monkeypatch.setattr(driver.app._driver, "write", sent.append)
        await driver.press("y")
        await driver.wait("sent to the terminal's clipboard")
        bound = driver.app.screen._row.mend or ""
        assert bare(bound) == f"stanch rotate {leaked.key_id} --user {leaked.user}"
        assert osc52(bound, os.environ) in sent
        await driver.press("escape", "G")
        await driver.wait(f"{leaked.key_id}: unused is not known.", "by which of its credentials")
        await driver.press("y")
        await driver.wait("copy: nothing to fix")
        screen(driver).table.choose(f"user-has-access-keys {leaked.user}")
        await driver.press("r")
        await driver.wait(f"{leaked.key_id} · {leaked.user}")
        assert isinstance(driver.app.screen, RunbookScreen)


async def test_nothing_to_find_and_then_something(account: Account, tmp_path: Path) -> None:
    async with opened(tmp_path) as driver:
        await driver.wait("1 key · no findings", "No departure from best practices in us-east-1.")
        await driver.press("enter")
        await driver.wait("evidence: there is no finding")
        account.iam.create_login_profile(UserName="web", Password="Correct-horse-9")
        await driver.press("ctrl+r")
        await driver.wait("1 medium", "web can sign in to the console", "$ aws sts get-caller-identity")
        await driver.press("escape")
        await driver.wait("enter open")
        assert isinstance(driver.app.screen, InventoryScreen)


async def test_it_says_what_it_waits_for(account: Account, gate: Gate, tmp_path: Path) -> None:
    held = gate("GenerateServiceLastAccessedDetails")
    async with opened(tmp_path) as driver:
        await driver.wait("asking for keys, log groups and trails…")
        await driver.press("enter")
        await driver.wait("evidence: not read yet")
        held.set()
        await driver.wait("no findings")


async def test_what_could_not_be_read_is_named_and_the_rest_stays(
    account: Account, sandbox: Sandbox, tmp_path: Path
) -> None:
    account.renew(*account.keys, life=None)
    sandbox.faults.add("deny:ListAnalyzers")
    async with opened(tmp_path, (120, 40)) as driver:
        await driver.wait(
            "1 high",
            "KIND",
            "Not read, so not judged: Access Analyzer in us-east-1. Not allowed:",
            "of web never expires.",
        )
        assert len(driver.app.errors) == 1


async def test_an_error_is_a_sentence_and_asking_again_helps(
    account: Account, sandbox: Sandbox, tmp_path: Path
) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("1 key")
        sandbox.faults.add("expired:*")
        await driver.press("A")
        await driver.wait("Renew them in the environment", "ctrl+r refreshes")
        sandbox.faults.clear()
        await driver.press("ctrl+r")
        await driver.wait("1 key · no findings")
        sandbox.faults.add("expired:*")
        await driver.press("ctrl+r")
        await driver.wait("Renew them in the environment", "1 key · no findings")
