"""What a rotation was told it knows in the next run too, and another's deactivation is not called its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.cases.plan import State, StepName
from services.incident.situation import Options
from tests.services.rotation.test_stages import Opened, Web, made, retired
from tests.services.rotation.test_stages import book as book
from tests.services.rotation.test_stages import opened as opened
from tests.services.rotation.test_stages import web as web

DEACTIVATE = StepName.DEACTIVATE
GROUPS = ("/app/web", "/app/other")


@pytest.mark.parametrize("told", ["with a step", "with a look", "with the deactivation"])
async def test_the_log_groups_that_were_named_are_watched_from_then_on(
    opened: Opened, web: Web, boto: Callable[..., Any], told: str
) -> None:
    for name in GROUPS:
        boto("logs").create_log_group(logGroupName=name)
    named = Options(log_groups=GROUPS)
    async with opened() as rotation:
        if told == "with a step":
            await rotation.apply(StepName.REPLACE, named)
            await rotation.imported("imported (reported by the test)")
        else:
            await made(rotation)
            await rotation.imported("imported (reported by the test)")
            if told == "with a look":
                await rotation.standing(named)
        await rotation.apply(DEACTIVATE, named if told == "with the deactivation" else Options())
    async with opened() as rotation:
        assert rotation.state.watched == GROUPS
        verdict = (await rotation.standing(Options())).verdict
        assert verdict
        assert {group.log_group for group in verdict.groups} == set(GROUPS)


async def test_a_deactivation_by_another_is_not_called_its_own(
    opened: Opened, web: Web, sandbox: Sandbox
) -> None:
    """Two rotations of one key: ours never reached AWS, and theirs did in the same second."""
    struck, theirs = sandbox.faults.struck, list[bool]()

    def colleague() -> None:
        if sandbox.faults.struck > struck and not theirs:
            theirs.append(True)
            sandbox.faults.lift()
            web.status(web.key, "Inactive")

    async with opened() as rotation:
        await made(rotation)
        await rotation.imported("imported (reported by the test)")
        sandbox.faults.add("drop-before:UpdateServiceSpecificCredential:9")
        sandbox.faults.on("List*", "before", colleague)
        with pytest.raises(Exception, match="but not by this call"):
            await rotation.apply(DEACTIVATE)
    async with opened() as rotation:
        assert rotation.state.done[-1].operation != "UpdateServiceSpecificCredential"
        await rotation.standing(Options())
        assert rotation.state.step(DEACTIVATE).state is State.CONFIRMED
        assert "not by this case" in rotation.state.step(DEACTIVATE).words
        plan = await rotation.plan_undo(DEACTIVATE)
        assert any("was made Inactive, not by this case" in warning for warning in plan.warnings)


async def test_its_own_deactivation_is_its_own(opened: Opened, web: Web) -> None:
    async with opened() as rotation:
        await retired(rotation)
        plan = await rotation.plan_undo(DEACTIVATE)
        assert plan.warnings == ("Both keys will work.",)
