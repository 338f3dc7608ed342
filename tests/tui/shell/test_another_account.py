"""A case that is named (`--case`) is gone on with in its own account alone: elsewhere it keeps nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from tests.tui.shell.conftest import Account, Done, Stanch
from tui.exits import Exit

DEEDS = (
    ("--step", "deactivate", "--yes"),
    ("--undo", "deactivate", "--yes"),
    ("--step", "review", "--yes"),
    ("--step", "deny", "--yes"),
    ("--step", "replace", "--secret-to", "file:secret", "--yes"),
    ("--step", "delete", "--yes"),
    ("--step", "access-keys", "--yes"),
    ("--step", "groups", "--log-group", "A", "--yes"),
    ("--step", "sweep"),
    ("--step", "quiet"),
)


@pytest.fixture
def respond(stanch: Stanch, leaked: Account, tmp_path: Path) -> Callable[..., Done]:
    before = ("--state-dir", str(tmp_path / "state"), "respond", leaked.key_id, "--user", leaked.user)
    return lambda *arguments: stanch(*before, *arguments)


@pytest.mark.parametrize("deed", DEEDS, ids=" ".join)
def test_nothing_is_kept_of_an_account_with_the_same_number(
    respond: Callable[..., Done],
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    deed: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert respond("--step", "deactivate", "--yes").code == Exit.DONE
    (case,) = CaseBook(tmp_path / "state").cases()
    journal = tmp_path / "state" / "cases" / case.id / "journal.jsonl"
    before = journal.read_bytes()
    changes: list[str] = []
    sandbox.world.on_api_call.append(lambda call: None if call.read_only else changes.append(call.operation))
    # All is as it was but the endpoint.
    other = sandbox.endpoint_url.replace("127.0.0.1", "localhost")
    monkeypatch.setenv("AWS_ENDPOINT_URL", other)
    done = respond("--case", case.id, *deed)
    assert done.code == Exit.REFUSED, done.err
    assert f"was opened at {sandbox.endpoint_url}, and {other} would be asked now" in done.err
    assert (journal.read_bytes(), changes) == (before, [])
