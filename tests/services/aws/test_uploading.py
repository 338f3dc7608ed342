"""An upload URL is a permission that AWS's answer names: it goes to AWS, once, and nowhere else."""

from __future__ import annotations

import pytest

from services.aws.call import Call
from services.aws.errors import AwsError, NotAws, Rejected
from services.aws.session import AwsSession
from services.aws.uploading import leads_to_aws
from tests.services.aws.liar import Asked, Liar, Lie, answer

SECRET = "X-Amz-Signature=0123456789abcdef"
CALL = Call("security-ir", "GetCaseAttachmentUploadUrl", region="us-east-1")
AWS_S_OWN = (
    "https://security-ir-uploads.s3.us-east-1.amazonaws.com/case/a",
    "https://security-ir-uploads.s3.amazonaws.com/a",
    "https://some.dotted.s3.name.s3.eu-west-1.amazonaws.com/a",
    "https://s3.eu-west-1.amazonaws.com/bucket/a",
    "https://s3.dualstack.eu-west-1.amazonaws.com/bucket/a",
    "https://bucket.s3.cn-north-1.amazonaws.com.cn/a",
)
NOT_AWS = (
    "http://bucket.s3.us-east-1.amazonaws.com/a",
    "https://bucket.s3.us-east-1.amazonaws.com:8443/a",
    "https://bucket.s3.us-east-1.amazonaws.com.example.com/a",
    "https://bucket.s3.us-east-1.amazonaws.com@example.com/a",
    "https://example.com/bucket.s3.us-east-1.amazonaws.com",
    "https://ec2-192-0-2-1.compute-1.amazonaws.com/a",
    "https://mine-1.us-east-1.elb.amazonaws.com/a",
    "https://xs3.us-east-1.amazonaws.com/a",
    "https://s3evil.example/a",
    "https://169.254.169.254/latest",
    "file:///etc/passwd",
    "https://[broken/a",
    "bucket.s3.us-east-1.amazonaws.com/a",
    "",
)


@pytest.mark.parametrize("url", AWS_S_OWN)
def test_aws_s_own_are_known(url: str) -> None:
    assert leads_to_aws(f"{url}?{SECRET}", "https://security-ir.us-east-1.api.aws", CALL.service)


@pytest.mark.parametrize("url", NOT_AWS)
async def test_nothing_goes_elsewhere(aws: AwsSession, liar: Liar, url: str) -> None:
    with pytest.raises(NotAws) as refused:
        await aws.upload(CALL, f"{url}?{SECRET}", b"report")
    assert SECRET not in str(refused.value)
    assert liar.heard == []


async def test_it_is_put_once_whole_and_unsigned(aws: AwsSession, liar: Liar) -> None:
    liar.lie = lambda asked: Lie(answer(200))
    await aws.upload(CALL, f"{liar.url}/a%2Fb?{SECRET}", b"report")
    (asked,) = liar.heard
    assert (asked.method, asked.url, asked.body) == ("PUT", f"/a%2Fb?{SECRET}", b"report")
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("status", [301, 302, 307, 308, 403, 412, 500, 503])
async def test_no_answer_but_a_yes_is_taken_for_one(aws: AwsSession, liar: Liar, status: int) -> None:
    elsewhere = {"Location": f"{liar.url}/elsewhere"}
    liar.lie = lambda asked: Lie(answer(status, "<Error>no</Error>", elsewhere))
    with pytest.raises(Rejected) as refused:
        await aws.upload(CALL, f"{liar.url}/a?{SECRET}", b"report")
    assert str(status) in str(refused.value)
    assert SECRET not in str(refused.value)
    assert len(liar.heard) == 1


async def test_a_network_that_hangs_up_is_one_sentence(aws: AwsSession, liar: Liar) -> None:
    def hang_up(asked: Asked) -> Lie:
        return Lie(b"")

    liar.lie = hang_up
    with pytest.raises(AwsError) as refused:
        await aws.upload(CALL, f"{liar.url}/a?{SECRET}", b"report")
    assert SECRET not in str(refused.value)
    assert len(liar.heard) == 1
