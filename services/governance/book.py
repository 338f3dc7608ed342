"""The cases of attached policies: one for each policy at each target, open for as long as it is there."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from services.aws.sts import Caller
from services.governance.documents import Wanted
from services.governance.targets import Target, TargetKind
from services.runbook.case import Case, CaseBook
from services.runbook.errors import CaseError

KIND = "policy"


class PolicyBook(CaseBook):
    """Kept beside the incidents' cases, in the same form."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__(state_dir)
        self.folder = state_dir / "policies"

    def open_case(self, target: Target, wanted: Wanted, account: str) -> Case | None:
        """The newest case of that policy and target that is not closed, and whose journal nobody altered."""
        subject = (KIND, str(target), wanted.name, account)
        for case in self.cases():
            with suppress(CaseError):
                now, opened = case.state(), case.state().opened
                named = tuple(opened.get(name) for name in ("kind", "target", "policy", "account"))
                if now.closed_at is None and named == subject and not case.altered:
                    return case
        return None

    def open(self, target: Target, wanted: Wanted, caller: Caller, now: datetime) -> Case:
        """The open case, or a new one."""
        found = self.open_case(target, wanted, caller.account)
        return found or self.begin(
            {
                "kind": KIND,
                "target": str(target),
                "policy": wanted.name,
                "service": wanted.service,
                "user": target.name if target.kind is TargetKind.USER else None,
                "account": caller.account,
                "responder": caller.arn,
            },
            now,
        )
