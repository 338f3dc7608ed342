"""The scenarios by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sandbox.account.world import World
from sandbox.scenario import leaked_access_key, leaked_key, two_accounts
from sandbox.scenario.cast import Scenario

DEFAULT = "leaked-key"


def _empty(world: World) -> Scenario:
    return Scenario(name="empty")


SCENARIOS: Mapping[str, Callable[[World], Scenario]] = {
    DEFAULT: leaked_key.seed,
    "leaked-access-key": leaked_access_key.seed,
    "two-accounts": two_accounts.seed,
    "empty": _empty,
}
