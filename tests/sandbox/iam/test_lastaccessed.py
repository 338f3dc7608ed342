"""Service-last-accessed data and Access Analyzer, as boto3 sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.account import iam_backend
from sandbox.account.world import BearerCall
from sandbox.wire.server import Sandbox
from tests.principals import EVERYTHING, allow, deny, make_user, policy


def reached(iam: Any, arn: str) -> dict[str, Any]:
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    details = iam.get_service_last_accessed_details(JobId=job)
    assert details["JobStatus"] == "COMPLETED"
    return {
        each["ServiceNamespace"]: each.get("LastAuthenticated") for each in details["ServicesLastAccessed"]
    }


def test_only_what_is_granted_is_told_and_when_it_was_reached(
    boto: Callable[..., Any], bearer: Callable[..., BearerCall], sandbox: Sandbox
) -> None:
    iam = boto("iam")
    key = make_user(iam, "shipper", policy(allow("logs:PutLogEvents", "s3:GetObject"), deny("kms:*")))
    arn = iam.get_user(UserName="shipper")["User"]["Arn"]
    assert reached(iam, arn) == {"logs": None, "s3": None}
    boto("s3", key=key).list_buckets()
    bearer(user="shipper", status=401)
    assert [name for name, when in reached(iam, arn).items() if when] == ["s3"]
    call = bearer(user="shipper", time=sandbox.world.clock.now() - timedelta(days=3))
    assert abs(reached(iam, arn)["logs"] - call.time) < timedelta(seconds=1)
    sandbox.world.clock.advance(timedelta(days=401))
    assert reached(iam, arn) == {"logs": None, "s3": None}


def test_it_takes_its_time_and_comes_in_pages(boto: Callable[..., Any], sandbox: Sandbox) -> None:
    sandbox.world.settings.last_accessed_takes = 5
    iam = boto("iam")
    make_user(iam, "admin", policy(EVERYTHING))
    arn = iam.get_user(UserName="admin")["User"]["Arn"]
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    assert iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "IN_PROGRESS"
    sandbox.world.clock.advance(timedelta(seconds=6))
    first = iam.get_service_last_accessed_details(JobId=job, MaxItems=5)
    rest = iam.get_service_last_accessed_details(JobId=job, Marker=first["Marker"])
    assert (len(first["ServicesLastAccessed"]), first["IsTruncated"], rest["IsTruncated"]) == (5, True, False)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_service_last_accessed_details(JobId="0" * 36)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.generate_service_last_accessed_details(Arn=arn + "x")


def test_an_analyzer_of_unused_access(boto: Callable[..., Any], sandbox: Sandbox) -> None:
    iam, analyzer = boto("iam"), boto("accessanalyzer")
    assert analyzer.list_analyzers()["analyzers"] == []
    unused = {"unusedAccess": {"unusedAccessAge": 30}}
    arn = analyzer.create_analyzer(analyzerName="u", type="ACCOUNT_UNUSED_ACCESS", configuration=unused)[
        "arn"
    ]
    with pytest.raises(ClientError, match="ConflictException"):
        analyzer.create_analyzer(analyzerName="u", type="ACCOUNT")
    assert boto("accessanalyzer", region="eu-west-1").list_analyzers()["analyzers"] == []

    make_user(iam, "eve")
    key = iam_backend().users["eve"].access_keys[0]
    key.create_date = (sandbox.world.clock.now() - timedelta(days=31)).replace(tzinfo=None)
    active = {"status": {"eq": ["ACTIVE"]}, "resourceType": {"eq": ["AWS::IAM::User"]}}
    (found,) = analyzer.list_findings_v2(analyzerArn=arn, filter=active)["findings"]
    assert (found["findingType"], found["resource"]) == (
        "UnusedIAMUserAccessKey",
        "arn:aws:iam::123456789012:user/eve",
    )
    analyzer.update_findings(analyzerArn=arn, status="ARCHIVED", ids=[found["id"]])
    assert analyzer.list_findings_v2(analyzerArn=arn, filter=active)["findings"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        analyzer.list_findings_v2(analyzerArn=arn + "x")


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        (policy(allow("logs:PutLogEvents")), []),
        (policy(EVERYTHING), ["ALLOW_WITH_UNRESTRICTED_ACCESS"]),
        ({"Statement": [{"Effect": "Permit", "Resource": "*"}]}, None),
        (policy(deny("a:b", Condition={"NumericAbove": {"k": "1"}})), ["INVALID_CONDITION_OPERATOR"]),
        ("{", ["JSON_SYNTAX_ERROR"]),
    ],
)
def test_policies_are_validated(boto: Callable[..., Any], document: Any, codes: list[str] | None) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    found = boto("accessanalyzer").validate_policy(policyDocument=text, policyType="IDENTITY_POLICY")
    expected = codes if codes is not None else ["MISSING_VERSION", "INVALID_EFFECT", "MISSING_ACTION"]
    assert [each["issueCode"] for each in found["findings"]] == expected


def test_access_analyzer_is_governed_by_policies_too(boto: Callable[..., Any], sandbox: Sandbox) -> None:
    sandbox.world.settings.enforce_policies = True
    key = make_user(boto("iam"), "night", policy(allow("access-analyzer:ListAnalyzers")))
    analyzer = boto("accessanalyzer", key=key)
    assert analyzer.list_analyzers()["analyzers"] == []
    with pytest.raises(ClientError, match="access-analyzer:ListFindings") as refused:
        analyzer.list_findings_v2(analyzerArn="arn:aws:access-analyzer:us-east-1:123456789012:analyzer/x")
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_another_account_is_apart(boto: Callable[..., Any]) -> None:
    role = "arn:aws:iam::111122223333:role/audit"
    made = boto("sts").assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
    assert boto("sts").get_caller_identity()["Account"] == "123456789012"
    import boto3

    there = boto3.Session(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    url = boto("sts").meta.endpoint_url
    iam = there.client("iam", endpoint_url=url, region_name="us-east-1")
    logs = there.client("logs", endpoint_url=url, region_name="us-east-1")
    iam.create_user(UserName="theirs")
    key = iam.create_service_specific_credential(UserName="theirs", ServiceName="logs.amazonaws.com")
    assert key["ServiceSpecificCredential"]["ServiceCredentialAlias"] == "theirs-at-111122223333"
    logs.create_log_group(logGroupName="/theirs")
    logs.put_bearer_token_authentication(logGroupIdentifier="/theirs", bearerTokenAuthenticationEnabled=True)
    assert boto("iam").list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"] == []
    assert boto("logs").describe_log_groups()["logGroups"] == []
    for client in (iam, logs):
        client.close()
