"""What another changes is on the runbook by itself; what is read only when asked says how old it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.tui.conftest import LeakedKey
from tests.tui.screens.runbook.test_runbook_screen import opened


async def test_the_runbook_looks_by_itself(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with opened(tmp_path, leaked_key, poll_seconds=0.3) as driver:
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")
        leaked_key.iam.update_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=leaked_key.key_id, Status="Active"
        )
        await driver.wait("1 ! deactivate changed since, not by this case")


@pytest.mark.parametrize(
    ("key", "read"), [("w", "web has 1 other thing"), ("B", "1 log group · 1 with bearer tokens on")]
)
async def test_a_levers_screen_says_how_old_it_is(
    leaked_key: LeakedKey, boto: Callable[..., Any], tmp_path: Path, key: str, read: str
) -> None:
    leaked_key.iam.create_access_key(UserName="web")
    boto("logs").create_log_group(logGroupName="/app/one")
    boto("logs").put_bearer_token_authentication(
        logGroupIdentifier="/app/one", bearerTokenAuthenticationEnabled=True
    )
    later = timedelta()
    async with opened(tmp_path, leaked_key, now=lambda: datetime.now(UTC) + later) as driver:
        await driver.press(key)
        await driver.wait(read, "as of ")
        leaked_key.iam.create_login_profile(UserName="web", Password="Aa1!" * 4)
        boto("logs").create_log_group(logGroupName="/app/two")
        later = timedelta(minutes=7)
        await driver.wait(read, "7 min ago")
        await driver.press("ctrl+r")
        await driver.wait_gone(read)
        await driver.wait_gone("min ago")
