"""`stanch case report` of a case of the demo's account, from the first step to the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docs.draw import browser
from sandbox.scenario.cast import ATTACKER_ADDRESSES, Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.report.files import FORMATS
from tests.tui.shell.conftest import Account, Done, Stanch
from tui.exits import Exit

Run = Callable[..., Done]


@pytest.fixture
def run(stanch: Stanch, tmp_path: Path) -> Run:
    return lambda *arguments: stanch(
        "--state-dir", str(tmp_path / "state"), "--region", "us-east-1", *arguments
    )


@pytest.fixture
def case(run: Run, leaked: Account, boto: Callable[..., Any]) -> str:
    """The case of a leaked key that was deactivated, in an account with a log group for such keys."""
    boto("logs").create_log_group(logGroupName="/hlc")
    boto("logs").put_bearer_token_authentication(
        logGroupIdentifier="/hlc", bearerTokenAuthenticationEnabled=True
    )
    return taken(run, leaked.key_id, leaked.user, "deactivate")


def taken(run: Run, key_id: str, user: str, *steps: str) -> str:
    """Take these steps; answers with the case."""
    for step in steps:
        done = run("respond", key_id, "--user", user, "--yes", "--json", "--step", step)
        assert done.code in (Exit.DONE, Exit.INCOMPLETE), done
    return str(done.json["case"])


@pytest.fixture
def demo(sandbox: Sandbox) -> Scenario:
    sandbox.world.settings.trail_delay = 0.0
    sandbox.world.settings.lookup_per_second = None
    return SCENARIOS["leaked-key"](sandbox.world)


def test_the_report_of_the_demos_case(run: Run, demo: Scenario, tmp_path: Path) -> None:
    assert demo.leaked
    case = taken(run, demo.leaked.key_id, demo.leaked.user, "deactivate", "review")
    done = run("case", "report", case, "--format", "json")
    assert (done.code, done.err) == (Exit.DONE, "")
    document = done.json
    assert [action["step"] for action in document["actions"]] == ["deactivate"]
    (call,) = document["actions"][0]["calls"]
    assert call["operation"] == "UpdateServiceSpecificCredential"
    assert call["request_id"]
    assert document["actions"][0]["states"]["aws_says_so"]
    addresses = {origin["address"] for origin in document["reviewed"]["use"]["origins"]}
    assert addresses >= set(ATTACKER_ADDRESSES)
    (group,) = document["flow"]["groups"]
    assert group["log_group"] == demo.leaked.log_group
    assert sum(value or 0 for _, value in group["points"]) > 1_000_000
    assert document["flow"]["evidence"]["integrity"] == "intact"
    assert {left["kind"] for left in document["remaining"]} >= {
        "old_key_kept",
        "no_replacement",
        "not_closed",
    }
    assert run("case", "verify", case).code == Exit.DONE
    for form in FORMATS:
        written = run("case", "report", case, "--offline", "--format", form).out
        assert ATTACKER_ADDRESSES[0] in written
        assert "\x1b" not in written
        for part in (demo.leaked.token, demo.leaked.token[40:80]):
            assert part not in written


@pytest.mark.skipif(browser.find() is None, reason=browser.MISSING)
def test_a_browser_opens_it_without_a_word_on_its_console(run: Run, demo: Scenario, tmp_path: Path) -> None:
    assert demo.leaked
    case = taken(run, demo.leaked.key_id, demo.leaked.user, "deactivate", "review")
    page = tmp_path / "report.html"
    assert run("case", "report", case, "--output", str(page)).code == Exit.DONE
    done = browser.open_page(page, tmp_path / "profile", "--dump-dom")
    assert "CONSOLE" not in done.stderr
    assert ATTACKER_ADDRESSES[0] in done.stdout
    assert "<svg" in done.stdout


def test_the_file_is_new_and_for_its_owner_alone(run: Run, case: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = run("case", "report", case, "--output", str(page))
    assert done.code == Exit.DONE
    assert done.out == f"Report of case {case} written to {page}.\n"
    assert page.stat().st_mode & 0o777 == 0o600
    assert page.read_text().startswith("<!doctype html>"), "the name of the file says what it is"
    before = page.read_bytes()
    done = run("case", "report", case, "--output", str(page))
    assert done.code == Exit.USAGE
    assert "already exists" in done.err
    assert page.read_bytes() == before


def test_offline_shows_the_points_kept_last(run: Run, case: str) -> None:
    done = run("case", "report", case, "--offline")
    assert "No data points are available: none were read while the case was worked on." in done.out
    run("case", "report", case)
    (group,) = run("case", "report", case, "--offline", "--format", "json").json["flow"]["groups"]
    assert group["log_group"] == "/hlc"
    assert "saved in traffic-1.json" in run("case", "report", case, "--offline").out


def test_without_aws_it_is_incomplete_and_says_so(
    run: Run, case: str, monkeypatch: pytest.MonkeyPatch, no_patience: None
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    done = run("case", "report", case)
    assert done.code == Exit.INCOMPLETE
    assert done.err.startswith(
        "stanch: IncomingBytes is as it was last saved. GetCallerIdentity: no connection"
    )
    assert done.out.startswith(f"# Case {case}")


def test_an_altered_journal_is_told_and_ends_in_1(run: Run, case: str, tmp_path: Path) -> None:
    path = tmp_path / "state" / "cases" / case / "journal.jsonl"
    path.write_text(path.read_text().replace('"Inactive (confirmed by AWS', '"Active (confirmed by AWS'))
    done = run("case", "report", case)
    assert done.code == Exit.DEFECT
    assert "was altered after it was written" in done.err
    assert "was altered after it was written" in done.out
    assert not (path.parent / "evidence" / "traffic-1.json").exists(), "nothing is added to it"


def test_another_accounts_credentials_read_nothing(run: Run, case: str, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "cases" / case
    journal = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    assert journal[0]["data"]["account"] == "123456789012"
    journal[0]["data"]["account"] = "999999999999"
    (folder / "journal.jsonl").write_text("".join(json.dumps(line) + "\n" for line in journal))
    done = run("case", "report", case)
    assert "This case belongs to account 999999999999; you are signed in to 123456789012." in done.err
    assert "No data points are available" in done.out


def test_no_such_case(run: Run) -> None:
    done = run("case", "report", "nope")
    assert done.code == Exit.USAGE
    assert "There is no case nope" in done.err
