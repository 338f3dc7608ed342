"""No screen is without a picture: whoever adds one is told here to take it."""

from __future__ import annotations

import pytest

from tests.tui.pictures.album import FOLDER, IN_COLOUR
from tui.app.table import load_commands
from tui.commands.table import SCOPES

load_commands()

PICTURES: dict[str, tuple[str, ...]] = {
    "confirm": ("runbook-confirm", "hook-asking", "close-case-80x24", "take-over-80x24", "bulk-confirm"),
    "options": ("runbook-options",),
    "sentence": ("runbook-override", "note", "settings-asking", "organization-asking"),
    # One that is shown is in no picture: a secret is not to be kept, not even a pretended one.
    "secret": ("secret-masked",),
    "mfa": ("mfa-80x24", "mfa-120x40", "mfa-16-colours", "mfa-refused"),
    "welcome": ("welcome", "alert-80x24", "alert-16-colours"),
    "audit": ("audit-full", "audit-loading", "audit-denied", "audit-nothing"),
    "finding": ("audit-finding",),
    "calls": ("calls-80x24", "calls-filtered", "calls-filter-without-match", "calls-waiting"),
    "cases": ("cases-none", "cases-one", "cases-altered-16-colours"),
    "errors": ("errors-none", "errors-one"),
    "events": ("events-full-80x24", "events-loading", "events-expired"),
    "record": ("events-record", "events-findings"),
    "policy": ("policy-80x24", "policy-plain"),
    "setup": ("setup-80x24", "setup-done"),
    "issue": ("issue-80x24",),
    "harden": ("harden-80x24", "harden-done"),
    "help": ("help-of-the-inventory",),
    "palette": ("palette", "palette-without-match"),
    "hook": ("hook-running", "hook-done"),
    "identify": ("identify-empty", "identify-matched", "identify-no-token"),
    "inventory": ("inventory-full-80x24", "inventory-loading", "inventory-expired"),
    "key": ("key-80x24", "key-loading"),
    "organization": ("organization-80x24", "organization-refused", "organization-none"),
    "policy_document": ("policy-document",),
    "log_groups": ("log-groups-80x24", "log-groups-filtered"),
    "rotation": ("rotation-fresh", "rotation-both-work"),
    "runbook": ("runbook-fresh-80x24", "runbook-closed", "runbook-held-by-another"),
    "plans": ("plans",),
    "sweep": ("sweep",),
    "groups": ("groups",),
    "scan": ("scan-80x24", "scan-nothing"),
    "settings": ("settings-80x24", "settings-refused", "settings-without-a-file"),
    "traffic": ("traffic-80x24", "traffic-read-out-80x24", "traffic-log-scale", "traffic-braille"),
}
"""Of each scope of commands, those that show it best."""
NO_SCREEN = {"list": "a part of other screens, in the pictures of them all"}


def test_every_screen_has_a_picture() -> None:
    assert PICTURES.keys() | NO_SCREEN.keys() == SCOPES.keys()


@pytest.mark.parametrize("scope", PICTURES)
def test_the_pictures_are_there(scope: str) -> None:
    assert PICTURES[scope]
    for name in PICTURES[scope]:
        assert (FOLDER / f"{name}.{'svg' if name in IN_COLOUR else 'txt'}").is_file(), name


def test_what_is_in_colour_is_there_once() -> None:
    for name in IN_COLOUR:
        assert (FOLDER / f"{name}.svg").is_file(), name
        assert not (FOLDER / f"{name}.txt").exists(), name
