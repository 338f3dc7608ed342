"""The ways to a key and back as the matrices take them."""

from __future__ import annotations

from functools import partial

from services.cases.book import CaseBook
from tests.services.goals.issuing.routes import ROUTES, check, clients, open_shop, take_route
from tests.services.matrices.family import Desk, Family, Killing
from tests.services.matrices.faults import REFUSING
from tests.services.matrices.killing import Way

CREATE = "CreateServiceSpecificCredential"
"""Its secret goes another way on each route."""
LINES = ("issued", "issue taken back")
CALLS = {
    "set up": [
        "GetCallerIdentity",
        "GetUser",
        "ListServiceSpecificCredentials",
        "DescribeLogGroups",
        "CreateUser",
        "PutUserPolicy",
        "CreateLogGroup",
        "CreateLogStream",
        "PutBearerTokenAuthentication",
        CREATE,
        "DescribeSecret",
        "CreateSecret",
    ],
    "set up to a file": ["AttachUserPolicy", CREATE],
    "set up to the screen": [
        "ListAttachedUserPolicies",
        "ListUserPolicies",
        "GetUserPolicy",
        "DescribeLogStreams",
        CREATE,
    ],
    "taken back": [
        "ListAccessKeys",
        "GetLoginProfile",
        "ListGroupsForUser",
        "FilterLogEvents",
        "PutBearerTokenAuthentication",
        "DeleteServiceSpecificCredential",
        "DeleteSecret",
        "DeleteUserPolicy",
        "DeleteUser",
        "DeleteLogGroup",
    ],
    "managed taken back": ["DetachUserPolicy"],
    "issued": [CREATE, "GetResourcePolicy", "SimulatePrincipalPolicy", "PutSecretValue"],
    "issue taken back": ["DeleteServiceSpecificCredential"],
}


def begin(desk: Desk, route: str) -> Way:
    if "clients" not in desk.once:
        desk.once["clients"] = clients(desk.boto)
    user = desk.subject(route)
    folder = desk.folder / user
    folder.mkdir()
    shop, state = open_shop(ROUTES[route], desk.once["clients"], user, folder), folder / "state"
    ended = partial(check, desk.sandbox, shop, CaseBook(state), ROUTES[route])
    return Way(state, partial(take_route, route, user, folder), ended)


ISSUING = Family(
    begin,
    ROUTES,
    CALLS,
    {
        name: Killing(route.like, lines=name in LINES, anew="" if route.back else CREATE)
        for name, route in ROUTES.items()
    },
    # A log group that may not be looked into is left: see test_setup.py.
    told=[("FilterLogEvents", fault) for fault in REFUSING],
)
