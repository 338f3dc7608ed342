"""The cases of attached policies: one for each policy at each target, open for as long as it is there."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from services.aws.sts import Caller
from services.governance.documents import Kind, Wanted
from services.governance.targets import BadTarget, Target, parse_target
from services.runbook.case import Case, CaseBook
from services.runbook.errors import CaseError
from services.runbook.plan import Governing
from services.runbook.state import CaseState

KIND = "policy"


class PolicyBook(CaseBook):
    """Among the other cases, of a kind of their own."""

    def open_case(self, target: Target, wanted: Wanted, account: str) -> Case | None:
        """The newest case of that policy and target that is not closed, and whose journal nobody altered."""
        subject = (KIND, str(target), wanted.name, account)
        for case in self.cases():
            with suppress(CaseError):
                now = case.state()
                named = (now.kind, now.opened.get("target"), now.about, now.opened.get("account"))
                if now.closed_at is None and named == subject and not case.altered:
                    return case
        return None

    def open(self, target: Target, wanted: Wanted, caller: Caller, now: datetime) -> Case:
        """The open case, or a new one."""
        found = self.open_case(target, wanted, caller.account)
        return found or self.begin(
            {
                "kind": KIND,
                "about": wanted.name,
                "target": str(target),
                "wanted": {
                    "kind": wanted.kind.value,
                    "service": wanted.service,
                    "days": wanted.days,
                    "allow": wanted.allow,
                    "log_groups": list(wanted.log_groups),
                },
                "account": caller.account,
                "responder": caller.arn,
            },
            now,
        )


def subject_of(state: CaseState) -> tuple[Target, Wanted]:
    """What the case is about; raises CaseError where its first line does not say."""
    try:
        wanted = dict(state.opened["wanted"])
        wanted |= {"kind": Kind(wanted["kind"]), "log_groups": tuple(wanted["log_groups"])}
        return parse_target(state.opened["target"]), Wanted(**wanted)
    except (KeyError, TypeError, ValueError, BadTarget) as error:
        raise CaseError(f"The case does not say which policy it is about ({error!r}).") from None


def still_there(state: CaseState) -> tuple[str, ...]:
    """What a case of this kind leaves behind when it is closed, in words."""
    if not state.step(Governing.POLICY).state.holds:
        return ()
    return (
        f"The policy {state.about} is attached to {state.whose}, and nothing here knows then what was there "
        "before: take it away first (--undo).",
    )
