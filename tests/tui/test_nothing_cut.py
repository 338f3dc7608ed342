"""Every screen at 60, 80, 120 and 200 columns: no ID is cut, and no two widgets lie over each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.widget import Widget

from sandbox.scenario.cast import Scenario
from tests.tui.piloting import Driver, driven
from tests.tui.test_every_command import take
from tui.settings.options import Start

SIZES = ((60, 24), (80, 24), (120, 40), (200, 60))
_WHOLE = {"ACCA": 21, "AKIA": 20, "ASIA": 20, "AIDA": 21}
_KEY_ID = re.compile(rf"\b(?:{'|'.join(_WHOLE)})[A-Z0-9]+")
_CUT = re.compile(
    r"\b(?!20)\d{4}-[A-Z0-9]{0,2}…|\b\d{3,11}…(?!\d)|/aws/[\w/-]*…|\b[0-9a-f]{8}-[0-9a-f-]*…|arn:aws[\w:/.+=@-]*…"
)
"""Of a case's ID, an account's, a log group's, a request's, an ARN."""


def cut(lines: list[str]) -> Iterator[str]:
    for line in lines:
        for match in _KEY_ID.finditer(line):
            under_a_dialog = line[match.end() : match.end() + 1] in tuple("┌╭│└╰")
            if len(match[0]) < _WHOLE[match[0][:4]] and not under_a_dialog:
                yield line
        if _CUT.search(line):
            yield line


def shown(driver: Driver) -> list[tuple[Widget, Region]]:
    """What draws something itself, and where."""
    found = driver.app.screen._compositor.visible_widgets
    return [
        (widget, region.intersection(clip))
        for widget, (region, clip) in found.items()
        if not widget.children and region.intersection(clip).area
    ]


def overlapping(driver: Driver) -> Iterator[str]:
    for (one, here), (other, there) in combinations(shown(driver), 2):
        if one.layer == other.layer and here.intersection(there).area:
            yield f"{one} {here} over {other} {there}"


class Looked:
    """Looks at the screen in sight in all sizes, and keeps what is wrong."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.found: list[str] = []

    async def at(self, name: str) -> None:
        for size in SIZES:
            await self.driver.pilot.resize_terminal(*size)
            await self.driver.pilot.pause()
            where = f"{name} at {size[0]}"
            self.found += [f"{where}: cut: {line.strip()}" for line in cut(self.driver.text.splitlines())]
            self.found += [f"{where}: {words}" for words in overlapping(self.driver)]
        if name.startswith("confirm"):
            # Here a dialog is as wide as the screen, and as high as it needs.
            await self.driver.pilot.resize_terminal(80, 60)
            await self.driver.pilot.pause()
            named = ("account 123456789012", "(environment)", "http://127.0.0.1:", " of cloudwatch-logs-hlc")
            self.found += [f"{name} doesn't say {words}" for words in named if words not in self.driver.flat]
        await self.driver.pilot.resize_terminal(120, 40)

    async def walk(self, *steps: str) -> None:
        """As `take`, where ``?name`` looks."""
        for step in steps:
            if step[0] == "?":
                await self.at(step[1:])
            else:
                await take(self.driver, step)


@pytest.mark.long
async def test_no_id_is_cut_and_nothing_lies_over_anything(scenario: Scenario, tmp_path: Path) -> None:
    assert scenario.leaked
    leaked = scenario.leaked
    options = {"leaked": lambda: leaked.token}
    async with driven(tmp_path, Start("inventory"), size=(120, 40), **options) as driver:
        looked = Looked(driver)
        await looked.walk("~This token was found", "?welcome", "=escape")
        await looked.walk("~16 keys", "~as of", "filter", '"user:hlc', "~1 of 16")
        await looked.walk("=enter", "~recorded", "?inventory", "open", "~no case is open", "~reach", "?key")
        await looked.walk("follow", "~5 · deny Attach", "?runbook", "plans", "~aws iam", "?plans", "back")
        await looked.walk("take", "~Leave it", "?confirmation", "yes", "~1 ✓ deactivate", "step_3", "options")
        await looked.walk("~secret to", "next", "next", "=left", "~‹ this screen ›", "?options", "use")
        await looked.walk("!‹ this screen ›", "take", "~Leave it", "?confirm replace", "yes", "~••••")
        await looked.walk(
            "?secret",
            "reveal",
            "~ACWL",
            "done",
            "~3 ✓ replace",
            "step_4",
            "?runbook waiting",
            "note",
            "?note",
        )
        await looked.walk("=escape", "override", '"retired', "=enter", "~last four", "?confirm delete")
        await looked.walk("^5 · deny", "sweep", "~access key", "?sweep")
        await looked.walk(
            "act", "~Leave it", "?confirm sweep", "back", "^5 · deny", "groups", "~TOKENS", "?groups"
        )
        await looked.walk(
            "switch_off", "~Leave it", "?confirm groups", "back", "^5 · deny", "events", "~TIME▾"
        )
        await looked.walk("~events ──", "?events", "whole_head", "?events whole", "by_address", "~EVENTS▾")
        await looked.walk("?events by address", "back", "record", "~eventName", "?record", "back", "findings")
        await looked.walk("~Findings", "?findings", "^5 · deny", "^KEY ID", "traffic", "~in all", "?traffic")
        await looked.walk(
            "^KEY ID", "log_groups", "~LOG GROUP", "?log groups", "^KEY ID", "audit", "~is too broad"
        )
        await looked.walk(
            "?audit", "open_finding", "!enter evidence", "?finding", "^KEY ID", "cases", "~1 open"
        )
        await looked.walk(
            "?cases", "close_case", "~Close", "?close case", "^KEY ID", "policy", "~attach to user"
        )
        await looked.walk(
            "?policy", "^KEY ID", "setup", "~CreateUser", "?setup", "^KEY ID", "issue", "~issue a key"
        )
        await looked.walk(
            "?issue", "^KEY ID", "harden", "~record the use of keys", "?harden", "^KEY ID", "scan"
        )
        await looked.walk(
            "~AWS is not contacted", "?scan", "^KEY ID", "help", "~What you can do", "?help", "back"
        )
        await looked.walk(
            "errors", "~in this run", "?errors", "back", "calls", "~none under way", "?calls", "back"
        )
        await looked.walk("settings", "~refresh_seconds", "?settings", "back", "^KEY ID")
        await looked.walk("palette", "~a command", "?palette", "back")
        await looked.walk(
            "identify", "~Paste", f'"{leaked.token}', f"~{leaked.key_id}", "?identify", "^KEY ID"
        )
        await looked.walk("=escape", "~KEY ID", "filter", '"user:vendor-b', "~1 of 17", "=enter", "rotate")
        await looked.walk("~No second key was created yet", "?rotation")
        assert not looked.found, "\n".join(looked.found)
