"""What is changed behind the program's back is on the screen within a refresh, and till then its age is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.wire.server import Sandbox
from tests.samples import EVERYTHING
from tests.tui.piloting import Driver, driven
from tui.screens.keys.inventory import InventoryScreen
from tui.settings.options import Start

Boto = Callable[..., Any]
OFTEN = 0.5


class Keys:
    """The keys of some users, and what becomes of them by somebody else's hand."""

    def __init__(self, boto: Boto, seed: int) -> None:
        self.iam = boto("iam")
        self.random = random.Random(seed)
        self.of: dict[str, str] = {}
        for number in range(6):
            self.iam.create_user(UserName=f"user-{number}")
            self.make(f"user-{number}")

    def make(self, user: str) -> str:
        made = self.iam.create_service_specific_credential(UserName=user, ServiceName="logs.amazonaws.com")
        key_id = str(made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])
        self.of[key_id] = user
        return key_id

    def set(self, key_id: str, status: str) -> None:
        self.iam.update_service_specific_credential(
            UserName=self.of[key_id], ServiceSpecificCredentialId=key_id, Status=status
        )

    def delete(self, key_id: str) -> None:
        self.iam.delete_service_specific_credential(
            UserName=self.of.pop(key_id), ServiceSpecificCredentialId=key_id
        )

    def change(self, but: str) -> str:
        """At random, in any key *but* that one; what the inventory must show of it, as an expression."""
        others = sorted(set(self.of) - {but})
        match self.random.choice(("deactivate", "delete", "make") if others else ("make",)):
            case "deactivate":
                self.set(key_id := self.random.choice(others), "Inactive")
                return rf"{key_id} .* inactive"
            case "delete":
                self.delete(key_id := self.random.choice(others))
                return rf"^(?!.*{key_id})"
            case _:
                full = [user for user in self.of.values() if list(self.of.values()).count(user) > 1]
                free = sorted(set(self.of.values()) - set(full))
                return rf"{self.make(self.random.choice(free))} .* active" if free else "keys"


def seen(driver: Driver, pattern: re.Pattern[str]) -> bool:
    return pattern.search(driver.flat) is not None


async def test_the_inventory_follows_whatever_changes_the_account(
    sandbox: Sandbox, boto: Boto, tmp_path: Path
) -> None:
    keys = Keys(boto, seed := random.randrange(10**6) if EVERYTHING else 0)
    async with driven(tmp_path, Start(), size=(120, 40), list_seconds=OFTEN) as driver:
        await driver.wait("6 keys", "as of ")
        screen = driver.app.screen
        assert isinstance(screen, InventoryScreen)
        await driver.press("j", "j", "space")
        chosen = screen.subject
        assert chosen is not None
        glowed: list[str] = []
        for _ in range(8):
            expected = keys.change(but=chosen.key_id)
            shown = partial(seen, driver, re.compile(expected, re.DOTALL))
            await driver.until(shown, f"seed {seed}: {expected}")
            glowed += screen.list.glowing
            assert screen.subject == chosen
            assert screen.list.marked == {chosen.key_id}
        assert glowed, "what changed stands out for a moment"

        sandbox.faults.add("deny:ListServiceSpecificCredentials")
        await driver.wait("refresh failed: older data", "s ago")
        sandbox.faults.clear()
        await driver.press("ctrl+r")
        await driver.wait_gone("this is older")


async def test_one_key_follows_too_and_its_open_case_is_marked(
    sandbox: Sandbox, boto: Boto, tmp_path: Path
) -> None:
    keys = Keys(boto, 1)
    key_id = min(keys.of)
    async with driven(tmp_path, Start(), list_seconds=OFTEN) as driver:
        await driver.wait("6 keys")
        screen = driver.app.screen
        assert isinstance(screen, InventoryScreen)
        screen.choose(key_id)
        await driver.press("enter")
        await driver.wait(f"{key_id} active", "as of ")
        keys.set(key_id, "Inactive")
        await driver.wait(f"{key_id} inactive")
        keys.set(key_id, "Active")
        await driver.wait_gone(f"{key_id} inactive")
        await driver.press("r")
        await driver.wait("1 · deactivate")
        await driver.press("enter", "y")
        await driver.wait("1 ✓ deactivate")
        await driver.press("escape", "escape")
        await driver.wait("◆", "is open", "inactive")
        keys.delete(key_id)
        await driver.wait("5 keys")
