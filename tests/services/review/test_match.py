"""Whose a record is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.review.match import Matcher
from services.review.model import Subject
from services.review.record import decode

Record = Callable[..., dict[str, Any]]
KEY = "ACCAEXAMPLE1A2B3C4D5E"
ALICE = Subject("alice")


def role(record: dict[str, Any], subject: Subject = ALICE) -> str | None:
    matcher, raw = Matcher(subject), json.dumps(record).encode()
    found = matcher.role(decode(raw))
    # The byte search may find too much and never too little.
    assert found is None or matcher.needles.may_be_in(raw)
    return found


def identity(**fields: Any) -> dict[str, Any]:
    return {"userIdentity": fields}


@pytest.mark.parametrize(
    "who",
    [
        identity(type="IAMUser", userName="alice"),
        identity(type="IAMUser", arn="arn:aws:iam::123456789012:user/alice"),
        identity(type="IAMUser", arn="arn:aws:iam::123456789012:user/team/a/alice"),
        identity(userName="alice"),
        identity(
            type="FederatedUser",
            arn="arn:aws:sts::123456789012:federated-user/x",
            sessionContext={"sessionIssuer": {"type": "IAMUser", "userName": "alice"}},
        ),
    ],
    ids=["name", "arn", "arn with a path", "no type", "federated by her"],
)
def test_done_by_the_user(record: Record, who: dict[str, Any]) -> None:
    assert role(record(**who)) == "by"


@pytest.mark.parametrize(
    "who",
    [
        identity(type="IAMUser", userName="bob"),
        identity(type="IAMUser", userName="malice"),
        identity(type="IAMUser", arn="arn:aws:iam::123456789012:user/alice/bob"),
        identity(type="AssumedRole", arn="arn:aws:sts::123456789012:assumed-role/r/alice"),
        identity(type="SAMLUser", userName="alice"),
        identity(type="Root", userName="alice"),
        identity(type="AssumedRole", sessionContext={"sessionIssuer": {"type": "Role", "userName": "alice"}}),
        {"userIdentity": None},
    ],
    ids=["another", "name within a name", "her name as a path", "session", "SAML", "root", "role", "nobody"],
)
def test_not_done_by_the_user(record: Record, who: dict[str, Any]) -> None:
    assert role(record(**who)) is None


def test_done_to_the_user(record: Record) -> None:
    made = record(user="bob", eventName="CreateAccessKey", requestParameters={"userName": "alice"})
    assert role(made) == "on"
    assert role(made | {"eventSource": "identitystore.amazonaws.com"}) is None
    assert role(record(requestParameters={"userName": "alice"})) == "by"


def test_namesakes_of_other_accounts_are_apart_where_the_account_is_known(record: Record) -> None:
    made = record()
    made["userIdentity"]["accountId"] = "999999999999"
    assert role(made) == "by"
    assert role(made, Subject("alice", account="123456789012")) is None
    done = record(user="bob", requestParameters={"userName": "alice"}, recipientAccountId="999999999999")
    assert role(done, Subject("alice", account="123456789012")) is None


def test_a_key_that_is_named_beside_the_identity_is_found_too(bearer: Record) -> None:
    record = bearer()
    record["userIdentity"] = {"type": "Unknown", "accountId": "123456789012"}
    record["additionalEventData"] = {"callWithBearerToken": True, "credentialId": KEY}
    assert role(record, Subject("alice", KEY)) == "by"
    assert role(record, Subject("alice", KEY[:-1] + "X")) is None


def test_a_key_is_found_by_its_id_whatever_its_user_is_called_now(bearer: Record) -> None:
    made = bearer(user="former-name", credential=KEY)
    assert role(made) is None
    assert role(made, Subject("alice", KEY)) == "by"


@pytest.mark.parametrize("name", ["a", "A+b=c,d.e@f_g-h", "x" * 64])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", " : ")])
def test_any_name_iam_allows_is_found_in_bytes(
    record: Record, name: str, separators: tuple[str, str]
) -> None:
    raw = json.dumps(record(user=name), separators=separators, indent=1).encode()
    assert Matcher(Subject(name)).needles.may_be_in(raw)
    assert not Matcher(Subject("zebra")).needles.may_be_in(raw)
