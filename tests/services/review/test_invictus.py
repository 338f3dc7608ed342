"""Records of a real account, every user's review held against a plain reading with the standard library."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.aws.session import AwsSession
from services.review.review import Subject, Window, run_review

DATA = Path(__file__).parents[4] / "shared" / "data" / "cloudtrail-invictus" / "AWSLogs"
ACCOUNT = "123837392027"
SESSION_CALLS = 47
"""Made by roles' sessions that bert-jan opened."""
JULY = Window(datetime(2023, 7, 1, tzinfo=UTC), datetime(2023, 8, 1, tzinfo=UTC))

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the data set is not beside this checkout")


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted(DATA.rglob("*.json.gz")):
        with gzip.open(path) as file:
            found += json.load(file)["Records"]
    return found


def users(records: list[dict[str, Any]]) -> set[str]:
    named = {record["userIdentity"].get("userName") for record in records}
    named |= {(record["requestParameters"] or {}).get("userName") for record in records}
    return {name for name in named if isinstance(name, str)}


async def test_every_users_records_and_no_others(records: list[dict[str, Any]]) -> None:
    names = users(records)
    assert {"bert-jan", "benjamin", "malicious-iam-user"} <= names
    for user in names:
        review = await run_review(None, Subject(user), JULY, source=str(DATA))
        mine = [record for record in records if record["userIdentity"].get("userName") == user]
        own = Counter(event.event_id for event in review.events if not event.session)
        assert own == Counter(record["eventID"] for record in mine), user
        by_sessions = sum(event.session is not None for event in review.events)
        assert by_sessions == (SESSION_CALLS if user == "bert-jan" else 0), user
        to_me = {
            record["eventID"]
            for record in records
            if (record["requestParameters"] or {}).get("userName") == user
            and record["eventSource"] == "iam.amazonaws.com"
        }
        assert {event.event_id for event in review.on_user} == to_me - {
            event.event_id for event in review.events
        }, user
        assert review.records_scanned == len(records)
        assert (review.records_unreadable, review.unreadable) == (0, ())
        by_id = {record["eventID"]: record for record in records}
        for event in review.events:
            record = by_id[event.event_id]
            assert json.loads(event.raw) == record
            assert event.time == datetime.fromisoformat(record["eventTime"])
            assert (event.name, event.source) == (record["eventName"], record["eventSource"])
            assert (event.source_ip, event.region) == (record["sourceIPAddress"], record["awsRegion"])
            assert event.access_key_id == (record["userIdentity"].get("accessKeyId") or None)
            assert bool(event.error) == ("errorCode" in record or "errorMessage" in record)
        assert [event.time for event in review.events] == sorted(event.time for event in review.events)


async def test_the_attack_is_found() -> None:
    review = await run_review(None, Subject("bert-jan"), JULY, source=str(DATA))
    titles = [finding.title for finding in review.findings if finding.severity == "high"]
    for deed in ("CreateUser", "CreateAccessKey", "AttachUserPolicy", "DeleteTrail"):
        assert any(title.startswith(deed) for title in titles), deed
    assert any(finding.kind == "enumeration" for finding in review.findings)
    assert review.verdict == "unknown"


async def test_every_users_records_from_a_bucket_with_duplicates_and_disorder(
    records: list[dict[str, Any]],
    aws: AwsSession,
    boto: Callable[..., Any],
    make_trail: Callable[..., str],
    bucket: str,
) -> None:
    make_trail({"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]})
    s3, prefix = boto("s3"), f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2023/07"
    for number, start in enumerate(range(0, len(records), 250)):
        some = records[max(0, start - 40) : start + 250]
        body = gzip.compress(json.dumps({"Records": some[::-1]}).encode())
        s3.put_object(Bucket=bucket, Key=f"{prefix}/{11 - number % 2}/{number}.json.gz", Body=body)
    for user in users(records):
        review = await run_review(aws, Subject(user, account=ACCOUNT), JULY, source="s3")
        mine = {
            record["eventID"]: record for record in records if record["userIdentity"].get("userName") == user
        }
        assert review.records_scanned > len(records)
        own = [event for event in review.events if not event.session]
        assert Counter(event.event_id for event in own) == Counter(list(mine)), user
        assert all(json.loads(event.raw) == mine[event.event_id] for event in own)
        assert [event.time for event in review.events] == sorted(event.time for event in review.events)
        local = await run_review(None, Subject(user), JULY, source=str(DATA))
        assert (review.events, review.on_user) == (local.events, local.on_user), user
