"""The drills by name, in the order in which they are best played."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sandbox.drill.model import Staging
from sandbox.drill.scenarios import access_key, bedrock_key, decoy, logs_key, two_accounts
from sandbox.drill.stage import Stage

SCENARIOS: Mapping[str, Callable[[Stage], Staging]] = {
    "logs-key": logs_key.stage,
    "access-key": access_key.stage,
    "bedrock-key": bedrock_key.stage,
    "two-accounts": two_accounts.stage,
    "decoy": decoy.stage,
}
