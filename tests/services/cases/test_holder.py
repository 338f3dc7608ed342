"""Who works on a case, in words, whatever stands in the lock."""

from __future__ import annotations

import pytest

from services.cases.holder import Holder


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ("2026-11-23T13:45:09Z", "2026-11-23 13:45:09Z"),
        ("2026-11-23T14:45:09+01:00", "2026-11-23 13:45:09Z"),
        ("yesterday", "yesterday"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("\x1b[31mnow", "�[31mnow"),
    ],
)
def test_since_when_is_a_time_or_what_is_written(since: str, told: str) -> None:
    assert str(Holder("grace", "bastion", 4242, since)) == f"grace on bastion (process 4242) since {told}"
