"""The ways to a trail and back as the matrices take them."""

from __future__ import annotations

from functools import partial

from services.cases.book import CaseBook
from tests.services.goals.hardening.conftest import Account
from tests.services.goals.hardening.routes import ROUTES, fresh, take_route
from tests.services.matrices.family import Desk, Family, Killing
from tests.services.matrices.killing import Way

READS = (
    "GetCallerIdentity",
    "DescribeTrails",
    "GetTrailStatus",
    "GetEventSelectors",
    "HeadBucket",
    "GetBucketPolicy",
    "GetPublicAccessBlock",
    "GetBucketEncryption",
    "GetBucketOwnershipControls",
)
READS_OF_THE_UNDO = ("ListObjectsV2",)
CALLS = {
    "new": READS,
    "new taken back": (
        "CreateBucket",
        "PutPublicAccessBlock",
        "PutBucketEncryption",
        "PutBucketOwnershipControls",
        "PutBucketPolicy",
        "CreateTrail",
        "PutEventSelectors",
        "StartLogging",
        "LookupEvents",
        "ListBuckets",
        "DeleteTrail",
        "DeleteBucket",
    ),
    "named taken back": ("UpdateTrail", "PutEventSelectors", "StopLogging"),
}


def begin(desk: Desk, route: str) -> Way:
    account = Account(desk.boto)
    fresh(desk.sandbox, account, route)
    state = desk.folder / desk.subject(route)
    return Way(state, partial(take_route, route), partial(ROUTES[route].check, account, CaseBook(state)))


HARDENING = Family(
    begin,
    ("new taken back", "named taken back"),
    CALLS,
    {"new taken back": Killing(), "named taken back": Killing(lines=True)},
    # A bucket of which S3 does not say when it was made is left: see test_whose.py.
    told=[("ListBuckets", "denied")],
    elsewhere=READS_OF_THE_UNDO,
)
