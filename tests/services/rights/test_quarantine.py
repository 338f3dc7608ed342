"""What a quarantine policy stops is read in its document, whatever its name."""

from __future__ import annotations

from typing import Any

import pytest

from services.rights.quarantine import quarantine_effect, stops_all

LOGS, BEDROCK, CODECOMMIT = "logs.amazonaws.com", "bedrock.amazonaws.com", "codecommit.amazonaws.com"


def denying(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Deny", "Action": list(actions), "Resource": "*", **more}]}


@pytest.mark.parametrize(
    ("document", "service", "words", "stops"),
    [
        (None, LOGS, "could not be read", False),
        (denying("iam:*"), LOGS, "it denies no call with logs keys", False),
        (denying("logs:PutLogEvents"), LOGS, "not logs:CallWithBearerToken", False),
        (denying("logs:*"), LOGS, "it denies every call with logs keys", True),
        (denying("*"), BEDROCK, "it denies every call with bedrock keys", True),
        (denying("bedrock:CallWithBearerToken"), BEDROCK, "not bedrock-mantle:CallWithBearerToken", False),
        (denying("bedrock:Invoke*"), BEDROCK, "bedrock:InvokeModel", False),
        (denying("logs:*", Condition={"Bool": {"x": "true"}}), LOGS, "it denies no call", False),
        (denying("codecommit:Git*"), CODECOMMIT, "codecommit:GitPull, codecommit:GitPush", True),
        (denying("x:y"), "new.amazonaws.com", "it denies no call with new keys", False),
    ],
)
def test_by_its_document(document: dict[str, Any] | None, service: str, words: str, stops: bool) -> None:
    assert words in quarantine_effect(document, service)
    assert stops_all(document, service) is stops
