"""Whatever a responder calls it, the command is found."""

from __future__ import annotations

import pytest

import tui.app.table  # noqa: F401 - the features' commands come with their screens
from tui.commands import table
from tui.commands.finding import found
from tui.commands.synonyms import SYNONYMS

WORDS = ["revoke", "block", "kill", "disable", "stop", "contain", "quarantine", "freeze"]


def ids(scope: str, typed: str, recent: tuple[str, ...] = ()) -> list[str]:
    return [command.id for command in found(table.within(scope), typed, recent)]


@pytest.mark.parametrize("word", WORDS)
def test_each_word_for_containment_leads_to_it(word: str) -> None:
    assert set(ids("inventory", word)[:2]) >= {"respond"}
    assert set(ids("runbook", word)[:4]) & {"take", "step_1"}


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("graph", "traffic"),
        ("metrics", "traffic"),
        ("history", "events"),
        ("report", "cases"),
        ("theme", "theme"),
        ("token", "identify"),
        ("new key", "issue"),
        ("copy", "copy"),
        ("undo", "undo"),
        ("exit", "quit"),
        ("what is it doing", "calls"),
        ("calls", "calls"),
        ("api", "calls"),
        ("preferences", "settings"),
        ("less", "pager"),
        ("REVOKE", "respond"),
        ("revok", "respond"),
        ("rvoke", "respond"),
        ("grph", "traffic"),
        ("theem", "theme"),
    ],
)
def test_what_is_typed_finds_it_among_the_first(typed: str, command: str) -> None:
    scope = {"undo": "runbook", "copy": "audit", "export": "events"}.get(typed, "inventory")
    expected = "cases" if typed == "report" else command
    assert expected in ids(scope, typed)[:4]


def test_nothing_is_found_for_what_nobody_calls_it() -> None:
    assert ids("inventory", "zzqx") == []
    assert ids("inventory", "revoke zzqx") == []


def test_those_found_before_come_first_while_nothing_is_typed() -> None:
    usual = ids("inventory", "")
    assert ids("inventory", "", ("audit", "theme"))[:2] == ["audit", "theme"]
    assert sorted(ids("inventory", "", ("audit", "gone"))) == sorted(usual)


def test_each_command_with_another_word_is_there() -> None:
    assert set(SYNONYMS) <= {command.id for command in table.every()}
