"""Small inputs in the shape of what people really have, each told as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.review.review import Subject, Window, run_review

CASES = Path(__file__).parents[4] / "shared" / "cases" / "review"


@dataclass(frozen=True)
class Case:
    """How many calls of the user's and on it there are, how many are use, and what is said of them."""

    user: str
    calls: int = 1
    on_user: int = 0
    use: int = 1
    service: str | None = None
    kinds: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    words: str = ""
    by_session: frozenset[str] = field(default_factory=frozenset)


GIT, LOGS = "codecommit.amazonaws.com", "logs.amazonaws.com"
RIGHT = {
    "eventbridge.json": Case("shipper"),
    "lookup-events-lines.jsonl": Case("shipper"),
    "lookup-events-query.json": Case("shipper"),
    "filter-log-events.json": Case("shipper"),
    "log-export-task.gz": Case("shipper", calls=3, on_user=1),
    "another-service-bearer.json": Case(
        "multi", calls=3, use=0, service=LOGS, kinds=frozenset({"other-key"}), never=frozenset({"use"})
    ),
    "renamed-user.json": Case("newname", calls=1, on_user=2, words="was called oldname until"),
    "escaped-plus.json": Case("ops+2"),
    "role-session.json": Case("shipper", calls=3, use=0, by_session=frozenset({"CreateUser", "StopLogging"})),
    "service-as-address.json": Case("shipper", calls=3, use=0, never=frozenset({"address"})),
    "codecommit-ssh.json": Case("gituser", calls=2, use=0, service=GIT, never=frozenset({"use"})),
}


@pytest.mark.parametrize("name", RIGHT)
async def test_every_case_is_told_as_it_is(name: str) -> None:
    if not CASES.exists():
        pytest.skip("the folder of cases is not here")
    right = RIGHT[name]
    key = "ACCAEXAMPLE000000001" if right.service else None
    review = await run_review(
        None, Subject(right.user, key, right.service), Window.all_time(), source=str(CASES / name)
    )
    assert (len(review.events), len(review.on_user), len(review.use)) == (
        right.calls,
        right.on_user,
        right.use,
    )
    assert review.unreadable == ()
    kinds = {finding.kind for finding in review.findings}
    assert right.kinds <= kinds
    assert not right.never & kinds
    assert right.words in review.verdict_words
    assert {event.name for event in review.events if event.session} == right.by_session
    told = " ".join(finding.told for finding in review.findings)
    assert "athena.amazonaws.com" not in told
    assert "AWS Internal" not in told


def test_no_case_is_left_out() -> None:
    if not CASES.exists():
        pytest.skip("the folder of cases is not here")
    assert {path.name for path in CASES.iterdir()} == set(RIGHT)
