"""What a report takes from a case, and what it says where the case is not as it was written."""

from __future__ import annotations

import json

from services.report.document import to_json
from services.report.html import to_html
from services.report.markdown import to_markdown
from services.report.model import SentCall
from tests.printed import guarded
from tests.services.report.conftest import GROUP, KEY, NEW, USER, Written, at, event, review_of


def calls(written: Written) -> list[SentCall]:
    return [call for action in written.report().actions for call in action.calls]


def test_each_call_has_its_times_and_ids(whole: Written) -> None:
    first = calls(whole)[0]
    assert (first.service, first.operation) == ("iam", "UpdateServiceSpecificCredential")
    assert (first.intent_at, first.outcome_at) == (at("14:02:10"), at("14:02:11"))
    assert (first.request_id, first.ok, first.error) == ("request-2", True, None)
    assert guarded(first.cli) == (
        "123456789012",
        "aws iam update-service-specific-credential "
        f"--service-specific-credential-id {KEY} --status Inactive --user-name web",
    )


def test_everybody_who_worked_on_it_is_named(whole: Written) -> None:
    whole.line(
        "15:00:00", "responder", responder="arn:aws:iam::123456789012:user/bob", login="bob", host="b2"
    )
    report = whole.report()
    (later,) = report.header.later
    assert (later.at, later.words) == (at("15:00:00"), "arn:aws:iam::123456789012:user/bob, bob on b2")
    for told in (to_html(report), to_markdown(report), to_json(report)):
        assert later.words in told


def test_the_calls_of_one_step_are_one_action(whole: Written) -> None:
    actions = whole.report().actions
    assert [(action.step, len(action.calls)) for action in actions] == [
        ("deactivate", 1),
        ("replace", 2),
        ("delete", 1),
    ]
    (deactivate, replace, delete) = actions
    assert deactivate.in_force
    assert (deactivate.requested, deactivate.acted) == (at("14:02:10"), at("14:02:11"))
    assert deactivate.in_force.at == at("14:05:01")
    assert replace.calls[0].key_id == NEW
    assert delete.metadata
    assert delete.metadata["status"] == "Inactive"


def test_what_aws_no_longer_says_is_no_longer_said(written: Written) -> None:
    written.opened()
    written.switched("14:02:10", "14:02:11", "14:02:12")
    written.verified("14:20:00", "deactivate", "requested", "still Active (confirmed by AWS 14:20:00)")
    (action,) = written.report().actions
    assert (action.aws_says, action.stands) == (None, False)
    assert [each.state for each in action.read_back] == ["confirmed", "requested"]


def test_a_second_try_is_an_action_of_its_own(written: Written) -> None:
    written.opened()
    intent = written.intent("14:02:10", "deactivate", "UpdateServiceSpecificCredential", {"UserName": USER})
    written.line("14:02:11", "outcome", intent=intent, ok=False, unknown=False, error="Throttled.")
    written.switched("14:03:10", "14:03:11", "14:03:12")
    assert [action.state for action in written.report().actions] == ["failed", "confirmed"]
    assert "failed" not in {left.kind for left in written.report().remaining}


def test_findings_coverage_and_use_are_the_last_reviews(written: Written) -> None:
    written.opened()
    written.reviewed("14:03:00", review_of(findings=[]))
    used = (event("14:00:30"), event("14:01:00", source_ip="198.51.100.7"), event("14:03:00", error="Denied"))
    written.reviewed("14:05:00", review_of(*used))
    report = written.report()
    assert len(report.reviews) == 2
    assert report.reviewed
    assert [found.severity for found in report.reviewed.findings] == ["high"]
    assert [row.covers for row in report.reviewed.coverage] == ["yes"]
    use = report.reviewed.use
    assert (use.first, use.last) == (at("14:00:30"), at("14:01:00"))
    assert (use.first_refused, use.last_refused) == (at("14:03:00"), at("14:03:00"))
    assert [(origin.address, origin.calls, origin.refused) for origin in use.origins] == [
        ("203.0.113.66", 2, 1),
        ("198.51.100.7", 1, 0),
    ]
    assert [place.log_group for place in use.groups] == [GROUP]


