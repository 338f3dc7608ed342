"""The first line and the last, at every width."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from textual.widgets import Input

from tui.app.table import load_commands
from tui.commands import table as commands
from tui.frame.footer import heard, layout
from tui.frame.statusline import status
from tui.look.lines import plain, width_of
from tui.settings.context import Context, OpenCase
from tui.widgets.filterfield import FilterField
from tui.widgets.picker import Picker
from tui.widgets.rule import rule

NOW = datetime(2026, 11, 23, 14, 2, 9, tzinfo=UTC)
FULL = Context(
    account="123456789012",
    alias="prod-logs",
    caller="responder",
    regions=("us-east-1", "us-west-2", "eu-west-1"),
    read_only=True,
    case=OpenCase("1123-K5E", NOW - timedelta(minutes=3, seconds=41)),
)

load_commands()


def test_everything_is_in_sight_at_80_columns() -> None:
    told = replace(FULL, read_only=False, case=None)
    assert plain(status(told, 80, NOW)) == (
        " stanch   prod-logs 123456789012   responder   us-east-1 +2" + " " * 12 + "14:02:09 "
    )


@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_credentials_stay_before_the_name_and_the_alias(width: int) -> None:
    signed = "profile incident, role Responder"
    told = replace(FULL, read_only=False, case=None, credentials=signed)
    line = plain(status(told, width, NOW))
    assert signed in line
    assert "123456789012   responder" in line
    assert ("stanch" in line) == (width > 100)


def test_the_pretend_account_names_no_credentials() -> None:
    assert "environment" not in plain(status(replace(FULL, credentials="environment", demo=True), 200, NOW))


@pytest.mark.parametrize("width", [10, 24, 40, 60, 80, 120, 200])
def test_the_line_is_as_wide_as_the_screen(width: int) -> None:
    assert width_of(status(FULL, max(width, 48), NOW)) == max(width, 48)


def test_account_case_and_read_only_stay_when_it_is_narrow() -> None:
    line = plain(status(FULL, 58, NOW))
    assert "123456789012" in line
    assert "READ-ONLY" in line
    assert "case 1123-K5E open 00:03:41" in line
    assert "us-east-1" not in line


def test_a_closed_case_has_a_stopped_clock() -> None:
    case = OpenCase("1123-K5E", NOW - timedelta(hours=30), NOW - timedelta(hours=5))
    assert "closed after 1d 01:00:00" in plain(status(replace(FULL, case=case), 80, NOW))


def test_while_nothing_is_known_it_says_what_is_awaited() -> None:
    assert "connecting to AWS…" in plain(status(Context(waiting="connecting to AWS…"), 80, NOW))
    assert "not signed in" in plain(status(Context(trouble="not signed in"), 80, NOW))


def _items(*reasons: str | None) -> list[tuple[commands.Command, str | None]]:
    ranked = commands.footer("inventory")
    return [
        (command, reason) for command, reason in zip(ranked, reasons or [None] * len(ranked), strict=False)
    ]


@pytest.mark.parametrize("width", range(8, 140, 7))
def test_help_and_quit_stay_in_the_footer(width: int) -> None:
    line, places = layout(_items(), width)
    assert width_of(line) == width
    if width >= 18:
        assert plain(line).rstrip().endswith("? help  q quit")
    for first, end, command_id in places:
        assert commands.BY_ID[command_id].label in plain(line)[first:end]


def test_the_way_back_stays_where_there_is_one() -> None:
    ranked = commands.footer("events")
    line, _ = layout([(command, None) for command in ranked], 60)
    assert plain(line).rstrip().endswith("esc back  : commands  ? help  q quit")
    first, _ = layout([(command, "first" if command.id == "back" else None) for command in ranked], 60)
    assert "esc back" not in plain(first)


def test_what_cannot_be_done_is_greyed_with_its_reason_where_there_is_room() -> None:
    items = _items("no key is selected", None)
    assert plain(layout(items, 60)[0]).startswith(" enter open (no key is selected)  r respond")
    narrow, _ = layout(items, 30)
    assert plain(narrow).startswith(" enter open  r respond")
    assert (" open", "greyed") in narrow
    assert (" respond", "quiet") in narrow


def test_a_rule_takes_the_longest_note_that_fits() -> None:
    assert plain(rule("user", ("a long note", "short"), 30)) == "─ user ── a long note ────────"
    assert plain(rule("user", ("a long note", "short"), 20)) == "─ user ── short ────"
    assert plain(rule("a title too long", "note", 10)) == "─ a title…"
    assert plain(rule("", "", 5)) == "─────"


def test_what_a_field_writes_with_is_no_command_while_it_has_the_focus() -> None:
    ranked = commands.footer("inventory")
    assert heard(ranked, None) == ranked
    assert heard(ranked, Picker("expires", ("never",), 0)) == ranked
    left = {command.id: command.shown_key for command in heard(ranked, Input())}
    assert left == {"open": "enter", "back": "esc", "palette": "ctrl+p", "help": "f1"}
    assert {"quit", "help"} <= {command.id for command in ranked}
    # There enter ends the typing, and opens nothing.
    left = {
        command.id: command.shown_key
        for command in heard(ranked, FilterField(lambda: None, placeholder="", id="x"))
    }
    assert left == {"back": "esc", "palette": "ctrl+p", "help": "f1"}


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_an_endpoint_that_is_not_awss_own_stays_whatever_the_width(width: int) -> None:
    told = replace(FULL, endpoint="http://127.0.0.1:5000", read_only=False, case=None)
    line = plain(status(told, width, NOW))
    assert "123456789012   endpoint 127.0.0.1:5000" in line
    assert width_of(status(told, width, NOW)) == width
