"""What the quiet weeks need on a real pseudo-terminal of 80×24, done and taken back; boto3 confirms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.cases.book import CaseBook
from tests.storedsecrets import value_of
from tests.tui.conftest import LeakedKey
from tests.tui.terminal import Terminal
from tests.tui.test_levers_walk import agree, type_last_four
from tests.tui.test_walk import confirm, stanch

pytestmark = pytest.mark.pty


def test_set_up_recorded_governed_and_found(
    leaked_key: LeakedKey, boto: Callable[..., Any], tmp_path: Path
) -> None:
    iam, trails = leaked_key.iam, boto("cloudtrail")
    (tmp_path / "app.env").write_text(f"KEY={leaked_key.token}\n", encoding="utf-8")

    def users() -> set[str]:
        return {user["UserName"] for user in iam.list_users()["Users"]}

    with stanch(tmp_path / "state") as terminal:
        terminal.wait(leaked_key.key_id)
        terminal.press("U")
        terminal.wait("Let logs-shipper send to /aws/hlc-logs/logs-shipper")
        confirm(terminal)
        terminal.wait("To try it:", "Set up: logs-shipper may send")
        assert "logs-shipper" in users()
        terminal.press("ctrl+r")
        terminal.wait("logs-shipper has all it needs")
        terminal.press("ctrl+t")
        agree(terminal, "Undo what was set up for logs-shipper?")
        terminal.wait("What was set up for logs-shipper is undone")
        assert "logs-shipper" not in users()
        leave(terminal, leaked_key.key_id)

        terminal.press("I")
        terminal.wait("Make a logs key for web, 90 days")
        confirm(terminal)
        terminal.wait("Issued: web has a new logs key")
        (issued,) = set(leaked_key.keys) - {leaked_key.key_id}
        assert leaked_key.keys[issued] == "Active"
        secret = value_of(boto("secretsmanager"), "web")
        # It is planned anew first: until then there is nothing to take back.
        terminal.wait("blocked        web has two logs keys, the most AWS allows")
        terminal.press("ctrl+t")
        agree(terminal, "Delete the new logs key of web?")
        terminal.wait("The new logs key of web is deleted")
        assert set(leaked_key.keys) == {leaked_key.key_id}
        leave(terminal, leaked_key.key_id)

        terminal.press("H")
        terminal.wait("by a new trail stanch-key-use")
        confirm(terminal)
        terminal.wait("Nothing to do: use of logs keys is recorded")
        assert trails.get_trail_status(Name="stanch-key-use")["IsLogging"] is True
        leave(terminal, leaked_key.key_id)

        terminal.press("P")
        terminal.wait("attach to   user web", "It stops every logs key of web")
        confirm(terminal)
        terminal.wait("stanch-deny-logs is already attached to user web, unchanged")
        assert leaked_key.policies == ["stanch-deny-logs"]
        terminal.press("u")
        agree(terminal, "Detach stanch-deny-logs from user web?")
        terminal.wait("Policy stanch-deny-logs detached from user web (confirmed by AWS")
        assert leaked_key.policies == []
        leave(terminal, leaked_key.key_id)

        terminal.press("A")
        terminal.wait("FINDING", "never expires", "looked at")
        leave(terminal, leaked_key.key_id)

        terminal.press("F")
        terminal.wait("AWS is not contacted")
        terminal.type(str(tmp_path / "app.env"))
        terminal.press("enter")
        terminal.wait("1 key found", "web-at-123456789012")
        terminal.press("enter")
        terminal.wait("1 · deactivate")
        terminal.press("q")
        assert terminal.wait_end() == 0
    for token in (leaked_key.token, secret):
        assert token.encode()[4:] not in terminal.raw
    assert all(case.flaws() == () for case in CaseBook(tmp_path / "state").cases())


def test_rotated_back_and_to_its_end(leaked_key: LeakedKey, tmp_path: Path) -> None:
    key_id = leaked_key.key_id
    with stanch(tmp_path) as terminal:
        terminal.wait(key_id)
        terminal.press("O")
        terminal.wait("No second key was created yet")
        confirm(terminal)
        terminal.wait("both work", "✓ second key")
        confirm(terminal)
        terminal.wait("is Inactive since", "✓ old one off")
        assert leaked_key.keys[key_id] == "Inactive"
        terminal.press("b")
        agree(terminal, f"Make the old key {key_id} Active again?")
        terminal.wait("both work", "↶ old one off")
        assert leaked_key.keys[key_id] == "Active"
        confirm(terminal)
        terminal.wait("is Inactive since")
        terminal.press("o")
        terminal.wait("Why delete it")
        terminal.type("nothing sends it")
        terminal.press("enter")
        terminal.wait("to continue:")
        type_last_four(terminal, key_id)
        terminal.wait("replaced it.")
        assert set(leaked_key.keys.values()) == {"Active"}
        assert key_id not in leaked_key.keys
        terminal.press("q")
        assert terminal.wait_end() == 0
    (case,) = CaseBook(tmp_path).cases()
    assert case.flaws() == ()
    assert case.state().closed_at


def leave(terminal: Terminal, key_id: str) -> None:
    terminal.press("esc")
    terminal.wait("KEY ID", key_id)
