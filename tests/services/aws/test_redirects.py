"""No client follows a redirect, be it ours or a library's: nothing signed goes to another host."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path

import pytest
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider

from services.aws import s3
from services.aws.call import Call
from services.aws.errors import AwsError, NotAws, Redirected
from services.aws.session import AwsSession
from tests.services.aws.liar import Asked, Liar, Lie, answer, lying

STATUSES = (300, 301, 302, 303, 304, 305, 307, 308, 399)
CALLS = (
    Call("iam", "ListUsers"),
    Call("iam", "CreateServiceSpecificCredential", {"UserName": "web", "ServiceName": "logs.amazonaws.com"}),
    Call("sts", "GetCallerIdentity"),
    Call(
        "secretsmanager",
        "CreateSecret",
        {"Name": "a", "SecretString": "s3cr3t", "ClientRequestToken": "t" * 32},
    ),
    Call("logs", "DescribeLogGroups"),
    Call("cloudtrail", "DescribeTrails"),
    Call("cloudwatch", "ListMetrics"),
    Call("athena", "ListWorkGroups"),
    Call("organizations", "DescribeOrganization"),
    Call("accessanalyzer", "ListAnalyzers"),
    Call("s3", "HeadBucket", {"Bucket": "trail"}),
    Call("s3", "ListObjectsV2", {"Bucket": "trail"}),
    Call("s3", "GetObject", {"Bucket": "trail", "Key": "a"}),
    Call("s3", "PutBucketPolicy", {"Bucket": "trail", "Policy": "{}"}),
)


@pytest.fixture
async def stranger() -> AsyncIterator[Liar]:
    """Whom nothing may reach."""
    async with lying() as found:
        found.lie = lambda asked: Lie(answer(200, "{}", {"x-amzn-requestid": "r"}))
        yield found


@pytest.mark.parametrize("status", STATUSES)
async def test_no_call_follows(liar: Liar, stranger: Liar, aws: AwsSession, status: int) -> None:
    for call in CALLS:
        for with_id in ({}, {"x-amzn-requestid": "r", "x-amz-request-id": "r"}):
            headers = {"Location": f"{stranger.url}/there", **with_id}
            liar.lie = lambda asked, headers=headers: Lie(answer(status, "", headers))  # type: ignore[misc]
            with pytest.raises(NotAws) as caught:
                await aws.send(call)
            assert isinstance(caught.value, Redirected), call
            assert caught.value.outcome_unknown
            assert "127.0.0.1" in str(caught.value)
            assert "\n" not in str(caught.value)
    assert stranger.heard == []


SSO = """[profile sso]
sso_session = s
sso_account_id = 123456789012
sso_role_name = r
[sso-session s]
sso_region = us-east-1
sso_start_url = https://example.awsapps.com/start
[profile old]
sso_region = us-east-1
sso_start_url = https://example.awsapps.com/start
sso_account_id = 123456789012
sso_role_name = r
[profile role]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = base
[profile base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = made-up
[profile web]
role_arn = arn:aws:iam::123456789012:role/r
web_identity_token_file = {token}
"""


def _sso_cache(home: Path, expires: timedelta) -> None:
    """A sign-in that was made; one that is expired asks for another by its refresh token."""
    folder = home / "sso"
    folder.mkdir()
    until = (datetime.now(UTC) + expires).strftime("%Y-%m-%dT%H:%M:%SZ")
    kept = {
        "startUrl": "https://example.awsapps.com/start",
        "region": "us-east-1",
        "accessToken": "a-token",
        "expiresAt": until,
        "clientId": "c",
        "clientSecret": "s",
        "refreshToken": "r",
        "registrationExpiresAt": (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    for name in ("s", "https://example.awsapps.com/start"):
        (folder / f"{sha1(name.encode()).hexdigest()}.json").write_text(json.dumps(kept))


async def _signed_in(aws: AwsSession) -> None:
    await aws.resolve_credentials()
    await aws.read("sts", "GetCallerIdentity")


@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize("way", ["sso", "old", "refresh", "role", "web", "container", "instance"])
async def test_no_client_of_the_credential_chain_follows(
    stranger: Liar, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: str, status: int
) -> None:
    for provider in (SSOProvider, SSOTokenProvider):
        monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", str(tmp_path / "sso"))
    config, token = tmp_path / "config", tmp_path / "token"
    token.write_text("a-web-identity")
    config.write_text(SSO.format(token=token))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    async with lying() as liar:
        liar.lie = lambda asked: Lie(answer(status, "", {"Location": f"{stranger.url}/there"}))
        monkeypatch.setenv("AWS_ENDPOINT_URL", liar.url)
        profile: str | None = way
        match way:
            case "container":
                profile = None
                monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{liar.url}/creds")
                monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a-token")
            case "instance":
                profile = None
                monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
                monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", liar.url)
            case "refresh":
                profile = "sso"
                _sso_cache(tmp_path, timedelta(minutes=-5))
            case "sso" | "old":
                _sso_cache(tmp_path, timedelta(hours=5))
        async with AwsSession(profile, regions=("us-east-1",)) as aws:
            with pytest.raises(AwsError) as caught:
                await _signed_in(aws)
        assert "\n" not in str(caught.value)
        assert liar.heard, "the way was not taken"
        assert stranger.heard == []


@pytest.mark.parametrize("status", [301, 307, 400])
async def test_a_bucket_elsewhere_is_asked_there_by_its_region(
    liar: Liar, aws: AwsSession, status: int
) -> None:
    """Which is a Region, and no host: what is asked next is made of the Region's name alone."""
    headers = {
        "x-amz-request-id": "r",
        "x-amz-bucket-region": "eu-west-1",
        "Location": "http://198.51.100.7/",
    }
    page = (
        "<ListBucketResult><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>"
        "<Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>"
    )
    refusal = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>"

    def lie(asked: Asked) -> Lie:
        if "/eu-west-1/s3/" in asked.headers["authorization"]:
            return Lie(answer(200, page, {"x-amz-request-id": "r"}))
        return Lie(answer(status, refusal if status == 400 else "", headers))

    liar.lie = lie
    found = [each async for page in s3.object_pages(aws, "trail", "") for each in page]
    assert [each.key for each in found] == ["a"]
    assert len(liar.heard) == 2


@pytest.mark.parametrize(
    "region", ["evil.example/", "eu-west-1.evil.example", "", "us east 1", "x", "a" * 5000]
)
async def test_a_region_that_is_none_is_not_gone_to(liar: Liar, aws: AwsSession, region: str) -> None:
    headers = {"x-amz-request-id": "r", "x-amz-bucket-region": region}
    liar.lie = lambda asked: Lie(answer(301, "", headers))
    with pytest.raises(Redirected) as caught:
        await s3.find_bucket(aws, "trail", "123456789012")
    assert caught.value.region is None
    assert len(liar.heard) == 1
