"""Digest files: what CloudTrail delivered, told from what the bucket has of it now."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from sandbox.cloudtrail.install import CloudTrail
from services.aws.session import AwsSession
from services.review.digests import is_signed, read_digest
from services.review.model import Progress
from services.review.review import Review, Subject, Window, run_review

Boto = Callable[..., Any]
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}


@pytest.fixture
def delivered(cloudtrail: CloudTrail, boto: Boto, make_trail: Callable[..., str]) -> list[str]:
    """Three objects of us-east-1 and their digests, in two files."""
    began = datetime.now(UTC) - timedelta(minutes=50)
    with time_machine.travel(began):
        make_trail(MANAGEMENT, EnableLogFileValidation=True)
        boto("iam").create_user(UserName="bob")
    for number in range(3):
        with time_machine.travel(began + timedelta(minutes=10 * number + 5)):
            boto("iam").list_users()
            cloudtrail.flush()
            if number:
                cloudtrail.digest()
    return keys(boto, "/CloudTrail/us-east-1/")


def keys(boto: Boto, part: str) -> list[str]:
    found = boto("s3").list_objects_v2(Bucket="trail-bucket").get("Contents", [])
    return [each["Key"] for each in found if part in each["Key"]]


async def reviewed(aws: AwsSession, hours: float = 1, **options: Any) -> Review:
    now = datetime.now(UTC)

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    window = Window(now - timedelta(hours=hours), now)
    return await run_review(aws, Subject("alice"), window, source="s3", sleep=at_once, **options)


def missing(review: Review) -> list[str]:
    found = [each.error for each in review.unreadable if each.missing]
    assert len([each for each in review.findings if each.kind == "missing-evidence"]) == len(found)
    assert not (found and review.complete)
    return found


async def test_what_is_as_it_was_delivered_is_not_remarked_on(aws: AwsSession, delivered: list[str]) -> None:
    assert len(delivered) >= 3
    review = await reviewed(aws)
    assert review.unreadable == ()


async def test_what_is_delivered_and_named_while_the_review_runs_is_not_lost(
    aws: AwsSession, boto: Boto, cloudtrail: CloudTrail, delivered: list[str]
) -> None:
    boto("iam").list_users()
    later: list[str] = []

    def deliver(progress: Progress) -> None:
        if progress.records and not later:
            cloudtrail.flush()
            cloudtrail.digest()
            later.extend(keys(boto, "/CloudTrail/us-east-1/")[len(delivered) :])

    review = await reviewed(aws, on_progress=deliver)
    assert later
    assert review.unreadable == ()


async def test_an_object_that_is_gone_is_missed_by_name(
    aws: AwsSession, boto: Boto, delivered: list[str]
) -> None:
    boto("s3").delete_object(Bucket="trail-bucket", Key=delivered[0])
    (error,) = missing(await reviewed(aws))
    assert error.startswith("lost 1 object that CloudTrail's digest files name, delivered 20")


async def test_a_whole_region_that_is_gone_is_missed(
    aws: AwsSession, boto: Boto, delivered: list[str]
) -> None:
    for key in keys(boto, "/CloudTrail/"):
        boto("s3").delete_object(Bucket="trail-bucket", Key=key)
    found = missing(await reviewed(aws))
    assert any(error.startswith(f"lost {len(delivered)} objects") for error in found)


async def test_an_object_that_was_altered_is_not_believed(
    aws: AwsSession, boto: Boto, delivered: list[str]
) -> None:
    s3 = boto("s3")
    body = json.loads(gzip.decompress(s3.get_object(Bucket="trail-bucket", Key=delivered[1])["Body"].read()))
    body["Records"] = body["Records"][:-1]
    s3.put_object(Bucket="trail-bucket", Key=delivered[1], Body=gzip.compress(json.dumps(body).encode()))
    (error,) = missing(await reviewed(aws))
    assert error.startswith("has 1 object that is not as CloudTrail delivered it")


async def test_a_digest_that_was_altered_with_its_object_is_not_believed(
    aws: AwsSession, boto: Boto, delivered: list[str]
) -> None:
    s3 = boto("s3")
    first, *_ = keys(boto, "/CloudTrail-Digest/us-east-1/")
    found = s3.get_object(Bucket="trail-bucket", Key=first)
    body = json.loads(gzip.decompress(found["Body"].read()))
    gone = body["logFiles"].pop()
    s3.delete_object(Bucket="trail-bucket", Key=gone["s3Object"])
    packed = gzip.compress(json.dumps(body).encode())
    s3.put_object(Bucket="trail-bucket", Key=first, Body=packed, Metadata=found["Metadata"])
    assert "has 1 digest file not as CloudTrail signed it" in missing(await reviewed(aws))


async def test_without_the_public_keys_hashes_alone_are_compared(
    aws: AwsSession, boto: Boto, sandbox: Any, delivered: list[str]
) -> None:
    sandbox.faults.add("deny:ListPublicKeys")
    review = await reviewed(aws)
    assert missing(review) == []
    (note,) = review.notes
    assert note.startswith(
        "Who signed the digest files in s3://trail-bucket/ could not be checked, only hashes"
    )
    assert note in review.verdict_words
    boto("s3").delete_object(Bucket="trail-bucket", Key=delivered[0])
    assert len(missing(await reviewed(aws))) == 1


async def test_the_digest_files_of_a_trail_with_a_like_name_are_not_this_trails(
    aws: AwsSession, boto: Boto, delivered: list[str]
) -> None:
    s3 = boto("s3")
    for key in keys(boto, "/CloudTrail-Digest/"):
        found = s3.get_object(Bucket="trail-bucket", Key=key)
        like = key.replace("_audit_us-east-1_", "_audit_us-east-1_more_us-east-1_")
        s3.put_object(Bucket="trail-bucket", Key=like, Body=found["Body"].read(), Metadata=found["Metadata"])
    assert missing(await reviewed(aws)) == []


async def test_the_first_digest_file_of_the_days_is_missed_too(
    aws: AwsSession, boto: Boto, delivered: list[str]
) -> None:
    first, *others = keys(boto, "/CloudTrail-Digest/us-east-1/")
    assert others
    boto("s3").delete_object(Bucket="trail-bucket", Key=first)
    assert missing(await reviewed(aws)) == ["lost 1 digest file or more of their chain"]


@pytest.mark.parametrize("gone", [False, True])
async def test_the_digest_files_of_one_region_are_missed(
    aws: AwsSession, boto: Boto, cloudtrail: CloudTrail, make_trail: Callable[..., str], gone: bool
) -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now - timedelta(hours=5)) as clock:
        make_trail(MANAGEMENT, EnableLogFileValidation=True)
        # In one journey, so that the sandbox's own hourly digests come in order.
        for minutes in (290, 280, 10):
            clock.move_to(now - timedelta(minutes=minutes))
            boto("iam").list_users()
            boto("logs", region="us-west-2").describe_log_groups()
            cloudtrail.flush()
            cloudtrail.digest()
    for key in keys(boto, "/CloudTrail-Digest/us-west-2/") if gone else ():
        boto("s3").delete_object(Bucket="trail-bucket", Key=key)
    found = missing(await reviewed(aws, hours=6))
    assert found == (["lost its digest files"] if gone else [])


async def test_two_digest_files_of_one_second_are_a_chain(
    aws: AwsSession, boto: Boto, cloudtrail: CloudTrail, make_trail: Callable[..., str]
) -> None:
    """The sandbox's own thread may deliver one just before."""
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=30), tick=False):
        make_trail(MANAGEMENT, EnableLogFileValidation=True)
        for _ in range(3):
            boto("iam").list_users()
            cloudtrail.flush()
            cloudtrail.digest()
    assert len(keys(boto, "/CloudTrail-Digest/us-east-1/")) == 3
    assert missing(await reviewed(aws)) == []


