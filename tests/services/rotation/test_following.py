"""Waiting until it is sure, through what may pass; and the flow read over HTTP, group by group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import HOME_REGION
from sandbox.logs.meter import Meter
from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.plan import Stage, State, StepName
from services.incident.situation import Options
from services.rotation import opening
from services.rotation.following import follow
from services.rotation.stages import Next, Standing

GROUPS = ("/app/one", "/app/two", "/app/quiet")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("goes_on", "named", "ends", "words"),
    [
        (GROUPS, (), Next.DELETE, "/app/one as before: "),
        (("/app/one",), (), Next.WATCH, "/app/two gone since the deactivation: no bytes for"),
        (
            ("/app/one",),
            (),
            Next.WATCH,
            "1 other not (which of the 2 log groups the key writes to is unknown",
        ),
        (("/app/one",), ("/app/one",), Next.DELETE, "/app/one as before"),
    ],
)
async def test_followed_until_it_is_sure(
    sandbox: Sandbox,
    boto: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    goes_on: tuple[str, ...],
    named: tuple[str, ...],
    ends: Next,
    words: str,
) -> None:
    iam, logs, meter = boto("iam"), boto("logs"), sandbox.world.part(Meter)
    iam.create_user(UserName="web")
    made = iam.create_service_specific_credential(UserName="web", ServiceName="logs.amazonaws.com")
    key = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    for name in GROUPS:
        logs.create_log_group(logGroupName=name)
        logs.put_bearer_token_authentication(logGroupIdentifier=name, bearerTokenAuthenticationEnabled=True)
    monkeypatch.setattr(clock, "now", sandbox.world.clock.now)
    now = sandbox.world.clock.now()
    for name in GROUPS[:2]:
        for minute in range(-2 * 24 * 60, 0):
            meter.add(HOME_REGION, name, now + minute * MINUTE, 500)
    looks = 0

    async def sleep(seconds: float) -> None:
        """A minute goes by, in which the groups that go on take bytes in."""
        nonlocal looks
        looks += 1
        with sandbox.world.lock:
            for name in goes_on[:2]:
                meter.add(HOME_REGION, name, sandbox.world.clock.now(), 500)
            sandbox.world.clock.advance(MINUTE)
        if looks == 2:
            sandbox.faults.add("throttle:ListServiceSpecificCredentials:9")
            monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
        else:
            sandbox.faults.clear()

    async with AwsSession(regions=(HOME_REGION,)) as aws:
        rotation = await opening.look_up(aws, CaseBook(tmp_path), key, user="web")
        with opening.begin(rotation, CaseBook(tmp_path)):
            await rotation.apply(StepName.REPLACE)
            await rotation.imported("imported (reported by the test)")
            await rotation.apply(StepName.DEACTIVATE, Options(log_groups=named))
            found = [each async for each in follow(rotation, Options(), sleep=sleep)]
            kept = rotation.state.step(Stage.WATCH)
    last = found[-1]
    assert isinstance(last, Standing)
    assert (last.next, words in last.words) == (ends, True), last.words
    assert "/app/quiet" not in last.words, "it had nothing to lose"
    assert sum(isinstance(each, AwsError) for each in found) == 1
    assert isinstance(found[0], Standing)
    assert "no data yet" in found[0].words
    # Another group's newer points show that what is missing is not late.
    assert looks >= (30 if ends is Next.DELETE else 3), "no surer than the lag allows"
    assert kept.state is (State.CONFIRMED if ends is Next.DELETE else State.FAILED)
