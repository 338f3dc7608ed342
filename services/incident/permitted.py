"""What plans need and the caller lacks: asked once a plan is looked at, and kept for plans alike."""

from __future__ import annotations

import json

from services.cases.plan import Plan
from services.cases.preflight import warned
from services.incident.engine import Runbook

_DECIDES_NOTHING = {"ClientRequestToken", "PolicyDocument", "SecretString", "Tags"}


class Permitted:
    """The warnings of one runbook's plans; nothing waits for them."""

    def __init__(self) -> None:
        self._lacking: dict[str, tuple[str, ...]] = {}
        self._asked: set[str] = set()

    def unasked(self, plan: Plan) -> bool:
        return bool(plan.calls) and _deed(plan) not in self._asked

    def warned(self, plan: Plan) -> Plan:
        """*plan*, warning of what is known by now to be lacking."""
        return warned(plan, self._lacking.get(_deed(plan), ()))

    async def ask(self, runbook: Runbook, plan: Plan) -> None:
        deed = _deed(plan)
        if deed in self._asked:
            return
        self._asked.add(deed)
        self._lacking[deed] = await runbook.preflight(plan)


def _deed(plan: Plan) -> str:
    """The plan's calls, without what differs from one plan to the next and decides nothing."""
    calls = [
        (
            call.service,
            call.operation,
            call.region,
            {name: value for name, value in call.params.items() if name not in _DECIDES_NOTHING},
        )
        for call in plan.calls
    ]
    return json.dumps(calls)