@pytest.mark.parametrize("which", [0, -1])
async def test_digest_files_that_are_gone_are_missed(
    aws: AwsSession, boto: Boto, cloudtrail: CloudTrail, delivered: list[str], which: int
) -> None:
    boto("iam").list_users()
    cloudtrail.flush()
    cloudtrail.digest()
    chain = keys(boto, "/CloudTrail-Digest/us-east-1/")
    if which == 0:
        boto("s3").delete_object(Bucket="trail-bucket", Key=chain[1])
    else:
        for key in keys(boto, "/CloudTrail-Digest/"):
            boto("s3").delete_object(Bucket="trail-bucket", Key=key)
    (error,) = missing(await reviewed(aws))
    assert error.startswith("lost ")
    assert "digest file" in error


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b'{"logFiles":3}', gzip.compress(b"\xff{", mtime=0), b"\x1f\x8bx"]
)
def test_what_is_no_digest_is_none(body: bytes) -> None:
    assert read_digest("k", body, {}) is None


async def test_a_signature_is_of_this_digest_and_this_key(boto: Boto, delivered: list[str]) -> None:
    (first, second, *_) = keys(boto, "/CloudTrail-Digest/us-east-1/")
    public = {
        each["Fingerprint"]: each["Value"] for each in boto("cloudtrail").list_public_keys()["PublicKeyList"]
    }
    read = {}
    for key in (first, second):
        found = boto("s3").get_object(Bucket="trail-bucket", Key=key)
        read[key] = (found["Body"].read(), found["Metadata"])
        digest = read_digest(key, *read[key])
        assert digest is not None
        assert is_signed(digest, public)
        assert not is_signed(digest, {})
        assert not is_signed(digest, dict.fromkeys(public, b"no key"))
    for signature in (read[first][1]["signature"], "zz", "", "00" * 256):
        digest = read_digest(second, read[second][0], {"signature": signature})
        assert digest is not None
        assert not is_signed(digest, public)
