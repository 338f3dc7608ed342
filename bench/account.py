"""A pretend account in a process of its own, so that it does not share the measured one's interpreter."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

from moto.logs.models import logs_backends

from sandbox.account.organizations import add_member
from sandbox.account.world import ACCOUNT, HOME_REGION, World
from sandbox.iam.credentials import CredentialStore
from sandbox.logs.logs import enable_bearer
from sandbox.logs.meter import Meter
from sandbox.scenario import leaked_key, people
from sandbox.wire.server import Sandbox

Seed = Callable[[World], Any]


class Account:
    """How the measuring process sees the account."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.environment: dict[str, str]
        self.environment, self.seeded = pipe.recv()

    def calls(self) -> list[str]:
        """The operations called since this was last asked."""
        self._pipe.send("calls")
        answer: list[str] = self._pipe.recv()
        return answer


@contextmanager
def account(seed: Seed) -> Iterator[Account]:
    """The account that *seed* makes, with this process's environment pointing at it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, seed), daemon=True)
    process.start()
    # Held by the other process alone, so that its end is seen here.
    theirs.close()
    try:
        served = Account(ours)
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            os.environ.pop(name, None)
        os.environ.update(served.environment, AWS_CONFIG_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true")
        yield served
    finally:
        ours.close()
        process.join()


def leaked(world: World) -> dict[str, str]:
    """The scenario `leaked-key`, with nobody acting in it."""
    key = leaked_key.seed(world).leaked
    assert key is not None
    return {"user": key.user, "key_id": key.key_id}


def flowing(world: World) -> None:
    """12 log groups that take bearer tokens, each with its flow from an hour ago to minutes ahead."""
    now, meter, chance = world.clock.now(), world.part(Meter), random.Random(1)
    backend = logs_backends[ACCOUNT][HOME_REGION]
    for number in range(12):
        name = f"/aws/app-{number:02}"
        enable_bearer(backend.create_log_group(name, {}), True)
        for seconds in range(-300, 3600, 5):
            when, size = now - timedelta(seconds=seconds), chance.randint(500, 5_000) * (number + 1)
            meter.add(HOME_REGION, name, when, size)


def many(world: World) -> None:
    """20,000 keys of 10,000 users; the users themselves are not needed to list keys."""
    store, now = world.part(CredentialStore), world.clock.now()
    for number in range(10_000):
        for service in ("logs.amazonaws.com", "bedrock.amazonaws.com"):
            store.seed(f"user-{number:05}", service, created=now - timedelta(days=number % 400))


def organization(world: World) -> None:
    """1,000 accounts, ours among them; each of the others has a key, and a role that we may assume.

    The last three have no role, and refuse.
    """
    store, now = world.part(CredentialStore), world.clock.now()
    trust = people.trust(ACCOUNT, "sts:SetSourceIdentity")
    for number in range(999):
        member = f"{200_000_000_000 + number}"
        add_member(member, f"member-{number:03}")
        if number < 996:
            people.make_role("look", people.allow("*"), trust, member)
        store.of_account(member).seed("web", "logs.amazonaws.com", created=now - timedelta(days=number % 400))


def _serve(pipe: Connection, seed: Seed) -> None:
    calls: list[str] = []
    with Sandbox() as sandbox:
        seeded = seed(sandbox.world)
        sandbox.world.settings.lookup_per_second = None
        sandbox.world.on_api_call.append(lambda call: calls.append(call.operation))
        pipe.send((sandbox.environment(), seeded))
        while True:
            try:
                pipe.recv()
            except EOFError:
                return
            pipe.send(list(calls))
            calls.clear()
