"""``y`` copies what is in focus on every screen; ``f3`` hands it to the pager; half a page is half a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox.scenario.cast import Scenario
from tests.tui.piloting import Driver, driven
from tests.tui.test_every_command import take
from tui.settings.options import Start
from tui.widgets.rows import Rows

CASE_ID = r"\d{4}-[A-Z0-9]{3}"
AWS_LINE = r"aws sts get-caller-identity .*&& aws iam update-service-specific-credential "
RECORD = r'\{.*"eventTime".*\}'

COPIED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("inventory", ("~16 keys",), r"ACCA\w{17}"),
    ("key", ("open", "~no case is open"), r"ACCA\w{17}"),
    ("traffic", ("^KEY ID", "traffic", "~in all"), r"/aws/hlc-logs/\S+"),
    ("log groups", ("^KEY ID", "log_groups", "~/aws/hlc-logs/vendor-a"), r"/aws/\S+"),
    ("audit", ("^KEY ID", "audit", "~is too broad"), r"(aws|stanch) .*"),
    ("policy", ("^KEY ID", "policy", "~attach to user"), r'\{.*"Version": "2012-10-17".*\}'),
    ("setup", ("^KEY ID", "setup", "~CreateUser"), r"aws sts .*create-user .*"),
    ("settings", ("^KEY ID", "settings", "~refresh_seconds"), r".+"),
    ("events", ("^KEY ID", "filter", '"user:hlc', "~1 of 16", "=enter", "events", "~TIME▾"), RECORD),
    ("record", ("record", "~eventName"), RECORD),
    ("findings", ("back", "findings", "~Findings"), r".*CreateAccessKey.*"),
    ("runbook", ("^KEY ID", "respond", "~5 · deny Attach"), AWS_LINE + r".*"),
    ("plans", ("plans", "~aws iam"), AWS_LINE + r".*put-user-policy.*"),
    ("calls", ("^5 · deny", "calls", "~none under way"), r".*aws .*"),
    ("step done", ("back", "~5 · deny", "step_1", "take", "~Leave it", "yes", "~1 ✓ deactivate"), r".+"),
    ("sweep", ("sweep", "~access key"), r"\S+"),
    ("groups", ("^5 · deny", "groups", "~TOKENS"), r"/aws/\S+"),
    ("report", ("^5 · deny", "report", "~y copies the path"), r"/\S+/report-1\.html"),
    ("cases", ("^KEY ID", "cases", "~1 open"), CASE_ID),
)  # fmt: skip


@pytest.mark.long
async def test_what_is_in_focus_is_copied_and_paged(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, paged = list[str](), list[str]()

    def page(text: str) -> str | None:
        paged.append(text)
        return None

    async with driven(tmp_path, Start("inventory"), size=(120, 40)) as driver:
        monkeypatch.setattr(driver.app, "copy_to_clipboard", copied.append)
        monkeypatch.setattr(driver.app, "show_in_pager", page)
        for name, way, expected in COPIED:
            await take(driver, *way)
            # Into a field one writes with y.
            await driver.press("ctrl+y" if name == "setup" else "y")
            await driver.until(lambda: copied, f"nothing is copied from {name}")
            text = " ".join(copied.pop().replace("\\\n", " ").split())
            assert re.fullmatch(expected, text), (name, text[:300])
            if name in ("record", "events", "runbook", "policy"):
                await driver.press("f3")
                await driver.until(lambda: paged, f"nothing of {name} goes to the pager")
                assert paged.pop().strip(), name


def place(driver: Driver) -> int:
    table = driver.app.screen.query(Rows).first()
    return int(table.cursor)  # type: ignore[attr-defined]


async def test_half_a_page_is_half_of_what_is_in_sight(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start("inventory"), size=(80, 24)) as driver:
        await driver.wait("16 keys")
        begun = place(driver)
        await driver.press("ctrl+d")
        half = place(driver) - begun
        await driver.press("pagedown")
        assert 1 < half < 16
        await driver.press("home")
        await driver.press("pagedown")
        whole = place(driver) - begun
        assert abs(whole - 2 * half) <= 2
        await driver.press("ctrl+u")
        assert place(driver) == begun + whole - half
