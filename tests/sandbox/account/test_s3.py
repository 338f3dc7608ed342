"""Buckets as AWS makes, refuses and keeps them, as boto3 sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Boto = Callable[..., Any]


def refused(code: str) -> Any:
    return pytest.raises(ClientError, match=rf"\({code}\)")


def test_a_new_bucket_is_closed_and_encrypted_and_its_owners(boto: Boto) -> None:
    s3 = boto("s3")
    s3.create_bucket(Bucket="records")
    block = s3.get_public_access_block(Bucket="records")["PublicAccessBlockConfiguration"]
    assert all(block.values())
    assert len(block) == 4
    (rule,) = s3.get_bucket_encryption(Bucket="records")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    rules = s3.get_bucket_ownership_controls(Bucket="records")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    s3.delete_public_access_block(Bucket="records")
    with refused("NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket="records")
    with refused("NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket="records")
    assert s3.head_bucket(Bucket="records")["BucketRegion"] == "us-east-1"
    with refused("404"):
        s3.head_bucket(Bucket="nobodys")


@pytest.mark.parametrize(
    "name", ["ab", "a..b", "192.168.5.4", "xn--records", "records-s3alias", "amzn-s3-demo-records"]
)
def test_names_that_are_refused(boto: Boto, name: str) -> None:
    with refused("InvalidBucketName"):
        boto("s3").create_bucket(Bucket=name)


def test_a_name_that_is_taken(boto: Boto) -> None:
    made = boto("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/x1", RoleSessionName="night")
    key = (made["Credentials"]["AccessKeyId"], made["Credentials"]["SecretAccessKey"])
    theirs, ours, west = boto("s3", key=key), boto("s3"), boto("s3", region="eu-west-1")
    here = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    theirs.create_bucket(Bucket="theirs")
    west.create_bucket(Bucket="ours", **here)
    with refused("BucketAlreadyExists"):
        ours.create_bucket(Bucket="theirs")
    with refused("BucketAlreadyOwnedByYou"):
        west.create_bucket(Bucket="ours", **here)
    with refused("IllegalLocationConstraintException"):
        west.create_bucket(Bucket="elsewhere")
    with refused("403"):
        ours.head_bucket(Bucket="theirs")
    for call in (ours.get_bucket_policy, ours.get_public_access_block, ours.list_objects_v2):
        with refused("AccessDenied"):
            call(Bucket="theirs")
    with refused("AccessDenied"):
        ours.put_bucket_policy(Bucket="theirs", Policy="{}")
    with refused("AccessDenied"):
        west.get_bucket_policy(Bucket="ours", ExpectedBucketOwner="111122223333")
    assert west.head_bucket(Bucket="ours", ExpectedBucketOwner="123456789012")["BucketRegion"] == "eu-west-1"


def test_only_an_empty_bucket_is_deleted(boto: Boto) -> None:
    s3 = boto("s3")
    s3.create_bucket(Bucket="records")
    s3.put_object(Bucket="records", Key="x", Body=b"x")
    with refused("BucketNotEmpty"):
        s3.delete_bucket(Bucket="records")
    s3.delete_object(Bucket="records", Key="x")
    s3.delete_bucket(Bucket="records")
    with refused("NoSuchBucket"):
        s3.delete_bucket(Bucket="records")
