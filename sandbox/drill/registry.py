"""The drills by name, in the order in which they are best played."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sandbox.drill.model import Staging
from sandbox.drill.scenarios import access_key
from sandbox.drill.stage import Stage

SCENARIOS: Mapping[str, Callable[[Stage], Staging]] = {
    "access-key": access_key.stage,
}
