"""`stanch intake`: each form of report gives the same credentials, their places, and a case each."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.cases.book import CaseBook
from services.scan.reports import read_report
from tests.services.keys import leaks
from tests.tui.shell.conftest import Account, Stanch
from tui.exits import Exit
from tui.shell import intake

Boto = Callable[..., Any]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def gitleaks(secret: str) -> str:
    finding = {
        "RuleID": "aws-amazon-bedrock-api-key",
        "StartLine": 7,
        "Match": f'key = "{secret}"',
        "Secret": secret,
        "File": "conf/app.env",
        "SymlinkFile": "",
        "Commit": COMMIT,
        "Author": "a",
        "Tags": [],
    }
    return json.dumps([finding])


def sarif(secret: str) -> str:
    place = {
        "artifactLocation": {"uri": "conf/app.env"},
        "region": {"startLine": 7, "snippet": {"text": secret}},
    }
    result = {
        "ruleId": "aws-access-token",
        "message": {"text": "aws-access-token has detected secret for file conf/app.env."},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"commitSha": COMMIT},
    }
    return json.dumps({"$schema": "s", "version": "2.1.0", "runs": [{"tool": {}, "results": [result]}]})


def trufflehog(secret: str) -> str:
    git = {"commit": COMMIT, "file": "conf/app.env", "line": 7, "repository": "https://a.example/b"}
    line = {"SourceMetadata": {"Data": {"Git": git}}, "DetectorName": "AWS", "Verified": False, "Raw": secret}
    return json.dumps(line) + "\n" + json.dumps({**line, "DetectorName": "Github", "Raw": "ghp_x"}) + "\n"


def github(secret: str) -> str:
    found = {"path": "conf/app.env", "start_line": 7, "commit_sha": COMMIT}
    alert = {"number": 2, "secret_type": "aws_key", "secret": secret, "first_location_detected": found}
    return json.dumps([alert])


FORMS = (gitleaks, sarif, trufflehog, github)


@pytest.mark.parametrize("form", FORMS)
def test_each_scanners_form_gives_the_key_and_its_place(form: Callable[[str], str]) -> None:
    leak = leaks.token(random.Random(1))
    report = read_report(form(leak.text).encode(), "report")
    (found,) = report.found.values()
    (place,) = found.places
    assert (found.key.name, place.path, place.line, place.commit) == (leak.name, "conf/app.env", 7, COMMIT)
    assert not report.hidden
    assert not any(secret in repr(report) for secret in leak.secrets)


@pytest.mark.parametrize("form", FORMS)
def test_what_was_taken_out_is_said(form: Callable[[str], str]) -> None:
    report = read_report(form("REDACTED").encode(), "report")
    assert not report.found
    assert [(place.path, place.line) for place in report.hidden] == [("conf/app.env", 7)]


def event(source: str, kind: str, detail: dict[str, Any]) -> str:
    return json.dumps(
        {"version": "0", "source": source, "detail-type": kind, "account": "1", "detail": detail}
    )


def test_events_of_aws_and_the_text_of_a_notice() -> None:
    key_id = leaks.key_id(random.Random(2))
    health = {"eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "affectedEntities": [{"entityValue": key_id}]}
    details = {"accessKeyId": key_id, "userName": "web", "userType": "IAMUser"}
    guardduty = {"type": "a", "resource": {"resourceType": "AccessKey", "accessKeyDetails": details}}
    notice = (
        f"Dear customer,\n\nyour access key {key_id}, belonging to User web, was found at https://a.example\n"
    )
    for text in (
        event("aws.health", "AWS Health Event", health),
        event("aws.guardduty", "GuardDuty Finding", guardduty),
        notice,
    ):
        (found,) = read_report(text.encode(), "report").found.values()
        assert found.key.name == key_id


def test_a_million_findings_of_one_key_are_one() -> None:
    leak = leaks.token(random.Random(3))
    one = json.dumps({"File": "a", "StartLine": 1, "Secret": leak.text})
    report = read_report(f"[{','.join([one] * 30_000)}]".encode(), "report")
    (found,) = report.found.values()
    assert (found.count, len(found.places)) == (30_000, 1)


def test_a_scanner_that_nobody_here_knows_is_read_for_its_keys() -> None:
    leak = leaks.token(random.Random(5))
    text = json.dumps({"tool": "another", "results": [{"path": "a.py", "hit": {"raw": leak.text}}]})
    (found,) = read_report(text.encode(), "report").found.values()
    assert found.key.name == leak.name


def test_a_report_that_is_too_large_is_refused_in_a_sentence(
    stanch: Stanch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST", 1000)
    # A sparse file: whoever read all of it would need 64 GB.
    with (tmp_path / "report").open("wb") as file:
        file.truncate(64 << 30)
    for name in (str(tmp_path / "report"), "-"):
        done = stanch("intake", name, "--offline", input="x" * 1001)
        assert done.code == Exit.USAGE
        assert len(done.err.splitlines()) == 2


@pytest.mark.parametrize(
    "text",
    [
        *("[1, 2", "{", '{"a": [{}]}', "[]", "[[[[", '{"runs": 1}', "\x00", "", "[" * 10_000),
        *('[{"prefix": []}]', '[{"prefix": {}}]', '[{"prefix": "ACWL", "alias": [], "account": {}}]'),
        *('[{"prefix": "ACWL", "alias": "-at-", "account": ""}]', '[{"StartLine": 1e400, "File": []}]'),
    ],
)
def test_any_other_input_is_no_defect(stanch: Stanch, text: str) -> None:
    done = stanch("intake", "-", "--offline", input=text)
    assert done.code in (Exit.DONE, Exit.INCOMPLETE)
    assert "internal error" not in done.err


def test_a_case_for_each_with_where_it_was_found(
    stanch: Stanch, leaked: Account, boto: Boto, tmp_path: Path
) -> None:
    made = boto("iam").create_access_key(UserName="web")["AccessKey"]
    foreign = leaks.token(random.Random(4))
    state = str(tmp_path / "state")
    findings = [json.loads(gitleaks(each))[0] for each in (leaked.token, made["AccessKeyId"], foreign.text)]
    (tmp_path / "report.json").write_text(json.dumps(findings))
    done = stanch("--state-dir", state, "intake", str(tmp_path / "report.json"), "--json")
    assert done.code == Exit.INCOMPLETE
    found = done.json["found"]
    assert [each["answer"] for each in found] == ["found", "found", "other_account"]
    assert [each["account"] for each in found] == ["123456789012", "123456789012", leaks.ACCOUNT]
    assert [each["key_id"] for each in found] == [leaked.key_id, made["AccessKeyId"], None]
    assert found[0]["places"] == [{"path": "conf/app.env", "line": 7, "commit": COMMIT}]
    cases = {
        each["case"]: each["key_id"]
        for each in stanch("--state-dir", state, "case", "list", "--json").json["cases"]
    }
    assert cases == {each["case"]: each["key_id"] for each in found[:2]}
    for case in cases:
        assert stanch("--state-dir", state, "case", "verify", case).code == Exit.DONE
    kept = b"".join(path.read_bytes() for path in Path(state).rglob("*") if path.is_file())
    assert b"conf/app.env" in kept
    for secret in (leaked.token, leaked.token[60:], *foreign.secrets):
        assert secret.encode() not in kept
        assert secret not in done.out + done.err
    again = stanch("--state-dir", state, "intake", str(tmp_path / "report.json"), "--json")
    assert [each["case"] for each in again.json["found"]] == [each["case"] for each in found]


def test_a_case_that_somebody_else_holds_costs_the_others_nothing(
    stanch: Stanch, leaked: Account, boto: Boto, tmp_path: Path
) -> None:
    made = boto("iam").create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    intake = ("--state-dir", str(tmp_path / "state"), "intake", "-")
    (held,) = stanch(*intake, "--json", input=leaked.token).json["found"]
    report = f"{leaked.token}\n\n{made}\n"
    with CaseBook(tmp_path / "state").get(held["case"]).enter("arn:aws:iam::123456789012:user/other"):
        told = stanch(*intake, input=report)
        done = stanch(*intake, "--json", input=report)
    assert (told.code, done.code) == (Exit.INCOMPLETE, Exit.INCOMPLETE)
    assert f"Not noted in a case: Case {held['case']} is being worked on by" in told.out
    first, second = done.json["found"]
    assert not done.json["complete"]
    assert (first["key_id"], first["case"]) == (leaked.key_id, None)
    assert f"Case {held['case']} is being worked on by" in first["case_error"]
    assert (second["key_id"], second["case_error"]) == (made, None)
    assert f"  case {second['case']}\n" in told.out
    again = stanch(*intake, "--json", input=report)
    assert again.code == Exit.DONE
    assert [each["case"] for each in again.json["found"]] == [held["case"], second["case"]]


def test_what_our_own_scan_found(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    (tmp_path / "app.env").write_text(f"A=1\nKEY={leaked.token}\n")
    scanned = stanch("scan", str(tmp_path / "app.env"), "--json").out
    done = stanch("--read-only", "intake", "-", "--json", input=scanned)
    (found,) = done.json["found"]
    assert (done.code, found["key_id"], found["case"]) == (Exit.DONE, leaked.key_id, None)
    assert found["places"] == [{"path": str(tmp_path / "app.env"), "line": 2, "commit": None}]
    assert "Next: " in stanch("--read-only", "intake", "-", input=scanned).out
