"""What changed since the last look, and where looks are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.aws.iam import Credential
from services.keys import lastlook
from services.keys.inventory import Inventory, Key
from services.keys.lastlook import Changes

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
ACCOUNT = "123456789012"


def inventory(*keys: Key) -> Inventory:
    return Inventory(ACCOUNT, "arn:aws:iam::123456789012:user/responder", keys, complete=True)


def key(key_id: str, status: str = "Active") -> Key:
    return Key(Credential(key_id, "web", "logs.amazonaws.com", status, NOW))


def test_new_changed_and_gone_keys_are_told_apart() -> None:
    before = lastlook.take(inventory(key("ACCA1"), key("ACCA2"), key("ACCA3")), NOW)
    renamed = Key(replace(key("ACCA1").credential, user="renamed"))
    found = lastlook.compare(before, inventory(renamed, key("ACCA2", "Inactive"), key("ACCA4")))
    assert found == Changes(
        NOW, {"ACCA1": "was of web", "ACCA2": "was active", "ACCA4": "new"}, gone=("ACCA3",)
    )
    assert lastlook.compare(before, inventory(key("ACCA1"), key("ACCA2"), key("ACCA3"))) == Changes(NOW)


def test_a_look_is_kept_for_its_account_alone_and_for_nobody_else(tmp_path: Path) -> None:
    look = lastlook.take(inventory(key("ACCA1")), NOW)
    assert lastlook.read(tmp_path, ACCOUNT) is None
    lastlook.write(tmp_path, ACCOUNT, look)
    assert lastlook.read(tmp_path, ACCOUNT) == look
    assert lastlook.read(tmp_path, "210987654321") is None
    (file,) = (tmp_path / "looks").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    file.write_bytes(b"{")
    assert lastlook.read(tmp_path, ACCOUNT) is None


def test_where_it_cannot_be_kept_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "looks").write_text("in the way")
    lastlook.write(tmp_path, ACCOUNT, lastlook.take(inventory(), NOW))
    assert lastlook.read(tmp_path, ACCOUNT) is None
