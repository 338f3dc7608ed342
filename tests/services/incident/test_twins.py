"""A copy of the key in Secrets Manager is looked for and warned of before the key is reset or deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.cases.plan import Plan, StepName
from services.incident.situation import Options
from tests.services.incident.conftest import Opened

RESET, DELETE = (StepName.REPLACE, Options(in_place=True)), (StepName.DELETE, Options(override="gone"))


def copies(plan: Plan) -> list[str]:
    return [warning for warning in plan.warnings if "a copy of this key" in warning]


@pytest.mark.parametrize(("step", "options"), [RESET, DELETE], ids=["reset", "delete"])
async def test_a_copy_that_aws_keeps_is_warned_of(
    opened: Opened, boto: Callable[..., Any], step: StepName, options: Options
) -> None:
    async with opened() as runbook:
        assert copies(await runbook.plan(step, options)) == []
        key = runbook.key
        far = boto("secretsmanager", region="eu-west-1")
        far.create_secret(Name=f"prod/{key.user}er", SecretString="x")
        far.create_secret(Name="app-key", Description=f"made for {key.alias}", SecretString="x")
        boto("secretsmanager").create_secret(Name=f"stanch/{key.user}/logs/1-0", SecretString="x")
        (warning,) = copies(await runbook.plan(step, options))
        assert "app-key (eu-west-1)" in warning
        assert ("the new secret" if step is StepName.REPLACE else "AWS deletes it") in warning
        assert f"prod/{key.user}er" not in warning
        assert "stanch/" not in warning


@pytest.mark.parametrize(("step", "options"), [RESET, DELETE], ids=["reset", "delete"])
async def test_where_it_may_not_be_looked_that_is_said(
    opened: Opened, sandbox: Sandbox, step: StepName, options: Options
) -> None:
    async with opened() as runbook:
        sandbox.faults.add("deny:ListSecrets")
        (warning,) = copies(await runbook.plan(step, options))
        assert "is not known" in warning


async def test_a_second_key_needs_no_look(opened: Opened, sandbox: Sandbox) -> None:
    async with opened() as runbook:
        sandbox.faults.add("deny:ListSecrets")
        assert copies(await runbook.plan(StepName.REPLACE, Options())) == []
