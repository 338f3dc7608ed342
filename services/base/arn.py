"""The parts of an ARN; what is none has no parts."""

from __future__ import annotations


def partition_in(arn: str) -> str:
    """Of the usual one where *arn* names none."""
    return _part(arn, 1) or "aws"


def region_in(arn: str) -> str:
    return _part(arn, 3)


def account_in(arn: str) -> str:
    return _part(arn, 4)


def _part(arn: str, at: int) -> str:
    parts = arn.split(":", 5)
    return parts[at] if len(parts) == 6 else ""
