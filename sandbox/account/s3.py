"""S3 where moto's differs: what new buckets have, names that are refused, and buckets of other accounts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from moto.iam.models import get_account_id_from
from moto.s3.models import FakeBucket, PublicAccessBlock, s3_backends
from werkzeug.wrappers import Response

from sandbox.account.world import World
from sandbox.wire.call import Request
from sandbox.wire.errors import AwsError
from sandbox.wire.wire import Handler

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_ENCRYPTED = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}


@dataclass(frozen=True, slots=True)
class S3:
    """Answers as *inner* does whatever S3 would not refuse, and leaves other services' calls to *inner*."""

    world: World
    inner: Handler

    def __call__(self, request: Request) -> Response:
        name = request.path.lstrip("/").partition("/")[0]
        if request.service != "s3" or not name:
            return self.inner(request)
        creates = request.operation == "CreateBucket"
        with self.world.lock:
            there = find_bucket(name)
            refusal = self._refusal(request, name, there)
        if refusal:
            return refusal.answer(request)
        answer = self.inner(request)
        if creates and there is None:
            with self.world.lock:
                if made := find_bucket(name):
                    _as_made_by_aws(made)
        return answer

    def _refusal(self, request: Request, name: str, there: FakeBucket | None) -> AwsError | None:
        if request.operation == "CreateBucket":
            bad = not there and not _may_be_called(name)
            return AwsError("InvalidBucketName", "The specified bucket is not valid.", 400) if bad else None
        if there is None:
            return None
        expected = request.headers.get("x-amz-expected-bucket-owner", there.account_id)
        caller = get_account_id_from(request.access_key_id or "")
        # No bucket's policy lets another account in here.
        if there.account_id == caller == expected:
            return None
        return AwsError("AccessDenied", "Access Denied", 403)


def find_bucket(name: str) -> FakeBucket | None:
    """Whosever it is."""
    partition, account = s3_backends.bucket_accounts.get(name, (None, None))
    return s3_backends[account][partition].buckets.get(name) if account else None


def _may_be_called(name: str) -> bool:
    return (
        _NAME.fullmatch(name) is not None
        and ".." not in name
        and not _ADDRESS.fullmatch(name)
        and not name.startswith(_PREFIXES)
        and not name.endswith(_SUFFIXES)
    )


def _as_made_by_aws(bucket: FakeBucket) -> None:
    """Since 2023 a new bucket is closed to the public, encrypted, and all of its owner's."""
    bucket.public_access_block = PublicAccessBlock(True, True, True, True)
    bucket.encryption = _ENCRYPTED
    bucket.ownership_rule = bucket.ownership_rule or "BucketOwnerEnforced"
