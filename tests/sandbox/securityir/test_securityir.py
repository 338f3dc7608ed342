"""AWS Security Incident Response as boto3 sees it."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.securityir.cases import SecurityIncidents
from sandbox.wire.server import Sandbox

CASE = {
    "resolverType": "Self",
    "title": "a key",
    "description": "leaked",
    "engagementType": "Security Incident",
    "reportedIncidentStartDate": datetime(2026, 1, 1, tzinfo=UTC),
    "impactedAccounts": ["123456789012"],
    "watchers": [],
}
TEAM = [{"name": name, "jobTitle": "-", "email": f"{name}@example.com"} for name in ("ada", "bob")]


@pytest.fixture
def ir(boto: Callable[..., Any]) -> Any:
    client = boto("security-ir")
    client.create_membership(membershipName="team", incidentResponseTeam=TEAM)
    return client


def put(url: str, content: bytes, method: str = "PUT") -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, content, method=method)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_without_a_membership_of_the_region_everything_is_refused(boto: Callable[..., Any], ir: Any) -> None:
    with pytest.raises(ClientError) as refused:
        boto("security-ir", region="eu-west-1").list_cases()
    assert code(refused) == "SecurityIncidentResponseNotActiveException"
    assert ir.list_cases()["items"] == []


def test_the_same_token_makes_one_case_and_each_other_one_more(ir: Any) -> None:
    first = ir.create_case(**CASE, clientToken="a")["caseId"]
    assert ir.create_case(**CASE, clientToken="a")["caseId"] == first
    for token in map(str, range(30)):
        ir.create_case(**CASE, clientToken=token)
    page = ir.list_cases(maxResults=25)
    more = ir.list_cases(maxResults=25, nextToken=page["nextToken"])
    assert (len(page["items"]), len(more["items"]), page["total"]) == (25, 6, 31)
    assert ir.get_case(caseId=first)["title"] == "a key"


def test_comments_are_kept_in_order(ir: Any) -> None:
    case = ir.create_case(**CASE)["caseId"]
    for body in ("one", "two"):
        ir.create_case_comment(caseId=case, body=body)
    assert [each["body"] for each in ir.list_comments(caseId=case)["items"]] == ["one", "two"]
    with pytest.raises(ClientError) as refused:
        ir.create_case_comment(caseId="9999999999", body="three")
    assert code(refused) == "ResourceNotFoundException"


def test_what_is_uploaded_is_taken_once_and_as_long_as_was_said(ir: Any, sandbox: Sandbox) -> None:
    case = ir.create_case(**CASE)["caseId"]
    url = ir.get_case_attachment_upload_url(caseId=case, fileName="a.html", contentLength=3)
    url = url["attachmentPresignedUrl"]
    assert ir.get_case(caseId=case)["caseAttachments"][0]["attachmentStatus"] == "Pending"
    assert [put(url, b"ab"), put(f"{url}0", b"abc"), put(url, b"abc", "POST")] == [403, 403, 403]
    assert [put(url, b"abc"), put(url, b"abd")] == [200, 412]
    assert ir.get_case(caseId=case)["caseAttachments"][0]["attachmentStatus"] == "Verified"
    assert sandbox.world.part(SecurityIncidents).cases[0].attachments[0].content == b"abc"
    with pytest.raises(ClientError) as refused:
        ir.get_case_attachment_upload_url(caseId=case, fileName="a b", contentLength=3)
    assert code(refused) == "ValidationException"
