"""CloudTrail's digest files: what they name must be in the bucket, as it was delivered.

Each names the objects of an hour with their hashes, and the digest before it with its signature; it is
signed itself. The scheme is the one that AWS documents for validations of one's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from services.review.deliveries import delivered_at
from services.review.gunzip import gunzip
from services.review.timestamp import parse_timestamp
from services.review.words import moment


class Named(msgspec.Struct):
    """One object that a digest names."""

    bucket: str = msgspec.field(name="s3Bucket")
    key: str = msgspec.field(name="s3Object")
    sha256: str = msgspec.field(name="hashValue")


class _Document(msgspec.Struct):
    start: str = msgspec.field(name="digestStartTime")
    end: str = msgspec.field(name="digestEndTime")
    bucket: str = msgspec.field(name="digestS3Bucket")
    key: str = msgspec.field(name="digestS3Object")
    fingerprint: str = msgspec.field(name="digestPublicKeyFingerprint")
    previous_key: str | None = msgspec.field(default=None, name="previousDigestS3Object")
    previous_signature: str | None = msgspec.field(default=None, name="previousDigestSignature")
    named: list[Named] = msgspec.field(default_factory=list, name="logFiles")


_decoder = msgspec.json.Decoder(_Document)


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest file as it was found; *sha256* is that of its content."""

    key: str
    document: _Document
    sha256: str
    signature: str

    @property
    def signed_text(self) -> str:
        document = self.document
        before = document.previous_signature or "null"
        return f"{document.end}\n{document.bucket}/{document.key}\n{self.sha256}\n{before}"

    @property
    def begins(self) -> datetime | None:
        return parse_timestamp(self.document.start)

    @property
    def ends(self) -> datetime | None:
        return parse_timestamp(self.document.end)


def read_digest(key: str, packed: bytes, metadata: Mapping[str, str]) -> Digest | None:
    """None where it is no digest file, whatever it is."""
    unpacked = gunzip(packed)
    try:
        document = _decoder.decode(unpacked.data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if unpacked.over or unpacked.trouble:
        return None
    hashed = hashlib.sha256(unpacked.data).hexdigest()
    return Digest(key, document, hashed, metadata.get("signature", ""))


def is_signed(digest: Digest, keys: Mapping[str, bytes]) -> bool:
    """Whether CloudTrail signed it, by the key that it says."""
    # Only trails with digest files need it, and it takes long to load.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    der = keys.get(digest.document.fingerprint)
    if der is None:
        return False
    try:
        public = load_der_public_key(der)
        if not isinstance(public, rsa.RSAPublicKey):
            return False
        public.verify(
            bytes.fromhex(digest.signature), digest.signed_text.encode(), padding.PKCS1v15(), SHA256()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(slots=True)
class Checked:
    """What the digest files of one Region say of its objects; each of the texts follows the bucket's name."""

    troubles: list[str] = field(default_factory=list)

    def check(
        self,
        digests: Iterable[Digest],
        *,
        bucket: str,
        keys: Mapping[str, bytes] | None,
        there: Collection[str],
        hashes: Mapping[str, str],
        first: str,
        begun: str = "",
        strange: int = 0,
    ) -> None:
        """*there* are the objects from *first* on, *hashes* those of the objects that were read.

        *digests* are those from *begun* on. Without *keys* signatures cannot be checked, and are not.
        """
        chain = sorted(digests, key=lambda digest: digest.document.end)
        known = {digest.key: digest for digest in chain}
        forged = [digest for digest in chain if digest.document.key != digest.key]
        if keys is not None:
            forged += [digest for digest in chain if digest not in forged and not is_signed(digest, keys)]
        if bad := len(forged) + strange:
            self.troubles.append(f"has {_count(bad, 'digest file')} not as CloudTrail signed it")
        self._chain(chain, known, begun)
        lost: list[str] = []
        altered: list[str] = []
        for digest in chain:
            if digest in forged:
                continue
            for named in digest.document.named:
                if named.bucket != bucket or named.key <= first:
                    continue
                if named.key not in there:
                    lost.append(named.key)
                elif (found := hashes.get(named.key)) and found != named.sha256:
                    altered.append(named.key)
        if lost:
            self.troubles.append(
                f"lost {_count(len(lost), 'object')} that CloudTrail's digest files name{_when(lost)}"
            )
        if altered:
            count = _count(len(altered), "object")
            self.troubles.append(
                f"has {count} that {'is' if len(altered) == 1 else 'are'} not as CloudTrail delivered "
                f"{'it' if len(altered) == 1 else 'them'}{_when(altered)}"
            )

    def _chain(self, chain: list[Digest], known: Mapping[str, Digest], begun: str) -> None:
        gone = 0
        for digest in chain:
            before = digest.document.previous_key
            if before is None or before < begun:
                continue
            previous = known.get(before)
            if previous is None or previous.signature != digest.document.previous_signature:
                gone += 1
        if gone:
            self.troubles.append(f"lost {_count(gone, 'digest file')} or more of their chain")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _when(keys: Iterable[str]) -> str:
    times = sorted(time for key in keys if (time := delivered_at(key)))
    if not times:
        return ""
    if times[0] == times[-1]:
        return f", delivered {moment(times[0])}"
    return f", delivered {moment(times[0])} to {moment(times[-1])}"
