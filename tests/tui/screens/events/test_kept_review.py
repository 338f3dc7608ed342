"""The review that a case keeps can be looked at by everybody, whoever holds the case."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.scenario.cast import Scenario
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.case import Case
from services.incident import opening
from tests.tui.piloting import driven
from tui.settings.options import Start

MADE = re.compile(r"This review was made \d+ (s|min) ago by responder \(\S+ on \S+\)")


def evidence(case: Case) -> list[Path]:
    return sorted((case.folder / "evidence").iterdir())


def spoil(case: Case) -> None:
    for path in evidence(case):
        path.write_bytes(path.read_bytes() + b" ")


async def test_a_second_responder_sees_what_the_first_one_found(scenario: Scenario, tmp_path: Path) -> None:
    assert scenario.leaked
    start = Start("runbook", key_id=scenario.leaked.key_id, user=scenario.leaked.user)
    book = CaseBook(tmp_path)
    async with AwsSession() as aws:
        runbook = await opening.look_up(aws, book, scenario.leaked.key_id, user=scenario.leaked.user)
        with opening.begin(runbook, book) as case:
            _, review = await runbook.review()
            lines, title = len(case.journal.entries()), review.findings[0].title
            async with driven(tmp_path, start, size=(120, 40)) as driver:
                await driver.wait("is being worked on by", "2 ✓ review")
                await driver.press("2")
                await driver.until(lambda: MADE.search(driver.flat), "whose review it is")
                await driver.wait("e shows it")
                await driver.press("e")
                await driver.wait("kept in the case", "TIME▾", title[:30])
                assert MADE.search(driver.flat)
                await driver.press("m")
                await driver.wait("ctrl+r reads it anew")
                await driver.press("f")
                await driver.wait(title[:60])
            spoil(case)
            async with driven(tmp_path, start, size=(120, 40)) as driver:
                await driver.wait("is being worked on by", "2 ✓ review")
                await driver.press("e")
                await driver.wait("review-1.json is altered.")
            assert len(case.journal.entries()) == lines, "it was looked at, and nothing else"
