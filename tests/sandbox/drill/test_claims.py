"""What a report claims, in whatever form it comes, and what of it the evidence bears."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.drill.claims import Facts, about, claimed, claims_of, earned, judge

RECORDED = Facts(recorded=True, stopped=True, sessions_ended=None, nothing_left=True)


def case_report(key_id: str, verdict: str, *steps: tuple[str, str], left: int = 0) -> dict[str, Any]:
    """As `stanch case report --format json` has it, as far as it is read."""
    actions = [{"step": step, "undo": False, "state": state} for step, state in steps]
    return {
        "header": {"key_id": key_id},
        "reviews": [{"verdict": verdict}],
        "actions": actions,
        "remaining": [{"kind": "sessions", "words": "…"}] * left,
    }


@pytest.mark.parametrize(
    "report",
    [{}, {"claims": []}, {"claims": {"use": 3, "stopped": "yes"}}, {"reviews": 1, "actions": [2]}],
)
def test_what_is_no_answer_claims_nothing(report: dict[str, Any]) -> None:
    found = claims_of(report)
    assert "use" not in found
    assert found.get("stopped") in (None, False)
    assert earned(judge(found, RECORDED)) == 0


@pytest.mark.parametrize(
    ("verdict", "state", "left", "claims"),
    [
        ("used", "in_force", 0, {"use": "used", "stopped": True, "nothing_left": True}),
        ("not seen used", "confirmed", 0, {"use": "not used", "stopped": True, "nothing_left": True}),
        (
            "unknown",
            "failed",
            1,
            {"use": "unknown", "stopped": False, "nothing_left": False, "sessions_ended": False},
        ),
        ("none of these", "requested", 0, {"use": "unknown", "stopped": False, "nothing_left": True}),
    ],
)
def test_the_claims_of_a_case(verdict: str, state: str, left: int, claims: dict[str, Any]) -> None:
    assert claims_of(case_report("A", verdict, ("deactivate", state), left=left)) == claims


def test_cases_of_other_keys_do_not_count_where_one_is_about_the_leaked_key() -> None:
    other = case_report("B", "not seen used")
    ours = case_report("A", "used", ("deactivate", "confirmed"), ("sessions", "confirmed"))
    assert about([other, ours], {"A"}) == [ours]
    assert about([other], {"A"}) == [other]
    assert about([], {"A"}) == []


def test_of_two_keys_that_is_so_which_is_so_of_both() -> None:
    first = case_report("A", "used", ("deactivate", "confirmed"))
    second = case_report("B", "unknown", ("sessions", "confirmed"), left=1)
    assert claimed([first, second]) == {
        "use": "used",
        "stopped": False,
        # Those that are left were not.
        "sessions_ended": False,
        "nothing_left": False,
    }
    ended = case_report("B", "unknown", ("sessions", "confirmed"))
    assert claimed([first, ended])["sessions_ended"] is True
    assert claimed([first, case_report("B", "not seen used")])["use"] == "not used"


def test_the_use_counts_as_much_as_all_else() -> None:
    claims = judge({"use": "unknown", "stopped": True, "nothing_left": True}, RECORDED)
    assert earned(claims) == 0.75
    blind = Facts(recorded=False, stopped=True, sessions_ended=False, nothing_left=False)
    claims = judge({"use": "unknown", "stopped": True, "sessions_ended": True, "nothing_left": False}, blind)
    assert [each.worth for each in claims] == [1, 1, 0, 1]
