"""The events' screen: coverage, verdict, findings and records of the scenario's week, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.scenario.cast import ATTACKER_ADDRESSES, Scenario
from sandbox.wire.server import Sandbox
from services.base.text import clean
from services.cases.book import CaseBook
from services.cases.plan import State, StepName
from services.review.coverage import Coverage
from services.review.findings import Finding
from services.review.model import Window
from services.review.recorded import Covers
from tests.tui.conftest import Gate
from tests.tui.piloting import Driver, driven
from tui.look.lines import fit, plain, width_of
from tui.screens.events import bars as eventbars
from tui.screens.events import texts as eventtexts
from tui.settings.options import Start


def start(scenario: Scenario) -> Start:
    assert scenario.leaked
    return Start("events", key_id=scenario.leaked.key_id, user=scenario.leaked.user)


def rows(driver: Driver) -> list[str]:
    """The table's rows in sight."""
    lines = driver.text.splitlines()
    head = next(at for at, line in enumerate(lines) if line.strip().startswith("TIME"))
    return [line for line in lines[head + 1 : -1] if line.strip()]


async def test_a_users_review_is_shown_and_kept_nowhere(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, start(scenario), size=(120, 40)) as driver:
        await driver.wait("Used ", "‼ CreateAccessKey for cloudwatch-logs-hlc by this user")
        assert "·····" in driver.text
        assert "━" in driver.text
        assert "use not recorded until" in driver.flat
        assert "then recorded" in driver.flat
        await driver.wait("events", "TIME▾", "CallWithBearerToken")
        times = [datetime.strptime(row.split()[1], "%H:%M:%S") for row in rows(driver)]  # noqa: DTZ007
        # Without their day: those of yesterday stand below those of today.
        ages = [(times[0] - time).seconds for time in times]
        assert ages == sorted(ages)
        assert ages[-1] > 0
        assert any(address in driver.text for address in ATTACKER_ADDRESSES)
        assert "of them denied" in driver.text
        await driver.press("v")
        await driver.wait("recorded and 1 more", "v: all")
        assert "of them denied" not in driver.text
        await driver.press("v")
        await driver.wait("of them denied")
    assert CaseBook(tmp_path).cases() == ()


async def test_the_filter_counts_what_is_left(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, start(scenario), size=(120, 40)) as driver:
        await driver.wait("TIME▾", "CallWithBearerToken")
        await driver.press("slash")
        await driver.type("createaccesskey")
        await driver.wait("─ 1 of 2,")
        assert all("CreateAccessKey" in row for row in rows(driver))
        await driver.press("enter", "enter")
        await driver.wait('"eventName": "CreateAccessKey"', '"sourceIPAddress"')
        await driver.press("escape")
        await driver.wait("─ 1 of 2,")
        await driver.press("escape")
        await driver.wait_gone("1 of 2,")


async def test_the_attackers_words_are_shown_and_do_nothing(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, start(scenario), size=(120, 40)) as driver:
        await driver.wait("TIME▾", "CallWithBearerToken")
        await driver.press("slash")
        await driver.type("@click")
        await driver.press("enter")
        await driver.wait(";owned")
        await driver.press("enter")
        await driver.wait("userAgent", "[@click=app.quit]x[/] [bold", "\\u001b]52;c;")
        assert "\x1b" not in driver.text
        assert "\u202e" not in driver.text
        await driver.press("escape", "f")
        await driver.wait("Findings", "By an API key that no record names")
        await driver.press("end")
        await driver.wait("Not readable")
        assert driver.app.is_running


async def test_esc_stops_the_reading_and_keeps_what_was_found(
    scenario: Scenario, tmp_path: Path, gate: Gate
) -> None:
    gate("GetObject")
    async with driven(tmp_path, start(scenario), size=(120, 40)) as driver:
        await driver.wait("event history: ", "records", "esc stops and keeps what was found")
        await driver.press("escape")
        await driver.wait("Unknown: no call that AWS allowed was seen", "the rest of the records")
        await driver.wait("events", "CreateAccessKey")
        await driver.press("f")
        await driver.press("G")
        await driver.wait("stopped before everything was read")


