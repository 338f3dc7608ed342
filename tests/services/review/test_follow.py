"""Names that a user had, and sessions that it opened: followed as far as they lead, and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.review import follow as following
from services.review.review import Review, Subject, Window, run_review

Record = dict[str, Any]
Make = Callable[..., Record]
ROLE = "arn:aws:iam::123456789012:role/team/Admin"


async def review(tmp_path: Path, records: list[Record], user: str = "alice", **subject: Any) -> Review:
    (tmp_path / "records.json").write_text(json.dumps({"Records": records}))
    return await run_review(None, Subject(user, **subject), Window.all_time(), source=str(tmp_path))


def ids(found: Review) -> set[str]:
    return {event.event_id for event in found.events}


def opens(record: Make, number: int, *, by: str | None = None, minutes: float = 0, **fields: Any) -> Record:
    """AssumeRole that opens session *number*, by alice or by session *by*."""
    made = record(
        minutes=minutes,
        eventID=f"open-{number}",
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters={"roleArn": ROLE, "roleSessionName": f"s{number}"},
        responseElements={
            "credentials": {"accessKeyId": key(number), "expiration": "Nov 20, 2026, 1:00:00 PM"},
            "assumedRoleUser": {"assumedRoleId": f"AROAADMIN:s{number}", "arn": "x"},
        },
    )
    return (made | {"userIdentity": identity(by)} if by else made) | fields


def key(number: int) -> str:
    return f"ASIASESSION{number:09}"


def identity(key_id: str, *, name: str = "s1", created: str = "2026-11-20T12:00:01Z") -> Record:
    return {
        "type": "AssumedRole",
        "principalId": f"AROAADMIN:{name}",
        "arn": f"arn:aws:sts::123456789012:assumed-role/Admin/{name}",
        "accountId": "123456789012",
        "accessKeyId": key_id,
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "userName": "Admin"},
            "attributes": {"creationDate": created},
        },
    }


def deed(record: Make, who: Record, event_id: str, minutes: float = 1) -> Record:
    return record(minutes=minutes, eventID=event_id, eventName="CreateUser") | {"userIdentity": who}


async def test_a_tree_of_sessions_without_a_colleagues_of_the_same_role(tmp_path: Path, record: Make) -> None:
    colleague = opens(record, 9, eventID="theirs") | {"userIdentity": {"type": "IAMUser", "userName": "bob"}}
    found = await review(
        tmp_path,
        [
            opens(record, 1),
            opens(record, 2, by=key(1), minutes=2),
            opens(record, 3, by=key(2), minutes=4),
            deed(record, identity(key(1)), "first"),
            deed(record, identity(key(3)), "third", 5),
            colleague,
            deed(record, identity(key(9)), "colleague"),
        ],
    )
    assert ids(found) == {"open-1", "open-2", "open-3", "first", "third"}
    assert {each.key_id: each.by for each in found.followed.sessions.values()} == {
        key(1): "AKIAEXAMPLE",
        key(2): key(1),
        key(3): key(2),
    }
    assert {event.event_id: event.session for event in found.events}["third"] == key(3)
    assert [each["role"] for each in found.as_json()["sessions"]] == ["team/Admin"] * 3  # type: ignore[attr-defined]
    assert any(key(3) in each.title and each.severity == "high" for each in found.findings)
    assert not found.use


@pytest.mark.parametrize("answer", ["principal", "nothing"])
async def test_where_no_record_names_its_key_a_session_is_followed_by_when_it_was_opened(
    tmp_path: Path, record: Make, answer: str
) -> None:
    response = {"assumedRoleUser": {"assumedRoleId": "AROAADMIN:s1"}} if answer == "principal" else None
    other = identity("ASIAOTHER0000000001", created="2026-11-20T11:00:00Z")
    found = await review(
        tmp_path,
        [
            opens(record, 1, responseElements=response),
            deed(record, identity(key(1)), "ours"),
            deed(record, other, "another of the same name", -30),
        ],
    )
    assert ids(found) == {"open-1", "ours"}


async def test_the_other_accounts_record_of_a_call_names_the_session(tmp_path: Path, record: Make) -> None:
    ours = opens(record, 1, sharedEventID="shared-0001", responseElements=None, requestParameters=None)
    theirs = opens(
        record, 1, sharedEventID="shared-0001", eventID="theirs", recipientAccountId="999999999999"
    )
    theirs["userIdentity"] = {"type": "AWSAccount", "principalId": "AIDAALICE", "accountId": "123456789012"}
    found = await review(tmp_path, [ours, theirs, deed(record, identity(key(1)), "deed")])
    assert ids(found) == {"open-1", "theirs", "deed"}


async def test_a_refused_attempt_opens_nothing(tmp_path: Path, record: Make) -> None:
    refused = opens(record, 1, errorCode="AccessDenied")
    assert ids(await review(tmp_path, [refused, deed(record, identity(key(1)), "deed")])) == {"open-1"}


async def test_sessions_beyond_the_cap_are_counted_and_said(
    tmp_path: Path, record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST", 10)
    found = await review(tmp_path, [opens(record, number) for number in range(25)])
    assert (len(found.followed.sessions), found.followed.unfollowed) == (10, 15)
    assert "15 more sessions" in found.verdict_words


async def test_sessions_that_open_each_other_end(tmp_path: Path, record: Make) -> None:
    circle = [opens(record, 1), opens(record, 2, by=key(1)), opens(record, 1, by=key(2), eventID="again")]
    assert ids(await review(tmp_path, circle)) == {"open-1", "open-2", "again"}


def renames(record: Make, before: str, after: str, minutes: float) -> Record:
    return record(
        user="admin",
        minutes=minutes,
        eventID=f"{before}-{after}",
        eventName="UpdateUser",
        requestParameters={"userName": before, "newUserName": after},
    )


async def test_a_user_is_followed_through_its_names_and_whoever_takes_one_later_is_not(
    tmp_path: Path, record: Make
) -> None:
    records = [
        record(user="first", eventID="as-first", minutes=-20),
        renames(record, "first", "second", -10),
        record(user="second", eventID="as-second", minutes=-5),
        renames(record, "second", "alice", 0),
        record(user="alice", eventID="as-alice", minutes=5),
        record(user="first", eventID="a-new-first", minutes=5),
        record(user="admin", eventID="made", minutes=-25, requestParameters={"userName": "first"}),
    ]
    found = await review(tmp_path, records)
    assert ids(found) == {"as-first", "as-second", "as-alice"}
    assert {event.event_id for event in found.on_user} == {"first-second", "second-alice", "made"}
    assert "was called second until 2026-11-20 12:00:00" in found.verdict_words
    away = await review(tmp_path, records, user="first")
    assert {"as-first", "as-second", "as-alice"} <= ids(away)


async def test_names_that_go_round_in_a_circle_end(tmp_path: Path, record: Make) -> None:
    records = [
        renames(record, "alice", "b", 0),
        renames(record, "b", "alice", 1),
        record(user="b", minutes=0.5),
    ]
    assert len((await review(tmp_path, records)).events) == 1


@pytest.mark.parametrize(
    ("user", "theirs"),
    [("x", {"x1", "x3", "y5"}), ("y", {"x1", "x3", "y5"}), ("z", set()), ("alice", {"y0"})],
)
async def test_names_that_go_from_user_to_user_are_each_ones_in_their_time(
    tmp_path: Path, record: Make, user: str, theirs: set[str]
) -> None:
    # alice was y until 0.5; y is who was x; nobody was ever z.
    renamed = [
        renames(record, "y", "alice", 0.5),
        renames(record, "x", "spare", 3.5),
        renames(record, "spare", "y", 4),
    ]
    used = [record(user=who, minutes=at, eventID=f"{who}{at}") for who, at in (("y", 0), ("x", 1), ("x", 3))]
    later = [record(user="y", minutes=5, eventID="y5")]
    assert ids(await review(tmp_path, renamed + used + later, user=user)) == theirs


async def test_a_long_way_of_names_is_followed_and_told_in_short(tmp_path: Path, record: Make) -> None:
    records = [renames(record, f"n{number}", f"n{number + 1}", number) for number in range(60)]
    records.append(record(user="n0", minutes=-1, eventID="first"))
    found = await review(tmp_path, records, user="n60")
    assert len(found.verdict_words) < 1_500
    assert "first" not in ids(found)
    assert ("names and sessions", "followed 8 times, and there are more") in [
        (each.what, each.error) for each in found.unreadable
    ]


async def test_a_namesake_is_told_by_the_arn_too(tmp_path: Path, record: Make) -> None:
    theirs = record(eventID="theirs", recipientAccountId="999999999999")
    theirs["userIdentity"] = {"type": "IAMUser", "arn": "arn:aws:iam::999999999999:user/alice"}
    no_account = record(eventID="its", recipientAccountId="999999999999")
    no_account["userIdentity"] = {"type": "IAMUser", "userName": "alice"}
    found = await review(tmp_path, [record(eventID="ours"), theirs, no_account], account="123456789012")
    assert ids(found) == {"ours"}


async def test_a_namesake_in_another_account_is_somebody_else(tmp_path: Path, record: Make) -> None:
    theirs = record(eventID="theirs", recipientAccountId="999999999999")
    theirs["userIdentity"] = {"type": "IAMUser", "userName": "alice", "accountId": "999999999999"}
    both = await review(tmp_path, [record(eventID="ours"), theirs])
    assert both.accounts == ("123456789012", "999999999999")
    assert "of several accounts (123456789012, 999999999999)" in both.verdict_words
    assert ids(await review(tmp_path, [record(eventID="ours"), theirs], account="123456789012")) == {"ours"}


async def test_records_outside_the_window_are_counted_and_said(
    tmp_path: Path, record: Make, window: Window
) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps({"Records": [record(), record(minutes=9_000), record(minutes=-9_000)]})
    )
    found = await run_review(None, Subject("alice"), window, source=str(tmp_path))
    assert (len(found.events), found.outside) == (1, 2)
    assert "2 more records of this user are before or after" in found.verdict_words
