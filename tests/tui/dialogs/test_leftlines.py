"""What is left to do, as the dialog that closes a case says it."""

from __future__ import annotations

from services.aws.where import Where
from tui.dialogs.leftlines import left_lines, short
from tui.look.lines import plain


def test_a_command_stands_on_its_own_line_without_what_is_in_sight_anyway() -> None:
    where = Where(
        "123456789012", "incident", None, ("us-east-1", "eu-west-1"), endpoints={"": "http://127.0.0.1:5000"}
    )
    command = str(
        where.stanch("respond", "AKIAEXAMPLE", options=(("--user", "a b"), ("--step", "deactivate")))
    )
    told = [
        plain(line) for line in left_lines([f"Compromised as well: a key, used: {command}.", "A sentence."])
    ]
    assert told == [
        "Still open: Compromised as well: a key, used.",
        "  → stanch respond AKIAEXAMPLE --user 'a b' --step deactivate",
        "Still open: A sentence.",
    ]


def test_what_is_no_command_line_stays_as_it_is() -> None:
    assert short("stanch 'half") == "stanch 'half"