def test_another_keys_calls_are_not_this_keys_use(written: Written) -> None:
    written.opened()
    used = (event("14:01:00", credential_id=KEY), event("14:02:00", credential_id=NEW))
    written.reviewed("14:05:00", review_of(*used))
    reviewed = written.report().reviewed
    assert reviewed
    assert reviewed.use.last == at("14:01:00")


def test_altered_evidence_is_said_and_not_shown(whole: Written) -> None:
    path = whole.case.folder / "evidence" / "review-1.json"
    path.write_bytes(path.read_bytes().replace(b"203.0.113.66", b"198.51.100.9"))
    report = whole.report()
    assert report.reviewed is None
    assert report.reviews[-1].evidence
    assert report.reviews[-1].evidence.integrity == "altered"
    assert report.journal.flaws == ("Evidence review-1.json was altered.",)
    assert report.remaining[0].kind == "flaws"
    for written in (to_html(report), to_markdown(report), to_json(report)):
        assert "198.51.100.9" not in written
        assert "CreateAccessKey for web by this user" in written, "the journal's own words remain"
    assert "altered" in to_html(report)


def test_missing_evidence_is_said(whole: Written) -> None:
    (whole.case.folder / "evidence" / "review-1.json").unlink()
    report = whole.report()
    assert report.reviewed is None
    assert report.journal.flaws == ("Evidence review-1.json is missing.",)


def test_evidence_of_another_shape_is_left_alone(written: Written) -> None:
    written.opened()
    written.reviewed("14:05:00", review_of(coverage="none"))
    report = written.report()
    assert report.reviewed is None
    assert report.journal.flaws == ()
    assert "Used once" in to_markdown(report)


def test_an_altered_journal_has_a_report_that_says_so(whole: Written) -> None:
    whole.altered("Inactive (confirmed by AWS 14:02:12)", "Inactive (confirmed by AWS 13:02:12)")
    report = whole.report()
    assert report.journal.flaws == ("Line 4 of the journal was altered after it was written.",)
    assert "1 flaw in the journal or the evidence" in report.story[-1].words
    assert "Line 4 of the journal was altered after it was written." in to_html(report)


def test_a_line_taken_out_is_said_though_the_rest_makes_no_sense(whole: Written) -> None:
    path = whole.case.journal.path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:1], *lines[2:]]))
    report = whole.report()
    assert any("isn't valid" in flaw for flaw in report.journal.flaws)
    assert any("does not follow the previous line" in flaw for flaw in report.journal.flaws)
    assert report.header.key_id == KEY
    assert to_html(report)


def test_lines_of_a_later_version_are_passed_over(whole: Written) -> None:
    whole.line("14:40:00", "a kind that is not known yet", words="?")
    whole.intent("14:41:00", "a step that is not known yet", "DoIt", {"UserName": USER})
    assert whole.report().actions[-1].title == "A step that is not known yet"


def test_a_sweep_is_shown(written: Written) -> None:
    written.opened()
    key = {
        "kind": "access key",
        "name": "AKIAEXAMPLE",
        "words": "Active",
        "lever": "access-keys",
        "elsewhere": None,
    }
    unread = {"what": "SSH keys of web", "error": "Not allowed."}
    written.line("14:05:00", "sweep", user=USER, complete=False, held=[key], unreadable=[unread])
    sweep = written.report().sweep
    assert sweep
    assert [(held.name, held.lever) for held in sweep.held] == [("AKIAEXAMPLE", "access-keys")]
    assert sweep.unreadable == ("SSH keys of web: Not allowed.",)
    assert "AKIAEXAMPLE" in to_html(written.report())
    assert "SSH keys of web" in to_markdown(written.report())


def test_json_names_what_scripts_need(whole: Written) -> None:
    document = json.loads(to_json(whole.report()))
    assert document["case"] == "1123-K5E"
    assert document["header"]["closed"] == "2026-11-23T14:30:00Z"
    assert document["actions"][0]["states"] == {
        "requested": "2026-11-23T14:02:10Z",
        "aws_says_so": "2026-11-23T14:02:12Z",
        "seen_in_force": "2026-11-23T14:05:01Z",
    }
    assert document["journal"] == {
        "lines": 18,
        "head": whole.case.journal.entries()[-1].hash,
        "flaws": [],
        "anchors": [],
    }
    assert document["reviewed"]["use"]["groups"] == [{"region": "us-east-1", "log_group": GROUP}]
    assert document["replacement"]["key_id"] == NEW
