"""What policies let a user do, whichever partition their ARNs are of."""

from __future__ import annotations

import pytest

from services.audit.rights import writes_everywhere


@pytest.mark.parametrize(
    ("resource", "everywhere"),
    [
        ("*", True),
        ("arn:aws:logs:*:*:*", True),
        ("arn:aws-cn:logs:*:*:*", True),
        ("arn:aws-us-gov:logs:*:*:log-group:*", True),
        ("arn:*:logs:*:*:*", True),
        ("arn:aws-cn:logs:cn-north-1:*:log-group:mine:*", False),
    ],
)
def test_logs_that_may_be_written_everywhere(resource: str, *, everywhere: bool) -> None:
    allowed = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": resource}
    assert writes_everywhere([{"Version": "2012-10-17", "Statement": [allowed]}]) is everywhere
