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


OF_A_KEY = ["graph", "metrics", "history", "report", "export", "copy", "theme", "token", "undo", "new key"]
WITH_A_RUNBOOK = [
    scope
    for scope in table.SCOPES
    if scope != "identify" and any(command.id in ("respond", "take") for command in table.within(scope))
]


@pytest.mark.parametrize("scope", WITH_A_RUNBOOK)
def test_wherever_a_key_can_be_responded_to_each_word_leads_somewhere(scope: str) -> None:
    assert [word for word in (*WORDS, *OF_A_KEY) if not ids(scope, word)] == []


def test_there_are_many_such_screens() -> None:
    assert {"inventory", "key", "cases", "events", "record", "runbook", "traffic"} <= set(WITH_A_RUNBOOK)


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("graph", "traffic"),
        ("metrics", "traffic"),
        ("history", "events"),
        ("report", "cases"),
        ("export", "cases"),
        ("undo", "cases"),
        ("theme", "theme"),
        ("token", "identify"),
        ("new key", "issue"),
        ("copy", "copy"),
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
    scope = "audit" if typed == "copy" else "inventory"
    assert command in ids(scope, typed)[:4]


@pytest.mark.parametrize(
    ("scope", "typed", "command"),
    [
        ("runbook", "undo", "undo"),
        ("runbook", "export", "report"),
        ("events", "export", "export"),
        ("cases", "report", "go_on"),
    ],
)
def test_what_is_done_on_the_screen_itself_is_found_there(scope: str, typed: str, command: str) -> None:
    assert ids(scope, typed)[0] == command


def test_nothing_is_found_for_what_nobody_calls_it() -> None:
    assert ids("inventory", "zzqx") == []
    assert ids("inventory", "revoke zzqx") == []


def test_those_found_before_come_first_while_nothing_is_typed() -> None:
    usual = ids("inventory", "")
    assert ids("inventory", "", ("audit", "theme"))[:2] == ["audit", "theme"]
    assert sorted(ids("inventory", "", ("audit", "gone"))) == sorted(usual)


def test_each_command_with_another_word_is_there() -> None:
    assert set(SYNONYMS) <= {command.id for command in table.every()}
