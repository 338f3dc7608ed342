"""No archive, whatever it says of itself, keeps what is beside it from being searched: it is named."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from services.base.tar import Tar
from services.scan.unpacking import Budget
from tests.hostile import END, TARS, ZIPS, of_many_entries, tar_head, tar_member, told_in_bytes
from tests.services.keys import leaks
from tests.services.scan.test_scan import git
from tests.services.scan.test_unpacking import scanned, tar

LEAK = leaks.token(random.Random(1))
WRONG = {f"tar {what}": data for what, data in TARS.items()} | {
    f"zip {what}": data for what, data in ZIPS.items()
}
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda data: data,
    "in gzip": gzip.compress,
    "in tar": lambda data: tar("inside", data),
}


@pytest.fixture(autouse=True)
def _room_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.scan.scan.Budget", lambda: Budget(4 << 20))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_named_and_what_is_beside_it_is_searched(wrong: str, way: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(WAYS[way](WRONG[wrong]))
    (tmp_path / "b").write_text(LEAK.text)
    scan = scanned(tmp_path)
    assert [found.key.name for found in scan.found] == [LEAK.name]
    assert {what.partition(" > ")[0] for what, _ in scan.unreadable} == {str(tmp_path / "a")}


def test_in_a_history_too(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", str(tmp_path / "repo"))
    (tmp_path / "repo" / "a").write_bytes(tar_head(b"Z", told_in_bytes(1 << 80)))
    (tmp_path / "repo" / "b").write_text(LEAK.text)
    git(tmp_path / "repo", "add", ".")
    scan = scanned(tmp_path / "repo")
    assert [found.key.name for found in scan.found] == [LEAK.name] * 2
    assert len(scan.unreadable) == 2


def test_a_zip_of_more_entries_than_there_is_room_for_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.base.zips.MOST_LISTED", 1 << 16)
    (tmp_path / "a.gz").write_bytes(gzip.compress(of_many_entries(2_000)))
    ((_, why),) = scanned(tmp_path).unreadable
    assert "table of contents is too large" in why


def test_of_many_members_of_a_tar_none_is_kept() -> None:
    many = b"".join(tar_member(b"", b"%d" % number) for number in range(200))
    with Tar.open(fileobj=io.BytesIO(many + END), mode="r|") as archive:
        for _ in archive:
            archive.forget()
            assert archive.members == []  # type: ignore[attr-defined]
