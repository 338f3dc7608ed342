"""One meaning a key, on every screen and in every dialog, as docs/key-meanings.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.app.table import load_commands
from tui.commands import conventions
from tui.commands import table as commands
from tui.commands.command import Command, named
from tui.commands.table import SCOPES, Kind, within
from tui.widgets.picker import Picker

load_commands()

WHOLE = [name for name, scope in SCOPES.items() if scope.kind is Kind.SCREEN]
DIALOGS = [name for name, scope in SCOPES.items() if scope.kind is Kind.DIALOG]
ASKED = {"confirm"}
"""Where y is yes."""


def keys_of(scope: str) -> dict[str, str]:
    return {key: command.id for command in within(scope) for key in command.keys}


def test_no_key_means_two_things_wherever_it_is_pressed() -> None:
    assert conventions.broken() == ()


def test_another_meaning_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Command("another", ("w",), "x", "X.")
    monkeypatch.setitem(commands.BY_ID, "another", one)
    monkeypatch.setitem(SCOPES, "another", commands.Scope(Kind.SCREEN, ("another",), frozenset(), {}))
    assert conventions.broken() == ("w means several things: another, sweep",)


def test_a_key_stands_in_one_convention_and_every_command_of_it_is_there() -> None:
    keys = [key for each in conventions.CONVENTIONS for key in each.keys]
    assert len(keys) == len(set(keys))
    named_there = {each for convention in conventions.CONVENTIONS for each in convention.ids}
    assert named_there <= set(commands.BY_ID)


@pytest.mark.parametrize("scope", [*WHOLE, *DIALOGS])
def test_help_and_the_way_back_are_the_same_everywhere(scope: str) -> None:
    keys = keys_of(scope)
    assert scope == "help" or keys["f1"] == "help"
    assert keys["escape"] == keys["left_square_bracket"] == "back"
    assert keys["y"] == ("yes" if scope in ASKED else "copy")


@pytest.mark.parametrize("scope", WHOLE)
def test_every_screen_is_searched_and_left_by_the_same_keys(scope: str) -> None:
    keys = keys_of(scope)
    assert keys["slash"] in conventions.RESERVED["slash"].ids
    assert (keys["n"], keys["N"], keys["right_square_bracket"]) == (
        "search_next",
        "search_previous",
        "forward",
    )
    assert keys["q"] == "quit"
    assert keys["colon"] == keys["ctrl+p"] == "palette"


@pytest.mark.parametrize("scope", [*WHOLE, *DIALOGS])
def test_moves_stay_moves_where_a_screen_takes_them_itself(scope: str) -> None:
    moves = {key for command in within("list") for key in command.keys}
    own = {key: command_id for key, command_id in keys_of(scope).items() if key in moves}
    assert all(command_id in conventions.RESERVED[key].ids for key, command_id in own.items())


def test_a_choice_turns_with_left_right_and_space() -> None:
    keys = {key for binding in Picker.BINDINGS for key in binding.key.split(",")}  # type: ignore[union-attr]
    assert keys == {"left", "h", "right", "l", "space"}
    assert keys <= set(conventions.RESERVED)


def test_the_documentation_has_the_table() -> None:
    text = (Path(__file__).parents[3] / "docs/key-meanings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", text, re.M)
    documented = [(tuple(re.findall(r"`([^`]+)`", keys)), meaning) for keys, meaning in rows]
    assert sorted(documented) == sorted(conventions.table())


@pytest.mark.parametrize("key", ["j", "k", "/", "?", ":", "ctrl+p", "enter", "esc", *"rteciq!"])
def test_the_keys_that_were_promised_stay(key: str) -> None:
    assert named(key) in keys_of("inventory") | keys_of("list")


def test_a_key_that_does_nothing_says_where_it_would() -> None:
    assert conventions.nothing_here("p", "inventory") == (
        "p does nothing here (it is: plan on the runbook screen). ? shows what you can do."
    )
    assert conventions.nothing_here("p", "confirm") == "p does nothing here. ? shows what you can do."
    assert conventions.nothing_here("ctrl+x", "inventory").startswith("ctrl+x does nothing here.")
