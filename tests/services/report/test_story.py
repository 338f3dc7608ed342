"""The five lines, word for word: no more than the journal and the coverage allow."""

from __future__ import annotations

from pathlib import Path

from services.report.model import Report
from tests.services.report.conftest import KEY, NEW, USER, Written, event, review_of

OPENED = (
    "Case 1123-K5E was opened 2026-11-23 14:02:09 UTC by arn:aws:iam::123456789012:user/responder "
    "(ada on bastion) for the logs key ACCAEXAMPLE1A2B3C4D5E of web, then Active."
)


def story(report: Report) -> dict[str, str]:
    return {sentence.about: sentence.words for sentence in report.story}


def kinds(report: Report) -> list[str]:
    return [left.kind for left in report.remaining]


def test_a_whole_case(whole: Written) -> None:
    assert story(whole.report()) == {
        "Opened": OPENED,
        "Stopped": "Deactivation: requested 14:02:10, confirmed by AWS 14:02:12, enforced 14:05:01 "
        "(last denied call 14:03:00).",
        "Used": "Review of 14:05:00: Used once from 1 address (203.0.113.66), first 2026-11-23 14:01:00, "
        "last 2026-11-23 14:01:00. Attributed by user.",
        "Replaced": f"Replacement {NEW} of web was created 14:10:00; its secret went to Secrets Manager as "
        "stanch/web. Deletion of the leaked key: requested 14:20:00, confirmed by AWS 14:20:00.",
        "Now": "The case was closed 14:30:00; 1 thing remains to do; the journal's 18 lines and the evidence "
        "are consistent with themselves.",
    }
    assert [left.words for left in whole.report().remaining] == ["1 finding of high severity to follow up."]


def test_a_case_just_opened_claims_nothing(written: Written) -> None:
    written.opened()
    told = story(written.report())
    assert told["Stopped"] == "Nothing in the journal stopped the key."
    assert told["Used"] == "Not reviewed: whether the key was used is unknown."
    assert told["Replaced"] == "No replacement stands. The leaked key was not deleted."
    assert kinds(written.report()) == ["old_key_active", "not_reviewed", "no_replacement", "not_closed"]


def test_requested_is_not_said_by_aws(written: Written) -> None:
    written.opened()
    params = {"UserName": USER, "ServiceSpecificCredentialId": KEY, "Status": "Inactive"}
    intent = written.intent("14:02:10", "deactivate", "UpdateServiceSpecificCredential", params)
    written.ok("14:02:11", intent)
    written.verified("14:02:21", "deactivate", "requested", "still Active (confirmed by AWS 14:02:21)")
    assert story(written.report())["Stopped"] == ("Deactivation: requested 14:02:10, not confirmed by AWS.")
    left = {each.kind: each.words for each in written.report().remaining}
    assert left["requested"] == (
        "Make the key Inactive: requested, but not seen done: still Active (confirmed by AWS 14:02:21)."
    )
    assert left["old_key_active"] == f"The leaked key {KEY} may still be Active."


def test_aws_said_so_and_nobody_saw_it(written: Written) -> None:
    written.opened()
    written.switched("14:02:10", "14:02:11", "14:02:12")
    assert story(written.report())["Stopped"] == (
        "Deactivation: requested 14:02:10, confirmed by AWS 14:02:12, not seen enforced."
    )
    assert kinds(written.report())[:2] == ["old_key_kept", "not_in_force"]


def test_a_call_without_an_answer(written: Written) -> None:
    written.opened()
    intent = written.intent("14:02:10", "replace", "CreateServiceSpecificCredential", {"UserName": USER})
    error = "CreateServiceSpecificCredential: no answer (ReadTimeoutError)."
    written.line("14:02:31", "outcome", intent=intent, ok=False, unknown=True, error=error, request_id=None)
    left = {each.kind: each.words for each in written.report().remaining}
    assert left["unsettled"] == (
        "CreateServiceSpecificCredential of 14:02:10: its outcome is unknown; resume the case to ask AWS."
    )
    assert story(written.report())["Replaced"].startswith("No replacement stands.")
    words = f"{NEW} was made (confirmed by AWS), but its secret is lost"
    written.line("14:03:00", "settled", intent=intent, done=True, words=words, key_id=NEW)
    report = written.report()
    assert "unsettled" not in kinds(report)
    assert "orphan" in kinds(report)
    assert "requested" not in kinds(report), "it is said once"
    assert story(report)["Replaced"] == (
        f"Replacement {NEW} of web was created 14:03:00; its secret is lost. The leaked key was not deleted."
    )


def test_a_refused_call_is_a_failure_with_its_words(written: Written) -> None:
    written.opened()
    intent = written.intent("14:02:10", "deny", "PutUserPolicy", {"UserName": USER})
    error = "Not allowed: iam:PutUserPolicy on user web. Ask for it."
    written.line("14:02:11", "outcome", intent=intent, ok=False, unknown=False, error=error, request_id="r")
    assert story(written.report())["Stopped"] == (
        "Deny policy of the user: requested 14:02:10, failed 14:02:11 (Not allowed: iam:PutUserPolicy "
        "on user web. Ask for it)."
    )
    assert "failed" in kinds(written.report())
    assert "hold" not in kinds(written.report())


def test_what_failed_to_be_taken_back_still_stands(whole: Written) -> None:
    whole.held("14:30:00")
    intent = whole.intent("14:40:00", "deny", "DeleteUserPolicy", {"UserName": "web"}, undo=True)
    whole.line("14:40:01", "outcome", intent=intent, ok=False, error="Not allowed.", request_id="r")
    assert {"hold", "failed"} <= set(kinds(whole.report()))


