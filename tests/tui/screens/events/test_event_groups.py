"""Events counted by one side, narrowed to one group, marked and exported; and the bars above them."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.scenario.cast import ATTACKER_ADDRESSES, Scenario
from services.cases.book import CaseBook
from services.review.model import Window
from services.review.record import Event
from tests.tui.piloting import driven
from tests.tui.screens.events.test_events_screen import rows, start
from tui.look.lines import plain
from tui.screens.events import bars as eventbars
from tui.screens.events.groups import SIDES, grouped
from tui.settings.options import Start

SINCE = datetime(2026, 11, 16, tzinfo=UTC)
WINDOW = Window(SINCE, SINCE + timedelta(days=4))


def event(hours: float, address: str = "192.0.2.1", error: str | None = None) -> Event:
    return Event(
        time=SINCE + timedelta(hours=hours),
        name="CallWithBearerToken",
        source="logs.amazonaws.com",
        region="us-east-1",
        source_ip=address,
        user_agent="",
        user="web",
        access_key_id=None,
        credential_id=None,
        error=error,
        event_id=f"{hours} {address}",
        summary="",
        resources=("arn:aws:logs:us-east-1:123456789012:log-group:a", "arn:aws:iam::123456789012:user/web"),
    )


def test_groups_are_counted_the_largest_first_and_the_new_ones_told() -> None:
    events = [event(1), event(2), event(3, "192.0.2.9", "AccessDenied"), event(4)]
    first, second = grouped(events, SIDES["address"], suspected=SINCE + timedelta(hours=3))
    assert (first.value, first.count, first.refused, first.new) == ("192.0.2.1", 3, 0, False)
    assert (second.value, second.count, second.refused, second.new) == ("192.0.2.9", 1, 1, True)
    assert (first.first, first.last) == (SINCE + timedelta(hours=1), SINCE + timedelta(hours=4))


def test_an_event_is_in_the_group_of_each_of_its_resources_and_none_is_lost() -> None:
    found = grouped([event(1), event(2)], SIDES["resource"])
    assert [(group.value.rpartition(":")[2], group.count) for group in found] == [("user/web", 2), ("a", 2)]
    assert [(group.value, group.count) for group in grouped([event(1)], SIDES["agent"])] == [("(none)", 1)]


def test_the_histogram_has_the_length_of_the_coverage_and_shows_one_among_many() -> None:
    events = [*(event(1) for _ in range(1000)), event(95.9, error="AccessDenied"), event(-0.0001), event(97)]
    counted, refused = (plain(line) for line in eventbars.counted_lines(events, WINDOW))
    assert counted == "█" + " " * 18 + "▁ 1,003 events, at most 1,001 in 4 h 48 min"
    assert refused == " " * 19 + "█ 1 of them denied"
    assert eventbars.counted_lines([], WINDOW) == []
    assert eventbars.counted_lines(events, Window(SINCE, SINCE)) == []


async def test_group_narrow_and_back(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, start(scenario), size=(120, 40)) as driver:
        await driver.wait("TIME▾", "CallWithBearerToken", "events, at most")
        await driver.press("1")
        await driver.wait("EVENTS▾", "addresses of ", ATTACKER_ADDRESSES[0])
        counts = [int(row.split()[1].replace(",", "")) for row in _groups(driver.text)]
        assert counts == sorted(counts, reverse=True)
        await driver.press("enter")
        await driver.wait("TIME▾", ", address ")
        narrowed = {row.split()[3] for row in rows(driver)}
        assert len(narrowed) == 1
        await driver.press("escape")
        await driver.wait("EVENTS▾")
        for key, title in (("2", "AGENT"), ("3", "REGION"), ("4", "RESOURCE"), ("5", "RESULT")):
            await driver.press(key)
            await driver.wait(f" {title} EVENTS▾")
        await driver.press("5")
        await driver.wait("TIME▾")


async def test_a_marked_moment_makes_what_came_after_new(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, start(scenario), size=(120, 40)) as driver:
        await driver.wait("TIME▾", "CallWithBearerToken")
        await driver.press("G")
        await driver.press("m")
        await driver.wait("+ is new since")
        await driver.press("1")
        await driver.wait("EVENTS▾")
        assert all(row.strip().startswith("+") for row in _groups(driver.text))
        await driver.press("1")
        await driver.wait("TIME▾")
        await driver.press("m")
        await driver.wait_gone("+ is new since")
        await driver.press("E")
        await driver.wait("there is no case")
    assert CaseBook(tmp_path).cases() == ()


async def test_the_mark_and_the_export_are_kept_in_the_case(scenario: Scenario, tmp_path: Path) -> None:
    assert scenario.leaked
    runbook = Start("runbook", key_id=scenario.leaked.key_id, user=scenario.leaked.user)
    async with driven(tmp_path, runbook, size=(120, 40)) as driver:
        await driver.wait("Attach the deny policy to cloudwatch-logs-hlc")
        await driver.press("e")
        await driver.wait("kept in case", "TIME▾")
        await driver.press("m")
        await driver.wait("+ is new since")
        await driver.press("slash")
        await driver.type("createaccesskey")
        await driver.wait("─ 1 of ")
        await driver.press("enter", "E")
        await driver.wait("1 records saved to case")
    case = CaseBook(tmp_path).cases()[0]
    assert case.flaws() == ()
    assert case.state().suspected is not None
    kept = next(entry.data for entry in case.journal.entries() if entry.kind == "exported")
    content = (case.folder / "evidence" / kept["evidence"]["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == kept["evidence"]["sha256"]
    assert [json.loads(line)["eventName"] for line in content.splitlines()] == ["CreateAccessKey"]
    told = json.loads((case.folder / "evidence" / "review-2.json").read_bytes())
    assert told["suspected"]


def _groups(text: str) -> list[str]:
    """The groups' rows in sight."""
    lines = text.splitlines()
    head = next(at for at, line in enumerate(lines) if "EVENTS▾" in line)
    return [line for line in lines[head + 1 : -1] if line.strip()]
