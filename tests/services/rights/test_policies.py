"""The hold's document, and recognising one."""

from __future__ import annotations

from typing import Any

import pytest

from services.rights import policies

LOGS = "logs.amazonaws.com"


def deny(action: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Statement": {"Effect": "Deny", "Action": action, "Resource": "*"} | more}


@pytest.mark.parametrize("service", policies.BEARER_ACTIONS)
def test_a_hold_holds(service: str) -> None:
    assert policies.holds(policies.hold_document(service), service)


def test_bedrock_has_two_names_and_needs_both() -> None:
    assert not policies.holds(deny("bedrock:CallWithBearerToken"), "bedrock.amazonaws.com")
    assert policies.holds(deny(["bedrock*:CallWithBearerToken"]), "bedrock.amazonaws.com")


@pytest.mark.parametrize("action", ["*", "logs:*", "LOGS:callwithbearertoken", ["x:Y", "logs:Call*"]])
def test_equivalent_denies_are_recognised(action: str | list[str]) -> None:
    assert policies.holds(deny(action), LOGS)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Statement": None},
        {"Statement": ["nonsense"]},
        {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
        deny("logs:PutLogEvents"),
        deny("logs:CallWithBearerToken", Condition={"Bool": {"aws:SecureTransport": "false"}}),
        deny("logs:CallWithBearerToken", Resource="arn:aws:logs:*:*:log-group:a"),
        deny("logs:CallWith[A-Z]earerToken"),
    ],
)
def test_what_does_not_hold_is_not_taken_for_a_hold(document: dict[str, Any]) -> None:
    assert not policies.holds(document, LOGS)


def test_sigv4_writes_are_denied_only_when_asked() -> None:
    assert "logs:PutLogEvents" not in str(policies.hold_document(LOGS))
    assert "logs:PutLogEvents" in str(policies.hold_document(LOGS, also_sigv4=True))


def test_the_quota_does_not_count_white_space() -> None:
    assert policies.counted_length({"a": "b c"}) == len('{"a":"bc"}')


def test_quarantine_is_recognised_by_name() -> None:
    assert policies.quarantine(["arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"])
    assert policies.quarantine(["arn:aws:iam::aws:policy/ReadOnlyAccess"]) is None
