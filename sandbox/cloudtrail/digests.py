"""Digest files, which name each object a trail delivered with its hash: chained and signed as AWS's are."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto.cloudtrail.models import Trail
from moto.s3.models import s3_backends

from sandbox.cloudtrail.organization import id_of
from sandbox.cloudtrail.records import Record

EVERY = timedelta(hours=1)
ALGORITHM = "SHA256withRSA"


@dataclass(frozen=True, slots=True)
class Logged:
    """One object that was delivered."""

    bucket: str
    key: str
    sha256: str
    oldest: str
    newest: str

    @classmethod
    def of(cls, trail: Trail, key: str, document: bytes, records: list[Record]) -> Logged:
        times = sorted(str(record["eventTime"]) for record in records)
        return cls(trail.bucket_name, key, hashlib.sha256(document).hexdigest(), times[0], times[-1])


@dataclass(slots=True)
class Chain:
    """The digest files of one trail, account and Region."""

    since: datetime
    last: datetime
    """The latest digest file, or the first object."""
    waiting: list[Logged] = field(default_factory=list)
    previous: tuple[str, str, str, str] | None = None
    """Bucket, key, hash and signature of the last one."""


class Digests:
    """Not locked: hold world.lock."""

    def __init__(self) -> None:
        self._chains: dict[tuple[str, str, str], Chain] = {}

    def note(self, trail: Trail, account: str, region: str, logged: Logged, published: datetime) -> None:
        """*logged* is to be named in the next digest, if the trail has any."""
        if trail.log_validation:
            chain = self._chains.setdefault((trail.arn, account, region), Chain(published - EVERY, published))
            chain.waiting.append(logged)

    def deliver(self, trail: Trail, now: datetime, *, due: timedelta = timedelta()) -> None:
        """A digest file for each Region whose last one was *due* ago."""
        for (arn, account, region), chain in self._chains.items():
            if arn == trail.arn and trail.log_validation and (not due or now - chain.last >= due):
                self._write(trail, account, region, chain, now)

    def _write(self, trail: Trail, account: str, region: str, chain: Chain, now: datetime) -> None:
        # Keys have whole seconds: a second digest of one second would take the place of the first.
        if chain.previous and now.replace(microsecond=0) <= chain.last.replace(microsecond=0):
            now = chain.last + timedelta(seconds=1)
        key, end = _key(trail, account, region, now), f"{now:%Y-%m-%dT%H:%M:%SZ}"
        bucket, name, sha256, signature = chain.previous or (None, None, None, None)
        digest: dict[str, Any] = {
            "awsAccountId": account,
            "digestStartTime": f"{chain.since:%Y-%m-%dT%H:%M:%SZ}",
            "digestEndTime": end,
            "digestS3Bucket": trail.bucket_name,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": fingerprint(),
            "digestSignatureAlgorithm": ALGORITHM,
            "newestEventTime": max((each.newest for each in chain.waiting), default=None),
            "oldestEventTime": min((each.oldest for each in chain.waiting), default=None),
            "previousDigestS3Bucket": bucket,
            "previousDigestS3Object": name,
            "previousDigestHashValue": sha256,
            "previousDigestHashAlgorithm": "SHA-256" if sha256 else None,
            "previousDigestSignature": signature,
            "logFiles": [
                {
                    "s3Bucket": each.bucket,
                    "s3Object": each.key,
                    "hashValue": each.sha256,
                    "hashAlgorithm": "SHA-256",
                    "newestEventTime": each.newest,
                    "oldestEventTime": each.oldest,
                }
                for each in chain.waiting
            ],
        }
        body = json.dumps(digest, separators=(",", ":")).encode()
        hashed = hashlib.sha256(body).hexdigest()
        told = f"{end}\n{trail.bucket_name}/{key}\n{hashed}\n{signature or 'null'}"
        signed = _private().sign(told.encode(), padding.PKCS1v15(), SHA256()).hex()
        backend = s3_backends[trail.account_id][trail.partition]
        stored = backend.put_object(trail.bucket_name, key, gzip.compress(body, 1, mtime=0))
        stored.last_modified = now.replace(tzinfo=None)
        stored.set_metadata({"x-amz-meta-signature": signed, "x-amz-meta-signature-algorithm": ALGORITHM})
        chain.previous = (trail.bucket_name, key, hashed, signed)
        chain.since = chain.last = now
        chain.waiting.clear()
        trail.status.digested = now


def public_keys(since: datetime, until: datetime) -> list[dict[str, Any]]:
    """As ListPublicKeys answers."""
    return [
        {
            "Value": base64.b64encode(_der()).decode(),
            "ValidityStartTime": (since - timedelta(days=30)).timestamp(),
            "ValidityEndTime": (until + timedelta(days=30)).timestamp(),
            "Fingerprint": fingerprint(),
        }
    ]


@cache
def fingerprint() -> str:
    return hashlib.sha256(_der()).hexdigest()[:32]


@cache
def _private() -> rsa.RSAPrivateKey:
    # AWS has one for each Region, twice as long: to sign with that is half of what a new account takes.
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def _der() -> bytes:
    return _private().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def _key(trail: Trail, account: str, region: str, end: datetime) -> str:
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    organization = id_of(trail)
    root = f"{prefix}AWSLogs/{f'{organization}/' if organization else ''}{account}/CloudTrail-Digest"
    name = f"{account}_CloudTrail-Digest_{region}_{trail.trail_name}_{trail.region_name}_{end:%Y%m%dT%H%M%SZ}"
    return f"{root}/{region}/{end:%Y/%m/%d}/{name}.json.gz"
