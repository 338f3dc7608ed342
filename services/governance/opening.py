"""From a policy and a target to what attaches it: its case gone on with, or begun when something is done."""

from __future__ import annotations

from services import clock
from services.aws import sts
from services.aws.session import AwsSession
from services.governance.attaching import Attaching
from services.governance.book import PolicyBook
from services.governance.documents import Wanted
from services.governance.targets import Target
from services.runbook.case import Case
from services.runbook.errors import CaseHeld


async def look_up(aws: AwsSession, book: PolicyBook, target: Target, wanted: Wanted) -> Attaching:
    """On the open case where there is one; begins none. Raises BadDocument, CaseError or an AwsError."""
    caller = await sts.get_caller(aws)
    return Attaching(aws, caller, target, wanted, book.open_case(target, wanted, caller.account))


def begin(attaching: Attaching, book: PolicyBook, *, take_over: bool = False) -> Case:
    """Its case, begun now if there is none, and entered: leave it with `with` or `__exit__`."""
    case = attaching.case or book.open(attaching.target, attaching.wanted, attaching.caller, clock.now())
    attaching.case = case
    try:
        return case.__enter__()
    except CaseHeld:
        if not take_over:
            raise
        case.take_over()
        return case
