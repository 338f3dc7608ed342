"""A role that is typed for one account: what is configured for the others stays."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

import pytest
from textual.app import App

from services.aws.credentials.ways import Hop
from tui.app.dialogprompt import DialogPrompt
from tui.settings.accounts import AccountRole, Accounts
from tui.settings.config import Config
from tui.settings.options import Options
from tui.settings.place import Place
from tui.shell.common import Setup
from tui.shell.going import go_by

HERE, THERE, ELSEWHERE = "111111111111", "222222222222", "333333333333"


def hop(accounts: Accounts, account: str) -> Hop | None:
    return accounts.ways().hop_to(account, "aws")


def test_what_is_configured_for_others_stays() -> None:
    configured = Accounts(exceptions={ELSEWHERE: AccountRole("responder", "agreed", False)})
    typed = configured.by("adhoc", THERE)
    assert hop(typed, ELSEWHERE) == hop(configured, ELSEWHERE)
    assert hop(typed, ELSEWHERE) == Hop(f"arn:aws:iam::{ELSEWHERE}:role/responder", "agreed")
    assert hop(typed, THERE) == Hop(f"arn:aws:iam::{THERE}:role/adhoc", names_operator=True)
    assert hop(typed, HERE) is None


@pytest.mark.parametrize("given", ["agreed", None])
def test_what_is_told_in_the_account_stays(given: str | None) -> None:
    configured = Accounts("usual", None if given else "agreed", exceptions={THERE: AccountRole("old", given)})
    assert hop(configured.by("ops/adhoc", THERE), THERE) == Hop(
        f"arn:aws:iam::{THERE}:role/ops/adhoc", "agreed", True
    )


def test_what_is_no_role_is_none() -> None:
    with pytest.raises(ValueError, match="role must be"):
        Accounts().by("a role; of sorts", THERE)


def test_on_the_screen_the_next_account_is_reached_as_configured(tmp_path: Path) -> None:
    accounts = Accounts(exceptions={ELSEWHERE: AccountRole("responder", "agreed")})
    setup = Setup(None, (), False, tmp_path, config=Config(accounts=accounts))
    prompt = DialogPrompt(App())
    there = go_by(setup, Options(tmp_path), Place(THERE, role="adhoc"), prompt)
    placed = cast("partial[Options]", there.go).args[0]
    assert hop(placed.config.accounts, ELSEWHERE) == hop(accounts, ELSEWHERE)
