"""The runbook's and the rotation's routes as the matrices take them."""

from __future__ import annotations

from functools import partial

from services.cases.book import CaseBook
from tests.samples import EVERYTHING
from tests.services.incident.routes import ROUTES, admit, check, prepare, take_route
from tests.services.matrices.family import Desk, Family, Killing
from tests.services.matrices.killing import Way

CREATE = "CreateServiceSpecificCredential"
CALLS = {
    "deactivate": ["GetCallerIdentity", "ListServiceSpecificCredentials", "UpdateServiceSpecificCredential"],
    "review": [
        "DescribeTrails",
        "GetTrailStatus",
        "GetEventSelectors",
        "GetBucketLifecycleConfiguration",
        "ListObjectsV2",
        "GetObject",
    ],
    "review of the history": ["LookupEvents"],
    "replace into a secret": ["GetResourcePolicy", "SimulatePrincipalPolicy", "PutSecretValue"],
    "replace into a file": [CREATE],
    "replace and delete": ["DescribeSecret", CREATE, "CreateSecret", "DeleteServiceSpecificCredential"],
    "deny": [
        "ListUserPolicies",
        "GetUserPolicy",
        "ListAttachedUserPolicies",
        "PutUserPolicy",
        "DeleteUserPolicy",
    ],
    "managed hold": ["GetPolicy", "GetPolicyVersion", "AttachUserPolicy", "DetachUserPolicy"],
    "reset": ["ListRegions", "ListSecrets", "ResetServiceSpecificCredential"],
    "reset into a file": ["ResetServiceSpecificCredential"],
    "new user": [
        "GetUser",
        "GetLoginProfile",
        "ListGroupsForUser",
        "CreateUser",
        "AttachUserPolicy",
        "PutUserPolicy",
        "AddUserToGroup",
    ],
    "new user taken back": ["DetachUserPolicy", "DeleteUserPolicy", "RemoveUserFromGroup", "DeleteUser"],
    "access key": ["UpdateAccessKey", "CreateAccessKey", "CreateSecret", "DeleteAccessKey"],
    "access key left": ["ListAccessKeys", "DeleteAccessKey"],
    "sessions": [
        "GetUserPolicy",
        "GetRolePolicy",
        "ListRolePolicies",
        "GetRole",
        "PutUserPolicy",
        "PutRolePolicy",
        "DeleteUserPolicy",
    ],
    "session alone": ["ListUserPolicies", "PutUserPolicy", "DeleteUserPolicy"],
    "role alone": ["GetRole", "PutRolePolicy"],
    "intruder": [
        "GetUser",
        "ListAttachedRolePolicies",
        "GetGroup",
        "GetGroupPolicy",
        "ListGroupPolicies",
        "GetTrailStatus",
        "LookupEvents",
        "PutUserPolicy",
        "DetachRolePolicy",
        "PutGroupPolicy",
        "StartLogging",
        "DeleteUserPolicy",
        "AttachRolePolicy",
        "DeleteGroupPolicy",
        "StopLogging",
    ],
    "access keys": ["ListAccessKeys", "UpdateAccessKey"],
    "log groups": ["DescribeLogGroups", "PutBearerTokenAuthentication"],
    "rotation": [
        "ListServiceSpecificCredentials",
        CREATE,
        "CreateSecret",
        "GetMetricData",
        "DeleteServiceSpecificCredential",
    ],
    "rotation taken back": ["UpdateServiceSpecificCredential", "DeleteServiceSpecificCredential"],
}
ALIKE = ("review of the history", "replace into a secret", *(() if EVERYTHING else ("five steps",)))
"""Whose boundaries are those of other routes, name by name."""
TORN = ("review", "replace and delete")
"""Ways that have a line of every kind, to be killed also within them."""
LINES = (*TORN, "deny", "rotation", "rotation taken back")


def begin(desk: Desk, route: str) -> Way:
    clients = desk.once.setdefault("clients", None) or prepare(desk.boto)
    desk.once["clients"] = clients
    patient = admit(clients, desk.sandbox, desk.subject(route))
    ROUTES[route].before(patient, desk.sandbox)
    state = desk.folder / patient.user
    ended = partial(check, desk.sandbox, patient, CaseBook(state), ROUTES[route])
    return Way(state, partial(take_route, route, patient.who), ended)


INCIDENT = Family(
    begin,
    ROUTES,
    CALLS,
    {
        name: Killing(route.like, lines=name in LINES, torn=name in TORN)
        for name, route in ROUTES.items()
        if name not in ALIKE
    },
    # Who may not read them is told that they are not copied.
    told=[("ListGroupsForUser", "denied")],
)