def test_closed_with_the_hold_still_on(whole: Written) -> None:
    whole.held("14:22:00")
    report = whole.report()
    assert "hold" in kinds(report)
    assert "The case was closed" in story(report)["Now"]
    undo = whole.intent("14:40:00", "deny", "DeleteUserPolicy", {"UserName": USER}, undo=True)
    whole.ok("14:40:01", undo)
    whole.verified("14:40:02", "deny", "undone", "deny policy removed (confirmed by AWS 14:40:02)")
    assert "hold" not in kinds(whole.report())
    assert (
        "Removal of the deny policy: requested 14:40:00, confirmed by AWS 14:40:02."
        in story(whole.report())["Stopped"]
    )


def test_a_key_switched_on_again(written: Written) -> None:
    written.opened()
    written.switched("14:02:10", "14:02:11", "14:02:12")
    written.switched("14:08:00", "14:08:01", "14:08:02", status="Active")
    assert story(written.report())["Stopped"] == (
        "Deactivation: requested 14:02:10, confirmed by AWS 14:02:12, not seen enforced. "
        "Reactivation: requested 14:08:00, confirmed by AWS 14:08:02."
    )
    assert "old_key_active" in kinds(written.report())


def test_unknown_stays_unknown(written: Written) -> None:
    written.opened()
    words = (
        "Unknown: no call that AWS allowed was seen, but use is not known to have been recorded in us-east-1."
    )
    review = review_of(
        verdict="unknown", verdict_words=words, complete=False, findings=[], seen_in_force=None
    )
    written.reviewed("14:05:00", review)
    assert story(written.report())["Used"] == f"Review of 14:05:00: {words} Attributed by user."
    assert "review_incomplete" in kinds(written.report())


def test_another_day_has_its_date(written: Written) -> None:
    written.opened()
    written.switched("2026-11-24T09:00:00Z", "2026-11-24T09:00:01Z", "2026-11-24T09:00:02Z")
    assert "requested 11-24 09:00:00, confirmed by AWS 11-24 09:00:02" in story(written.report())["Stopped"]


def test_groups_and_access_keys_left_off(written: Written) -> None:
    written.opened()
    params = {"logGroupIdentifier": "/a", "bearerTokenAuthenticationEnabled": False}
    written.ok("14:03:01", written.intent("14:03:00", "groups", "PutBearerTokenAuthentication", params))
    params = {"UserName": USER, "AccessKeyId": "AKIAEXAMPLE", "Status": "Inactive"}
    written.ok("14:04:01", written.intent("14:04:00", "access-keys", "UpdateAccessKey", params))
    left = {each.kind: each.words for each in written.report().remaining}
    assert left["group_off"] == "Bearer authentication is off for /a."
    assert left["access_keys_off"] == "Access keys made Inactive and not deleted: AKIAEXAMPLE."
    params = {"logGroupIdentifier": "/a", "bearerTokenAuthenticationEnabled": True}
    again = written.intent("14:05:00", "groups", "PutBearerTokenAuthentication", params, undo=True)
    written.ok("14:05:01", again)
    assert "group_off" not in kinds(written.report())


def test_the_secret_file_while_it_is_there(written: Written, tmp_path: Path) -> None:
    written.opened()
    intent = written.intent("14:03:00", "replace", "CreateServiceSpecificCredential", {"UserName": USER})
    written.ok("14:03:01", intent, key_id=NEW)
    secret = tmp_path / "new-key"
    written.line("14:03:02", "delivered", key_id=NEW, where=f"file:{secret}")
    assert "secret_file" not in kinds(written.report())
    secret.write_text("held elsewhere")
    assert "secret_file" in kinds(written.report())


def test_a_step_that_was_so_already(written: Written) -> None:
    written.opened(status="Inactive")
    written.verified("14:02:12", "deactivate", "confirmed", "Inactive (confirmed by AWS 14:02:12)")
    assert story(written.report())["Stopped"] == (
        "Deactivation: no call was needed, confirmed by AWS 14:02:12, not seen enforced."
    )


def test_a_case_gone_on_with_after_a_kill(written: Written) -> None:
    written.opened()
    params = {"UserName": USER, "ServiceSpecificCredentialId": KEY, "Status": "Inactive"}
    intent = written.intent("14:02:10", "deactivate", "UpdateServiceSpecificCredential", params)
    killed = written.report()
    assert [call.open for action in killed.actions for call in action.calls] == [True]
    assert "unsettled" in kinds(killed)
    written.line(
        "14:06:00", "settled", intent=intent, done=True, words="the key is Inactive (confirmed by AWS)"
    )
    written.verified("14:06:01", "deactivate", "confirmed", "Inactive (confirmed by AWS 14:06:01)")
    (action,) = written.report().actions
    assert (action.state, action.acted) == (
        "confirmed",
        action.calls[0].settled and action.calls[0].settled.at,
    )
    assert "unsettled" not in kinds(written.report())


def test_use_seen_only_as_refused(written: Written) -> None:
    written.opened()
    written.reviewed("14:05:00", review_of(event("14:03:00", error="AccessDenied")))
    reviewed = written.report().reviewed
    assert reviewed
    assert (reviewed.use.first, reviewed.use.let_in, reviewed.use.refused) == (None, 0, 1)
