"""What was typed before a question was drawn is no answer to it, whatever question it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events

from services.aws.call import Call
from services.cases.plan import Plan, StepName
from services.cases.secret import Secret
from tests.tui.app.test_typed_ahead import typed
from tests.tui.conftest import LeakedKey
from tests.tui.piloting import driven
from tui.dialogs.confirm import ConfirmDialog, Deed
from tui.dialogs.question import QuestionDialog
from tui.dialogs.secret import SecretDialog
from tui.frame.base import Commands
from tui.frame.dialog import Dialog
from tui.settings.options import Start

_CALL = Call("iam", "UpdateServiceSpecificCredential", {"Status": "Inactive"})
_PLAN = Plan(StepName.DEACTIVATE, "Make it Inactive", "This one key.", "Others.", True, None, calls=(_CALL,))

QUESTIONS: dict[str, Callable[[], Dialog[bool]]] = {
    "question": lambda: QuestionDialog("Close case X?", ("It is told here.",), "Leave it open", "Close it"),
    "deed": lambda: ConfirmDialog(Deed(_PLAN, "ACCAEXAMPLE1A2B3C4D5E of web", "Make it Inactive")),
    "secret": lambda: SecretDialog("ACCAEXAMPLE1A2B3C4D5E", "web", Secret("a-new-secret")),
}


def test_all_that_ask_are_here() -> None:
    def below(kind: type[Any]) -> set[type[Any]]:
        return {kind} | {each for one in kind.__subclasses__() for each in below(one)}

    asking = {kind for kind in below(Commands) if kind.ASKS and kind.__name__ != "YesNoDialog"}
    assert asking == {QuestionDialog, ConfirmDialog, SecretDialog}


@pytest.mark.parametrize("keys", [("y",), ("enter",), ("escape",), ("tab", "enter"), ("v", "escape"), ("q",)])
@pytest.mark.parametrize("question", QUESTIONS)
async def test_it_is_not_answered(
    leaked_key: LeakedKey, tmp_path: Path, question: str, keys: tuple[str, ...]
) -> None:
    answers: list[object] = []
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("1 key")
        dialog = QUESTIONS[question]()
        driver.app.push_screen(dialog, answers.append)
        typed(driver, *keys)
        await driver.wait("press the key again")
        assert driver.app.screen is dialog
        assert answers == []
        assert driver.app.is_running
        # Now it is seen, and the same key does what it says.
        await driver.press("escape", *(("escape",) if question == "secret" else ()))
        await driver.until(lambda: answers == [False], "it is not closed")


async def test_a_secret_is_not_given_up_by_two_keys_in_one_write(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    answers: list[object] = []
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("1 key")
        dialog = QUESTIONS["secret"]()
        driver.app.push_screen(dialog, answers.append)
        await driver.wait("shown only once")
        await driver.until(lambda: not driver.app.unseen, "it is not drawn")
        typed(driver, "escape", "escape", "enter")
        await driver.wait("lose it for good")
        await driver.until(lambda: not driver.app._typed, "a key waits")
        assert driver.app.screen is dialog
        assert answers == []
        await driver.press("escape")
        await driver.until(lambda: answers == [False], "it is not closed")


async def test_a_paste_is_no_answer(leaked_key: LeakedKey, tmp_path: Path) -> None:
    answers: list[object] = []
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("1 key")
        dialog = QUESTIONS["question"]()
        driver.app.push_screen(dialog, answers.append)
        assert driver.app._driver is not None
        driver.app._driver.process_message(events.Paste("ACCAEXAMPLE1A2B3C4D5E"))
        await driver.wait("press the key again")
        assert driver.app.screen is dialog
        assert answers == []


async def test_a_deed_and_its_yes_in_one_write_do_nothing_until_it_was_seen(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    start = Start("runbook", key_id=leaked_key.key_id, user=leaked_key.user)
    async with driven(tmp_path, start) as driver:
        await driver.wait("Attach the deny policy to web")
        typed(driver, "enter", "y")
        await driver.wait("Leave it")
        assert leaked_key.keys[leaked_key.key_id] == "Active"
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")
    assert leaked_key.keys[leaked_key.key_id] == "Inactive"
