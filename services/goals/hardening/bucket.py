"""The bucket of a trail: who may write into it, and what else a bucket of records must have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from services.aws.call import Call
from services.aws.s3 import BLOCKED, OWNER_ENFORCED, Bucket
from services.base.arn import account_in, partition_in

SERVICE = "cloudtrail.amazonaws.com"
Policy: TypeAlias = Mapping[str, Any]


def statements(name: str, trail_arn: str, organization: str | None = None) -> list[dict[str, Any]]:
    """What CloudTrail needs to be allowed, for that trail alone, in the account or in *organization* too."""
    partition, account = partition_in(trail_arn), account_in(trail_arn)
    arn = f"arn:{partition}:s3:::{name}"
    allowed = {"Effect": "Allow", "Principal": {"Service": SERVICE}}
    by_the_trail = {"aws:SourceArn": trail_arn}
    folders = (account, *((organization,) if organization else ()))
    return [
        allowed
        | {
            "Action": "s3:GetBucketAcl",
            "Resource": arn,
            "Condition": {"StringEquals": by_the_trail},
        },
        *(
            allowed
            | {
                "Action": "s3:PutObject",
                "Resource": f"{arn}/AWSLogs/{folder}/*",
                "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"} | by_the_trail},
            }
            for folder in folders
        ),
    ]


def let_in(policy: Policy | None, needed: list[dict[str, Any]]) -> Policy:
    """*policy* with what is *needed*, which is *policy* itself where it says so already."""
    there = _statements(policy)
    said = [_meant(each) for each in there]
    missing = [each for each in needed if _meant(each) not in said]
    if policy is not None and not missing:
        return policy
    return {"Version": "2012-10-17", **(policy or {}), "Statement": [*there, *missing]}


def shut_out(policy: Policy | None, needed: list[dict[str, Any]], before: Policy | None) -> Policy | None:
    """*policy* without what was *needed* and was not there *before*; None where nothing is left."""
    if policy is None:
        return None
    had = [_meant(each) for each in _statements(before)]
    ours = [_meant(each) for each in needed if _meant(each) not in had]
    left = [each for each in _statements(policy) if _meant(each) not in ours]
    return {**policy, "Statement": left} if left else None


def made(
    name: str, region: str, account: str, seen: Bucket | None, needed: list[dict[str, Any]]
) -> list[Call]:
    """What is missing until a bucket of our own stands as it must."""
    calls: list[Call] = []
    mine: dict[str, object] = {"Bucket": name, "ExpectedBucketOwner": account}
    if seen is None:
        params: dict[str, object] = {"Bucket": name, "ObjectOwnership": OWNER_ENFORCED}
        if region != "us-east-1":
            params["CreateBucketConfiguration"] = {"LocationConstraint": region}
        calls.append(Call("s3", "CreateBucket", params, region))
    if seen is None or not seen.blocks_public:
        blocked = {"PublicAccessBlockConfiguration": dict.fromkeys(BLOCKED, True)}
        calls.append(Call("s3", "PutPublicAccessBlock", mine | blocked, region))
    if seen is None or not seen.encrypted:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        encrypted = {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}
        calls.append(Call("s3", "PutBucketEncryption", mine | encrypted, region))
    if seen is not None and not seen.owner_enforced:
        owned = {"OwnershipControls": {"Rules": [{"ObjectOwnership": OWNER_ENFORCED}]}}
        calls.append(Call("s3", "PutBucketOwnershipControls", mine | owned, region))
    return [*calls, *opened(name, region, account, seen, needed)]


def opened(
    name: str, region: str, account: str, seen: Bucket | None, needed: list[dict[str, Any]]
) -> list[Call]:
    """The policy put, where it does not say what is needed."""
    policy = seen.policy if seen else None
    wanted = let_in(policy, needed)
    return [] if wanted == policy else [put_policy(name, region, account, wanted)]


def put_policy(name: str, region: str, account: str, policy: Policy | None) -> Call:
    mine = {"Bucket": name, "ExpectedBucketOwner": account}
    if policy is None:
        return Call("s3", "DeleteBucketPolicy", mine, region)
    return Call("s3", "PutBucketPolicy", {**mine, "Policy": json.dumps(policy)}, region)


def deletion(seen: Bucket, account: str) -> Call:
    return Call("s3", "DeleteBucket", {"Bucket": seen.name, "ExpectedBucketOwner": account}, seen.region)


def lacks(seen: Bucket) -> tuple[str, ...]:
    """What a bucket that others made is left without."""
    wanting = (
        (seen.blocks_public, "does not block public access"),
        (seen.encrypted, "has no default encryption"),
        (seen.owner_enforced, "lets others own objects in it (ACLs)"),
    )
    return tuple(words for there, words in wanting if not there)


def _statements(policy: Policy | None) -> list[Mapping[str, Any]]:
    found = (policy or {}).get("Statement") or []
    return list(found) if isinstance(found, list) else [found]


def _meant(statement: Mapping[str, Any]) -> object:
    """What it says, whatever it is called and however its lists of one are written."""
    return {key: _listed(value) for key, value in statement.items() if key != "Sid"}


def _listed(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _listed(inner) for key, inner in value.items()}
        case list():
            return sorted(map(str, value))
        case _:
            return [str(value)]
