"""A leading ~ stands for a home, or for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.base.folders import expanded
from services.cases.secret import ToFile, parse_destination


def test_a_home_that_nobody_has_is_no_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert expanded("~/s") == Path("/home/ann/s")
    assert expanded("s") == Path("s")
    assert expanded("~nobody-of-that-name/s") == Path("~nobody-of-that-name/s")
    place = parse_destination("file:~nobody-of-that-name/s")
    assert place == ToFile(Path("~nobody-of-that-name/s").absolute())
