"""Steps and plans as plain text: states in words, commands that can be pasted."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime

import pytest

from services.aws.call import Call
from services.aws.where import Where
from services.cases.plan import Deed, Plan, State, StepName
from services.cases.state import CaseState, SentCall, StepState
from services.quoting.shell import ShellCommand, command
from tui.dialogs import steps
from tui.dialogs.plantexts import command_lines, step_told
from tui.look.lines import plain, width_of
from tui.screens.runbook.steplist import step_line
from tui.widgets.choices import choices_line

AT = datetime(2026, 11, 23, 14, 2, 11, tzinfo=UTC)
CALL = Call(
    "iam", "DeleteServiceSpecificCredential", {"UserName": "a b", "ServiceSpecificCredentialId": "ACCA1"}
)
PLAN = Plan(StepName.DELETE, "Delete ACCA1", "This one key.", "Others.", False, None, calls=(CALL,))


def row_of(now: StepState, plan: Plan | None = None, under_way: str | None = None) -> steps.StepRow:
    step = plan.step if isinstance(plan, Plan) and isinstance(plan.step, StepName) else StepName.DEACTIVATE
    plans: dict[Deed, Plan] = {step: plan} if plan else {}
    going: dict[Deed, str] = {step: under_way} if under_way else {}
    rows = steps.rows(CaseState(steps={step: now}), plans, {}, going)
    return rows[list(StepName).index(step)]


@pytest.mark.parametrize(
    ("state", "sign", "words"),
    [
        (State.REQUESTED, "▸", "requested: still Active (confirmed by AWS"),
        (State.CONFIRMED, "✓", "Inactive (confirmed by AWS 14:02:11)"),
        (State.IN_FORCE, "✓", "enforced: last denied call 14:02:40"),
        (State.UNDONE, "↶", "undone: Active (confirmed by AWS"),
        (State.FAILED, "✗", "failed: Not allowed"),
        (State.UNKNOWN, "?", "unknown: no answer"),
    ],
)
def test_each_state_has_a_sign_and_its_words(state: State, sign: str, words: str) -> None:
    said = words.partition(": ")[2] if state not in (State.CONFIRMED, State.IN_FORCE) else words
    row = row_of(StepState(state, AT, said))
    assert (row.sign, row.words) == (sign, words)


def test_no_two_states_look_alike() -> None:
    told = {state: row_of(StepState(state, AT, "x")) for state in State if state is not State.TODO}
    looks = {(row.sign, row.words) for row in told.values()}
    # "confirmed" and "in force" share a sign: their words, which come from the journal, differ.
    assert len(looks) == len(told) - 1


def test_what_is_under_way_comes_before_what_was() -> None:
    assert row_of(StepState(State.CONFIRMED, AT, "done"), PLAN, "under way").words == "under way"


def test_a_waiting_step_is_not_called_blocked() -> None:
    waiting = Plan(
        StepName.DELETE,
        "t",
        "s",
        "l",
        False,
        None,
        blocked="Not seen yet (--override REASON).",
        overridable=True,
    )
    assert row_of(StepState(), waiting).words == "waiting: Not seen yet."
    stuck = Plan(StepName.DELETE, "t", "s", "l", False, None, blocked="The hold: lift it (`--undo deny`).")
    assert row_of(StepState(), stuck).words == "blocked: The hold: lift it."


def test_a_step_that_no_longer_holds_is_said() -> None:
    row = row_of(StepState(State.CONFIRMED, AT, "gone"), PLAN)
    assert row.words == "changed since, not by this case: delete ACCA1"


@pytest.mark.parametrize("width", [20, 40, 78])
@pytest.mark.parametrize(
    "command",
    [
        Where().aws(CALL),
        command("aws", "logs", "x", "--name", "--y"),
        Where("111122223333").aws(Call("iam", "PutUserPolicy", {"PolicyDocument": '{"A": "b c"}'})),
    ],
)
def test_a_broken_command_is_the_same_command(command: ShellCommand, width: int) -> None:
    lines = command_lines(command, width)
    assert all(len(line) <= width for line in lines)
    if all(len(word) < width - 4 for word in shlex.split(str(command))):
        pasted = "\n".join(lines).removeprefix("$ ").replace("\\\n", "")
        assert shlex.split(pasted) == shlex.split(str(command))


@pytest.mark.parametrize("size", range(20, 37))
def test_a_backslash_never_stands_alone(size: int) -> None:
    """On a line of its own it would end the command before its last words."""
    printed = command("aws", "x", "y" * (size - 2) + " z", "--last", "word")
    lines = command_lines(printed, 40)
    assert all(len(line) <= 40 for line in lines)
    assert not any(line.strip() == "\\" for line in lines)
    pasted = "\n".join(lines).removeprefix("$ ").replace("\\\n", "")
    assert shlex.split(pasted) == shlex.split(str(printed))


def test_the_call_begins_on_a_line_of_its_own_behind_what_asks_for_the_account() -> None:
    lines = command_lines(Where("111122223333").aws(CALL), 78)
    assert [line for line in lines if line.lstrip().startswith("aws iam delete-service-specific-credential")]


def test_a_step_that_was_taken_shows_what_was_sent() -> None:
    sent = SentCall(CALL, AT, "req-1")
    row = row_of(StepState(State.CONFIRMED, AT, "gone (confirmed by AWS 14:02:11)", (sent,)))
    told = [
        plain(line) for line in step_told(row, StepState(State.CONFIRMED, calls=(sent,)), None, (), (), 78)
    ]
    assert told[0].strip() == "✓ gone (confirmed by AWS 14:02:11)"
    assert "14:02:11 iam DeleteServiceSpecificCredential, request req-1" in " ".join(told)


def test_a_line_is_as_wide_as_its_room_and_marks_the_chosen_one_without_colour() -> None:
    row = row_of(StepState(State.CONFIRMED, AT, "x" * 200))
    line = step_line(row, 60, chosen=True)
    assert width_of(line) == 60
    assert plain(line).startswith("›1 ✓ deactivate")
    assert plain(line).endswith("…")
    assert plain(step_line(row, 60, chosen=False)).startswith(" 1 ✓")


def test_the_chosen_button_is_marked_without_colour() -> None:
    assert plain(choices_line(("Leave it", "Delete"), 0)) == " › [ Leave it ]   [ Delete ]"
    assert plain(choices_line(("Leave it", "Delete"), 1)) == "   [ Leave it ] › [ Delete ]"
