"""`stanch review` and its options, against the sandbox."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.base import clock
from services.review.review import Review
from tests.tui.shell.conftest import Account, Stanch
from tui.shell import review as command

SPAN = ("--since", "2026-11-01", "--until", "2026-11-02")


def record(number: int, address: str = "198.51.100.7") -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "eventID": str(number),
        "eventTime": f"2026-11-01T{number:02}:00:00Z",
        "eventSource": "logs.amazonaws.com",
        "eventName": "CallWithBearerToken",
        "awsRegion": "us-east-1",
        "sourceIPAddress": address,
        "userIdentity": {"type": "IAMUser", "userName": "web"},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    records = [record(number, "203.0.113.66" if number > 11 else "198.51.100.7") for number in range(20)]
    (tmp_path / "trail").mkdir()
    (tmp_path / "trail" / "a.json").write_text(json.dumps({"Records": records}))
    return tmp_path / "trail"


def test_a_suspected_moment_makes_what_came_after_it_new(stanch: Stanch, folder: Path) -> None:
    asked = ("review", "--user", "web", "--source", str(folder), *SPAN, "--json")

    def told(*more: str) -> set[str]:
        done = stanch(*asked, *more)
        assert done.code == 3
        return {f["severity"] for f in done.json["findings"] if "203.0.113.66" in f["title"]}

    assert told() == {"medium"}
    assert told("--suspected", "2026-11-01T12:00Z") == {"high"}
    assert told("--suspected", "2026-11-01T18:00Z") <= {"info"}


def test_the_document_is_the_reviews_own_made_piece_by_piece(
    stanch: Stanch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Review] = []
    document = command._document

    def watched(review: Review) -> dict[str, object]:
        made.append(review)
        return document(review)

    monkeypatch.setattr(command, "_document", watched)
    done = stanch("review", "--user", "web", "--source", str(folder), *SPAN, "--json")
    (review,) = made
    assert len(review.events) == 20
    assert done.out == json.dumps(review.as_json(), indent=2, ensure_ascii=False) + "\n"


def test_people_are_told_what_was_read_and_what_was_recorded_when(
    stanch: Stanch, leaked: Account, folder: Path
) -> None:
    done = stanch("review", leaked.key_id, "--user", leaked.user, "--since", "2026-11-01")
    assert "Attributed by user" in done.out
    assert "Read: event history; it has 90 days of the user's other calls" in done.out
    heading, row, *_ = (
        line.split() for line in done.out.splitlines() if line.startswith(("RECORDED", "event h"))
    )
    assert heading == ["RECORDED", "REGION", "FROM", "TO", "COVERS", "NOTE"]
    assert row[3:5] == ["11-01", "00:00"]


def test_exported_records_have_a_digest(stanch: Stanch, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = stanch("review", "--user", "web", "--source", str(folder), *SPAN, "--export", str(out))
    assert f"20 records written to {out}, SHA-256 {hashlib.sha256(out.read_bytes()).hexdigest()}." in done.err
    records = json.loads((folder / "a.json").read_text())["Records"]
    assert [json.loads(line) for line in out.read_text().splitlines()] == records


def test_an_open_case_keeps_the_records(
    stanch: Stanch, leaked: Account, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    assert stanch("respond", leaked.key_id, "--user", leaked.user, "--step", "deactivate", "--yes").code == 0
    done = stanch("review", leaked.key_id, "--source", str(folder), *SPAN, "--export", str(out))
    assert done.code == 3
    case = stanch("case", "list", "--json").json["cases"][0]["case"]
    assert f"saved to case {case} as records-1.jsonl." in done.err
    assert stanch("case", "verify", case).code == 0
    (kept,) = tmp_path.rglob("records-1.jsonl")
    assert kept.read_bytes() == out.read_bytes()
    kept.write_bytes(b"altered")
    assert stanch("case", "verify", case).code == 1


def test_athena_without_a_workgroup_is_a_mistake_in_use(stanch: Stanch, leaked: Account) -> None:
    done = stanch("review", "--user", leaked.user, "--source", "athena")
    assert done.code == 2
    assert "--athena-workgroup" in done.err


@pytest.mark.parametrize("user", ["arn:aws:iam::111122223333:user/team/web", "team/web", " web "])
def test_a_user_may_be_named_by_path_or_arn(stanch: Stanch, folder: Path, user: str) -> None:
    ran = stanch("review", "--user", user, "--source", str(folder), "--json")
    assert (ran.json["subject"]["user"], len(ran.json["events"])) == ("web", 20)


@pytest.mark.parametrize(
    ("user", "words"), [("Web", "No record names the user Web"), ("a b", "can't be a user name")]
)
def test_a_name_that_is_nobodys_is_told(stanch: Stanch, folder: Path, user: str, words: str) -> None:
    ran = stanch("review", "--user", user, "--source", str(folder))
    assert words in ran.out + ran.err


def test_the_runbooks_review_is_told_its_source(stanch: Stanch, leaked: Account, folder: Path) -> None:
    step = ("respond", leaked.key_id, "--user", leaked.user, "--step", "review", "--yes", "--json")
    wrong = stanch(*step, "--source", "nowhere")
    assert (wrong.code, "nowhere" in wrong.err) == (2, True)
    # What came before the key was created is no use of it.
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}T"
    text = (folder / "a.json").read_text().replace("2026-11-01T", tomorrow)
    (folder / "a.json").write_text(text)
    done = stanch(*step, "--source", str(folder), "--since", "2026-10-01")
    assert "Used 20 times from 2 addresses" in done.json["message"]


@pytest.mark.parametrize("off", [timedelta(minutes=-10), timedelta(0), timedelta(minutes=10)], ids=str)
def test_a_review_ends_now_by_awss_clock(
    stanch: Stanch, boto: Callable[..., Any], unpaced: None, monkeypatch: pytest.MonkeyPatch, off: timedelta
) -> None:
    """This machine's clock may be behind or ahead: the newest calls are in it, and no more is claimed."""
    iam = boto("iam")
    iam.create_user(UserName="alice")
    made = iam.create_access_key(UserName="alice")["AccessKey"]
    boto("sts", key=(made["AccessKeyId"], made["SecretAccessKey"])).get_caller_identity()
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + off)
    told = stanch("review", made["AccessKeyId"], "--user", "alice", "--source", "history", "--json").json
    assert [event["name"] for event in told["events"]] == ["GetCallerIdentity"]
    late = datetime.now(UTC) - datetime.fromisoformat(told["window"]["until"])
    assert timedelta(seconds=-2) < late < timedelta(minutes=1)
