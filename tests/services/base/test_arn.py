"""The parts of what should be an ARN."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aws.cloudtrail import Trail
from services.base.arn import account_in, partition_in, region_in
from services.keys.holdings import Unreadable

TRAIL = "arn:aws-cn:cloudtrail:cn-north-1:123456789012:trail/a:b"


def test_the_parts_of_an_arn() -> None:
    assert (partition_in(TRAIL), region_in(TRAIL), account_in(TRAIL)) == (
        "aws-cn",
        "cn-north-1",
        "123456789012",
    )


@pytest.mark.parametrize("text", ["", "web", "arn:aws", "arn:aws:iam::1", ":::::"])
def test_what_is_no_arn_has_no_parts(text: str) -> None:
    assert (partition_in(text), region_in(text), account_in(text)) == ("aws", "", "")
    assert Trail("a", text, "us-east-1", "b").account == ""


@given(st.text())
def test_nothing_is_too_odd(text: str) -> None:
    assert ":" not in partition_in(text) + region_in(text) + account_in(text)


def test_what_could_not_be_read_is_named_as_text() -> None:
    assert Unreadable("policy \x1b[2J\u202e", "Denied.").what == "policy �[2J�"
