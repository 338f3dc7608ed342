"""Each document does what it says and nothing else: by the sandbox's evaluation, each condition both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.iam.policy import Access, Context, Decision, Grants, evaluate
from services.goals.governance.documents import SERVICES, BadDocument, Kind, Wanted, document, service_named
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import parse_target
from services.rights import policies
from tests.principals import EVERYTHING, policy

CREATE, RESET = "iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential"
SERVICE, AGE = "iam:servicespecificcredentialservicename", "iam:servicespecificcredentialagedays"
USER = "arn:aws:iam::123456789012:user/web"
LOGS, BEDROCK = "logs.amazonaws.com", "bedrock.amazonaws.com"
USE = "logs:CallWithBearerToken"
STREAM = "arn:aws:logs:us-east-1:123456789012:log-group:{}:log-stream:one"


def decide(
    wanted: Wanted, action: str, resource: str = USER, *, alone: bool = False, keys: Context | None = None
) -> Decision:
    """What comes of it with *wanted* attached to who may do everything, or *alone*, to who may do nothing."""
    own = json.dumps(document(wanted))
    documents = (own,) if alone else (own, json.dumps(policy(EVERYTHING)))
    return evaluate(Grants(documents), Access(action, resource, keys or {}))


def make(wanted: Wanted, service: str, days: int | None, *, alone: bool = False) -> Decision:
    keys = {SERVICE: service} | ({AGE: str(days)} if days is not None else {})
    return decide(wanted, CREATE, alone=alone, keys=keys)


def test_deny_stops_making_resetting_and_using_keys_of_one_service() -> None:
    wanted = Wanted(Kind.DENY)
    for action in (CREATE, RESET):
        assert decide(wanted, action, keys={SERVICE: LOGS}) is Decision.EXPLICITLY_DENIED
        assert decide(wanted, action, keys={SERVICE: "LOGS.amazonaws.com"}) is Decision.EXPLICITLY_DENIED
        assert decide(wanted, action, keys={SERVICE: BEDROCK}) is Decision.ALLOWED
    assert decide(wanted, USE, "*") is Decision.EXPLICITLY_DENIED
    assert decide(wanted, "bedrock:CallWithBearerToken", "*") is Decision.ALLOWED
    assert decide(wanted, "iam:DeleteServiceSpecificCredential", keys={SERVICE: LOGS}) is Decision.ALLOWED
    assert decide(wanted, "logs:PutLogEvents", "*") is Decision.ALLOWED


def test_deny_use_stops_use_alone() -> None:
    wanted = Wanted(Kind.DENY_USE)
    assert decide(wanted, USE, "*") is Decision.EXPLICITLY_DENIED
    assert make(wanted, LOGS, None) is Decision.ALLOWED
    assert policies.holds(document(wanted), LOGS)


@pytest.mark.parametrize("kind", [Kind.DENY, Kind.DENY_USE])
def test_bedrock_goes_by_two_names(kind: Kind) -> None:
    wanted = Wanted(kind, BEDROCK)
    for prefix in ("bedrock", "bedrock-mantle"):
        assert decide(wanted, f"{prefix}:CallWithBearerToken", "*") is Decision.EXPLICITLY_DENIED
    assert decide(wanted, USE, "*") is Decision.ALLOWED
    assert policies.holds(document(wanted), BEDROCK)


@pytest.mark.parametrize(
    ("service", "days", "decision"),
    [
        (LOGS, 1, Decision.ALLOWED),
        (LOGS, 30, Decision.ALLOWED),
        (LOGS, 31, Decision.EXPLICITLY_DENIED),
        (LOGS, 36600, Decision.EXPLICITLY_DENIED),
        (LOGS, None, Decision.EXPLICITLY_DENIED),
        ("Logs.Amazonaws.com", None, Decision.EXPLICITLY_DENIED),
        (BEDROCK, None, Decision.ALLOWED),
        (BEDROCK, 365, Decision.ALLOWED),
    ],
)
def test_expiry_stops_what_lasts_too_long_or_for_ever(
    service: str, days: int | None, decision: Decision
) -> None:
    assert make(Wanted(Kind.EXPIRY, days=30), service, days) is decision


def test_expiry_grants_nothing_unless_asked() -> None:
    assert make(Wanted(Kind.EXPIRY), LOGS, 90, alone=True) is Decision.IMPLICITLY_DENIED
    granting = Wanted(Kind.EXPIRY, allow=True)
    assert make(granting, LOGS, 90, alone=True) is Decision.ALLOWED
    assert make(granting, LOGS, 91, alone=True) is Decision.EXPLICITLY_DENIED
    assert make(granting, LOGS, None, alone=True) is Decision.EXPLICITLY_DENIED
    assert make(granting, BEDROCK, 1, alone=True) is Decision.IMPLICITLY_DENIED


def test_expiry_leaves_resets_and_use_alone() -> None:
    wanted = Wanted(Kind.EXPIRY)
    assert decide(wanted, RESET, keys={SERVICE: LOGS}) is Decision.ALLOWED
    assert decide(wanted, USE, "*") is Decision.ALLOWED


def test_write_keeps_a_shipper_to_its_groups() -> None:
    wanted = Wanted(Kind.WRITE, log_groups=("/app/web",))

    def alone(action: str, resource: str, **via: str) -> Decision:
        return decide(wanted, action, resource, alone=True, keys={f"kms:{name}": via[name] for name in via})

    assert alone(USE, "*") is Decision.ALLOWED
    assert alone("logs:PutLogEvents", STREAM.format("/app/web")) is Decision.ALLOWED
    for other in ("/app/web2", "/app/webs", "/other"):
        assert alone("logs:PutLogEvents", STREAM.format(other)) is Decision.IMPLICITLY_DENIED
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    assert alone("kms:Decrypt", key, viaservice="logs.us-east-1.amazonaws.com") is Decision.ALLOWED
    assert alone("kms:Decrypt", key) is Decision.IMPLICITLY_DENIED
    assert alone("kms:Decrypt", key, viaservice="s3.us-east-1.amazonaws.com") is Decision.IMPLICITLY_DENIED


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_can_be_governed(service: str) -> None:
    assert service_named(service.removesuffix(".amazonaws.com").upper()) == service
    assert make(Wanted(Kind.EXPIRY, service), service, None) is Decision.EXPLICITLY_DENIED
    assert make(Wanted(Kind.DENY, service), service, 1) is Decision.EXPLICITLY_DENIED


USES = {
    "codecommit.amazonaws.com": ("codecommit:GitPull", "codecommit:GitPush"),
    "cassandra.amazonaws.com": ("cassandra:Select", "cassandra:Modify"),
}


def uses(service: str) -> tuple[str, ...]:
    """What calls with a key of the service need at least."""
    return USES.get(service) or policies.BEARER_ACTIONS[service]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("service", SERVICES)
def test_a_policy_says_of_each_service_what_its_document_denies(service: str, kind: Kind) -> None:
    if kind is Kind.WRITE:
        return
    wanted = Wanted(kind, service)
    makes, resets = make(wanted, service, 1), decide(wanted, RESET, keys={SERVICE: service})
    used = {decide(wanted, action, "*") for action in uses(service)}
    denied, allowed = Decision.EXPLICITLY_DENIED, Decision.ALLOWED
    assert (makes is denied and resets is denied) == ("created, reset or used" in wanted.told)
    assert used == ({denied} if "used" in wanted.told else {allowed})
    for other in SERVICES:
        if other != service:
            assert {decide(wanted, action, "*") for action in uses(other)} == {allowed}
            assert make(wanted, other, None) is allowed


def test_several_services_are_all_denied() -> None:
    wanted = Wanted(Kind.DENY_USE, LOGS, more=(BEDROCK, "codecommit.amazonaws.com"))
    for action in (USE, *uses(BEDROCK), *uses("codecommit.amazonaws.com")):
        assert decide(wanted, action, "*") is Decision.EXPLICITLY_DENIED
    assert decide(wanted, "cloudwatch:CallWithBearerToken", "*") is Decision.ALLOWED
    assert wanted.name == "stanch-deny-use-logs+bedrock+codecommit"


@pytest.mark.parametrize(
    ("user", "allowed"), [("web", True), ("team/web", True), ("web2", False), ("a/b", False)]
)
def test_a_grant_for_one_user_is_on_that_user(user: str, allowed: bool) -> None:
    wanted = Wanted(Kind.EXPIRY, allow=True, user="web")
    keys = {SERVICE: LOGS, AGE: "30"}
    made = decide(wanted, CREATE, f"arn:aws:iam::123456789012:user/{user}", alone=True, keys=keys)
    assert (made is Decision.ALLOWED) is allowed


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(Kind.WRITE, log_groups=("x",), more=(BEDROCK,)), "Only Logs keys"),
        (Wanted(Kind.EXPIRY, days=0), "1 to 36600 days"),
        (Wanted(Kind.WRITE), "Name the log groups"),
        (Wanted(Kind.WRITE, BEDROCK, log_groups=("x",)), "Only Logs keys"),
    ],
)
def test_what_makes_no_policy_is_one_sentence(wanted: Wanted, words: str) -> None:
    with pytest.raises(BadDocument, match=words):
        document(wanted)
    with pytest.raises(BadDocument, match="has no such keys"):
        service_named("s3")


def test_the_documents_are_small_enough_for_a_user() -> None:
    sizes: dict[str, Any] = {
        kind: policies.counted_length(document(Wanted(kind, log_groups=("/app/web",), allow=True)))
        for kind in Kind
    }
    assert max(sizes.values()) < policies.INLINE_QUOTA / 2


@pytest.mark.parametrize("target", ["user:web", "group:web", "role:web", "scp:r-ab12"])
@pytest.mark.parametrize("kind", Kind)
def test_what_a_policy_stops_and_leaves_is_what_its_document_denies(kind: Kind, target: str) -> None:
    wanted, at = Wanted(kind, log_groups=("/app/web",)), parse_target(target)
    told = PolicyGoal(at, wanted).told(undo=False)
    if kind is Kind.DENY_USE and target == "role:web":
        return  # It is refused: a role has no API keys.
    if kind is Kind.WRITE:
        assert "Nothing" in told.stops
        return
    # It is about the keys of one service, at one target.
    assert "logs keys" in told.stops
    assert at.name in told.stops
    used = decide(wanted, USE, "*") is not Decision.ALLOWED and target != "role:web"
    assert ("use logs keys, existing ones included" in told.stops) == used
    assert ("existing keys" in told.leaves.lower()) == (not used)
    makes = make(wanted, "logs.amazonaws.com", 1) is not Decision.ALLOWED
    assert ("create" in told.stops) == (makes or kind is Kind.EXPIRY)
    assert ("creating" in told.leaves.lower()) == (kind is Kind.DENY_USE)
    # A role's session, and whoever is below the organization, goes by the policy at once.
    assert ("role sessions" in told.leaves) == (target in ("user:web", "group:web"))


def test_detaching_a_grant_stops_what_it_allowed() -> None:
    at = parse_target("user:web")
    assert PolicyGoal(at, Wanted(Kind.DENY)).told(undo=True).stops == "Nothing: this undoes it."
    for grant in (Wanted(Kind.WRITE, log_groups=("/app/web",)), Wanted(Kind.EXPIRY, allow=True)):
        assert "What it allows" in PolicyGoal(at, grant).told(undo=True).stops