async def test_from_a_runbook_the_review_is_kept_in_the_case(acted: Scenario, tmp_path: Path) -> None:
    assert acted.leaked
    runbook = Start("runbook", key_id=acted.leaked.key_id, user=acted.leaked.user)
    async with driven(tmp_path, runbook, size=(120, 40)) as driver:
        await driver.wait("Attach the deny policy to cloudwatch-logs-hlc")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")
        await driver.press("e")
        await driver.wait("kept in case", "CallWithBearerToken")
        case = CaseBook(tmp_path).cases()[0]

        def in_force() -> bool:
            return case.state().step(StepName.DEACTIVATE).state is State.IN_FORCE

        while not in_force():
            await driver.press("ctrl+r")
            await driver.until(lambda: "esc stops" not in driver.text, "no review came")
        await driver.until(lambda: "denied" in driver.text, "no denied call is shown")
        await driver.press("escape")
        await driver.wait("1 ✓ deactivate enforced: last denied call", "2 ✓ review")
    assert case.flaws() == ()
    assert {path.name for path in (case.folder / "evidence").iterdir()} >= {"review-1.json"}


async def test_a_region_that_cannot_be_read_is_named(
    sandbox: Sandbox, scenario: Scenario, tmp_path: Path
) -> None:
    sandbox.faults.add("deny:LookupEvents")
    async with driven(tmp_path, start(scenario), size=(120, 40)) as driver:
        await driver.wait("unreadable: f names them")
        await driver.press("f", "G")
        await driver.wait("Not allowed: cloudtrail:LookupEvents")


async def test_expired_credentials_end_the_review_with_a_sentence(
    sandbox: Sandbox, scenario: Scenario, tmp_path: Path
) -> None:
    sandbox.faults.add("expired:DescribeTrails")
    async with driven(tmp_path, start(scenario)) as driver:
        await driver.wait("Renew them in the environment")
        sandbox.faults.clear()
        await driver.press("ctrl+r")
        await driver.wait("Used ", "CallWithBearerToken")


SINCE = datetime(2026, 11, 16, tzinfo=UTC)
WINDOW = Window(SINCE, SINCE + timedelta(days=4))


def row(region: str, covers: Covers, first: int, last: int) -> Coverage:
    return Coverage(
        "trail t", region, covers, SINCE + timedelta(days=first), SINCE + timedelta(days=last), ""
    )


def test_coverage_is_the_best_of_all_sources_and_never_more() -> None:
    rows = [row("us-east-1", "unknown", 0, 2), row("us-east-1", "yes", 2, 4), row("us-east-1", "no", 0, 4)]
    (line,) = eventbars.coverage_lines(rows, WINDOW)
    assert plain(line) == "╌" * 10 + "━" * 10 + " us-east-1: not known until 11-18 00:00, then recorded"


def test_what_no_source_tells_of_is_not_known() -> None:
    (line,) = eventbars.coverage_lines([row("us-east-1", "yes", 0, 1)], WINDOW)
    assert plain(line).startswith("━" * 5 + "╌" * 15)


def test_regions_recorded_alike_share_a_line() -> None:
    rows = [row("us-east-1", "yes", 0, 4), row("us-west-2", "yes", 0, 4), row("eu-west-1", "no", 0, 4)]
    told = [plain(line) for line in eventbars.coverage_lines(rows, WINDOW)]
    assert told == ["━" * 20 + " us-east-1, us-west-2: recorded", "·" * 20 + " eu-west-1: not recorded"]
    same = [plain(line) for line in eventbars.coverage_lines(rows[:2], WINDOW)]
    assert same == ["━" * 20 + " all 2 Regions: recorded"]


def test_what_was_recorded_since_when_is_not_cut() -> None:
    rows = [row("us-east-1", "unknown", 0, 2), row("us-east-1", "yes", 2, 4)]
    told = "us-east-1: not known until 11-18 00:00, then recorded"
    for width in (58, 66, 78, 118):
        (line,) = eventbars.fitting_lines(rows, WINDOW, 20, width)
        assert plain(fit(line, width)).strip().endswith(told)
        assert ("╌━" in plain(line)) is (width > 58)
    assert plain(line).startswith("╌" * 10 + "━" * 10)
    several = [*rows, row("eu-west-1", "no", 0, 4)]
    first, other = eventbars.fitting_lines(several, WINDOW, 20, 78, first_alone=True)
    assert plain(first).endswith(told)
    assert width_of(first) + len(eventbars.and_more([first, other])) <= 78


def test_findings_left_out_are_counted() -> None:
    found = [Finding("kind", "high", clean(f"Finding {number}."), ()) for number in range(5)]
    told = [plain(line) for line in eventtexts.findings_lines(found, 60, most=3)]
    assert told == ["‼ Finding 0.", "‼ Finding 1.", "  3 more findings: f shows all"]
    assert len(eventtexts.findings_lines(found, 60, most=5)) == 5
