"""The cases' screen: what is kept on this machine, whether it is whole, and the way back into it."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest

from services.aws.iam import Credential
from services.base.clock import now
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.state import INCIDENT, ROTATION
from tests.samples import share
from tests.tui.conftest import LeakedKey
from tests.tui.piloting import driven
from tui.screens.cases.screen import CasesScreen
from tui.screens.runbook.screen import RunbookScreen
from tui.settings.options import Start

ACCOUNT = "123456789012"
CASES = Start("cases")


def begin(state_dir: Path, key_id: str, user: str = "web", kind: str = INCIDENT) -> Case:
    credential = Credential(key_id, user, "logs.amazonaws.com", "Active", now(), alias=f"{user}-at-{ACCOUNT}")
    book = CaseBook(state_dir)
    case = book.create(credential, account=ACCOUNT, caller_arn="arn:me", now=now(), kind=kind)
    with case:
        case.append("note", text="hello")
    return case


async def test_no_case_is_said(tmp_path: Path) -> None:
    async with driven(tmp_path, CASES) as driver:
        await driver.wait("No case yet")
        await driver.press("enter", "V")
        await driver.wait("there is no case")


async def test_a_case_is_gone_on_with(leaked_key: LeakedKey, tmp_path: Path) -> None:
    case = begin(tmp_path, leaked_key.key_id)
    async with driven(tmp_path, CASES) as driver:
        await driver.wait("1 case · 1 open", case.id, leaked_key.key_id, "intact", "1 · deactivate not taken")
        await driver.press("enter")
        await driver.wait(f"Case {case.id} resumed", "Attach the deny policy to web", f"case {case.id} open")
        assert isinstance(driver.app.screen, RunbookScreen)
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")
        await driver.press("escape")
        await driver.wait("✓····", "1 ✓ deactivate Inactive (confirmed by AWS")
        assert f"case {case.id} open" not in driver.flat
        with case:
            pass  # the lock was given back
    assert leaked_key.keys == {leaked_key.key_id: "Inactive"}


async def test_a_rotation_is_told_apart_and_an_incident_of_its_key_says_so(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    case = begin(tmp_path, leaked_key.key_id, kind=ROTATION)
    async with driven(tmp_path, CASES) as driver:
        await driver.wait("1 case · 1 open", case.id, "1 · replace not taken", "4 · watch not taken")
        await driver.press("enter")
        await driver.wait("No second key was created yet", leaked_key.key_id, f"case {case.id}")
    async with driven(tmp_path, Start("runbook", key_id=leaked_key.key_id, user="web")) as driver:
        await driver.wait(f"{leaked_key.key_id} is being rotated in case {case.id}")


WANTED: dict[str, dict[str, Any]] = {
    "setup": {
        "user": "web",
        "region": "us-east-1",
        "log_groups": ["/app/web"],
        "log_stream": "one",
        "policy": "custom",
        "age_days": 90,
        "tags": [],
        "secret_to": "secretsmanager",
    },
    "issue": {"user": "web", "service": "bedrock.amazonaws.com", "age_days": None, "secret_to": "screen"},
    "harden": {"trail": None, "bucket": None, "services": ["logs"], "organization": False},
}
ODD: tuple[Any, ...] = (None, 7, -1, "x", [], {}, [1], True, 1e300, 10**30, "\x1b]0;owned\x07", ["\x1b[2J"])


@pytest.mark.parametrize("kind", WANTED)
async def test_a_case_that_wants_what_nobody_can_want_is_told_so(
    leaked_key: LeakedKey, tmp_path: Path, kind: str
) -> None:
    """Whoever wrote its first line: each value in turn of another kind."""
    odd = [(name, value) for name in WANTED[kind] for value in ODD]
    for number, (name, value) in enumerate(share(odd, 8, zlib.crc32(kind.encode()))):
        first = {"kind": kind, "about": "it", "target": "user:web", "account": ACCOUNT, "responder": "arn:me"}
        book = CaseBook(tmp_path / str(number))
        book.begin(first | {"wanted": WANTED[kind] | {name: value}}, now())
        async with driven(tmp_path / str(number), CASES) as driver:
            await driver.wait("1 case · 1 open")
            await driver.press("enter")
            await driver.until(
                lambda: (
                    not isinstance(driver.app.screen, CasesScreen)
                    or "The case does not say what it is about" in driver.flat
                ),
                f"nothing came of {name}={value!r}",
            )
            await driver.pilot.pause()
            assert "\x1b" not in driver.text


async def test_a_flaw_is_found_and_named(tmp_path: Path) -> None:
    case = begin(tmp_path, "ACCAAAAAAAAAAAAAAAAAA")
    async with driven(tmp_path, CASES) as driver:
        await driver.wait("intact")
        await driver.press("V")
        await driver.wait("The journal and the evidence are consistent with themselves")
        case.journal.path.write_bytes(case.journal.path.read_bytes().replace(b"hello", b"hallo"))
        await driver.press("V")
        await driver.wait("1 flaw: Line 2 of the journal was altered", "1 flaw", "✗ Line 2 of the journal")


async def test_a_case_that_makes_no_sense_does_not_hide_the_others(tmp_path: Path) -> None:
    good = begin(tmp_path, "ACCAAAAAAAAAAAAAAAAAA")
    bad = begin(tmp_path, "ACCABBBBBBBBBBBBBBBBB")
    bad.journal.path.write_bytes(
        b'{"seq":1,"at":"2026-01-01T00:00:00Z","kind":"outcome","data":{},"hash":""}\n'
    )
    async with driven(tmp_path, CASES) as driver:
        await driver.wait(good.id, bad.id, "unread", "intact")
        while driver.app.screen.query_one("#cases").chosen.id != bad.id:  # type: ignore[attr-defined]
            await driver.press("j")
        await driver.wait("isn't valid")
        await driver.press("enter")
        await driver.wait("resume: it cannot be read")


async def test_a_closed_case_is_for_reading(leaked_key: LeakedKey, tmp_path: Path) -> None:
    case = begin(tmp_path, leaked_key.key_id)
    with case:
        case.append("verified", step="deactivate", state="confirmed", words="Inactive (confirmed by AWS)")
        case.append("closed")
    async with driven(tmp_path, CASES) as driver:
        await driver.wait("closed", case.id)
        await driver.press("enter")
        await driver.wait(
            "This case is closed", "Attach the deny policy to web", f"case {case.id} closed after"
        )
        assert "u to make it Active" not in driver.flat
        await driver.press("enter")
        await driver.wait("do it: the case is closed")
        await driver.press("u")
        await driver.wait("undo: the case is closed")
    assert leaked_key.keys == {leaked_key.key_id: "Active"}
    assert [entry.kind for entry in case.journal.entries()] == ["opened", "note", "verified", "closed"]


async def test_a_case_of_another_account_is_not_touched(leaked_key: LeakedKey, tmp_path: Path) -> None:
    credential = Credential(leaked_key.key_id, "web", "logs.amazonaws.com", "Active", now())
    other = CaseBook(tmp_path).create(credential, account="210987654321", caller_arn="arn:me", now=now())
    async with driven(tmp_path, CASES) as driver:
        await driver.wait(other.id)
        await driver.press("enter")
        await driver.wait("This case belongs to account 210987654321", "1 ! deactivate blocked")
    assert [entry.kind for entry in other.journal.entries()] == ["opened"]
