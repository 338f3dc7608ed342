"""What trails and buckets may be called, said before AWS is asked."""

from __future__ import annotations

import re

TRAIL = "stanch-key-use"
"""The trail that is made where none is named."""

_TRAIL = re.compile(r"[A-Za-z0-9](?:[._-]?[A-Za-z0-9])*")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]*[a-z0-9]")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_TAKEN_BEFORE = ("xn--", "sthree-", "amzn-s3-demo-")
_TAKEN_BEHIND = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


class BadName(Exception):
    """AWS takes no such name; the message is one sentence."""


def check_trail(name: str) -> None:
    """Raises BadName."""
    if not 3 <= len(name) <= 128 or not _TRAIL.fullmatch(name) or _ADDRESS.fullmatch(name):
        raise BadName(
            f"{name!r} isn't a valid trail name: 3 to 128 letters, digits and single . _ - between them, and "
            "no IP address."
        )


def check_bucket(name: str) -> None:
    """Raises BadName."""
    formed = 3 <= len(name) <= 63 and _BUCKET.fullmatch(name) and ".." not in name
    if not formed or _ADDRESS.fullmatch(name):
        raise BadName(
            f"{name!r} isn't a valid bucket name: 3 to 63 lowercase letters, digits, hyphens and single "
            "dots, a letter or digit at either end, and no IP address."
        )
    if name.startswith(_TAKEN_BEFORE) or name.endswith(_TAKEN_BEHIND):
        raise BadName(f"{name!r} has a prefix or suffix that AWS reserves: choose another bucket name.")


def default_bucket(account: str, region: str) -> str:
    """All accounts share the names of buckets, so it has the account's number in it."""
    return f"{TRAIL}-{account}-{region}"
