"""Inference on bedrock-mantle with an API key, and what a trail keeps of it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox
from tests.sandbox.conftest import DATA, MANAGEMENT

MANTLE = {"Field": "resources.type", "Equals": ["AWS::BedrockMantle::Project"]}


def test_a_key_of_bedrock_gets_an_answer_and_a_record_where_one_is_asked_for(
    sandbox: Sandbox,
    boto: Callable[..., Any],
    cloudtrail: CloudTrail,
    make_trail: Callable[..., str],
    delivered: Callable[..., dict[str, list[Any]]],
) -> None:
    iam = boto("iam")
    iam.create_user(UserName="chat")
    statement = {"Effect": "Allow", "Action": "bedrock-mantle:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="chat", PolicyName="talk", PolicyDocument=document)
    made = {
        service: iam.create_service_specific_credential(
            UserName="chat", ServiceName=f"{service}.amazonaws.com"
        )
        for service in ("bedrock", "logs")
    }
    tokens = {
        name: each["ServiceSpecificCredential"]["ServiceCredentialSecret"] for name, each in made.items()
    }

    def ask(token: str) -> int:
        connection = http.client.HTTPConnection(urlsplit(sandbox.endpoint_url).netloc)
        connection.request("POST", "/v1/chat/completions", b"{}", {"Authorization": f"Bearer {token}"})
        status = connection.getresponse().status
        connection.close()
        return status

    make_trail(advanced=[{"FieldSelectors": [MANAGEMENT]}])
    assert ask(tokens["bedrock"]) == 200
    assert ask(tokens["logs"]) == 401
    make_trail("all", advanced=[{"FieldSelectors": [MANAGEMENT]}, {"FieldSelectors": [DATA, MANTLE]}])
    iam.delete_user_policy(UserName="chat", PolicyName="talk")
    assert ask(tokens["bedrock"]) == 403
    cloudtrail.flush()
    records = [each for found in delivered().values() for each in found]
    (inference,) = [each for each in records if each["eventSource"] == "bedrock-mantle.amazonaws.com"]
    assert (inference["eventName"], inference["errorCode"]) == ("CreateInference", "AccessDeniedException")
    assert inference["requestParameters"]["callWithBearerToken"] is True
