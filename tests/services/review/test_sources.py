"""Log groups, event data stores and Athena: the same events from each, as far as it can see them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.athena.queries import Athena as PretendAthena
from sandbox.cloudtrail.install import CloudTrail
from sandbox.insights.queries import Insights
from sandbox.lake.stores import Lake
from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError, ReadOnly
from services.aws.session import AwsSession
from services.review import asking
from services.review.asking import askable, portions
from services.review.model import Athena, Progress
from services.review.record import Event
from services.review.review import Review, SourceUnavailable, Subject, Window, run_review

Boto = Callable[..., Any]
MakeTrail = Callable[..., str]
Post = Callable[..., int | None]
Put = Callable[..., str]
Record = Callable[..., dict[str, Any]]
Key = dict[str, str]

LOGS = "logs.amazonaws.com"
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
USE = {
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]},
    ]
}
GROUP_ARN = "arn:aws:logs:us-east-1:123456789012:log-group:trail:*"
ATHENA = Athena(output="s3://trail-bucket/answers/", create=True)


async def soon(_: float) -> None:
    await asyncio.sleep(0.005)


async def reviewed(aws: AwsSession, subject: Subject, source: str, **options: Any) -> Review:
    now = datetime.now(UTC)
    window = options.pop("window", None) or Window(now - timedelta(hours=1), now + timedelta(seconds=1))
    return await run_review(aws, subject, window, source=source, **{"sleep": soon} | options)


@pytest.fixture
def everywhere(cloudtrail: CloudTrail, boto: Boto, leaked: Key, make_trail: MakeTrail, post: Post) -> Subject:
    """Use of a key and its user's other calls, recorded in every way there is."""
    boto("logs").create_log_group(logGroupName="trail")
    boto("cloudtrail").create_event_data_store(Name="store", AdvancedEventSelectors=[MANAGEMENT, USE])
    make_trail(
        MANAGEMENT, USE, CloudWatchLogsLogGroupArn=GROUP_ARN, CloudWatchLogsRoleArn="arn:aws:iam::1:role/x"
    )
    key = boto("iam").create_access_key(UserName="alice")["AccessKey"]
    signed = (key["AccessKeyId"], key["SecretAccessKey"])
    alice = boto("iam", key=signed)
    for _ in range(3):
        alice.list_users()
    boto("logs", region="us-west-2", key=signed).create_log_group(logGroupName="x")
    alice.create_user(UserName="bob")
    boto("iam").create_user(UserName="alice2")
    boto("iam").create_login_profile(UserName="alice", Password="Aa1!Aa1!Aa1!x")
    assert [post("198.51.100.7"), post("203.0.113.66", 'it\'s "quoted"')] == [200, 200]
    boto("iam").update_service_specific_credential(
        UserName="alice", ServiceSpecificCredentialId=leaked["id"], Status="Inactive"
    )
    assert post() == 401
    cloudtrail.flush()
    cloudtrail.flush()
    return Subject("alice", leaked["id"], LOGS)


async def test_every_source_gives_the_same_events(
    aws: AwsSession, boto: Boto, bucket: str, everywhere: Subject, tmp_path: Path
) -> None:
    for at, stored in enumerate(boto("s3").list_objects_v2(Bucket=bucket)["Contents"]):
        boto("s3").download_file(bucket, stored["Key"], str(tmp_path / f"{at}.json.gz"))
    now = datetime.now(UTC)
    window = Window(now - timedelta(hours=1), now + timedelta(seconds=1))
    found = {
        source: await reviewed(aws, everywhere, source, window=window, athena=ATHENA)
        for source in ("auto", "history", "s3", "insights", "lake", "athena", str(tmp_path))
    }
    assert {source: review.unreadable for source, review in found.items() if review.unreadable} == {}
    reference = found["s3"]
    names = sorted(event.name for event in reference.events)
    assert names == ["CallWithBearerToken"] * 3 + ["CreateLogGroup", "CreateUser"] + ["ListUsers"] * 3
    since_the_trail = {event.event_id for event in reference.on_user}
    assert {"CreateAccessKey", "UpdateServiceSpecificCredential"} <= {
        event.name for event in reference.on_user
    }
    for source in ("auto", "insights", "lake", "athena", str(tmp_path)):
        assert found[source].events == reference.events, source
        on_user = [event for event in found[source].on_user if event.event_id in since_the_trail]
        assert tuple(on_user) == reference.on_user, source
        assert found[source].verdict == "used", source
    assert found["history"].events == tuple(event for event in reference.events if not event.bearer)
    # Only the log group's own beginnings are not known.
    rows = found["insights"].coverage
    assert {row.covers for row in rows if row.source == "log group of trail audit"} == {"unknown"}
    assert not found["insights"].complete
    assert ("event data store store", "us-west-2", "yes") in {
        (row.source, row.region, row.covers) for row in found["lake"].coverage
    }


@pytest.mark.parametrize("source", ["insights", "lake", "athena"])
async def test_a_query_that_never_ends_is_waited_for_as_long_as_aws_lets_one_run(
    sandbox: Sandbox, aws: AwsSession, everywhere: Subject, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LONGEST", 60.0)
    slept = []

    async def fly(seconds: float) -> None:
        slept.append(seconds)

    sandbox.world.part(Insights).delay = timedelta(days=400)
    sandbox.world.part(Lake).delay = timedelta(days=400)
    sandbox.world.part(PretendAthena).delay = timedelta(days=400)
    try:
        review = await reviewed(aws, everywhere, source, athena=ATHENA, sleep=fly)
        told = " ".join(f"{each.what} {each.error}" for each in review.unreadable)
    except AwsError as error:
        told = str(error)
    else:
        assert not review.complete
    assert "longer than AWS lets one run" in told
    assert 60 <= sum(slept) < 600


async def test_what_only_some_fields_tell_comes_from_athena_too(
    aws: AwsSession, cloudtrail: CloudTrail, make_trail: MakeTrail, put: Put, bearer: Record, record: Record
) -> None:
    """The other sources hold the record itself; Athena's table must hold all of it that counts."""
    make_trail(MANAGEMENT, USE)
    made = [
        bearer(credential="ACCAEXAMPLE1A2B3C4D5E", user="renamed", eventID="by the key alone"),
        record(
            eventID="bedrock",
            eventSource="bedrock.amazonaws.com",
            additionalEventData={"callWithBearerToken": True},
        ),
        record(
            eventID="to her", user="bob", requestParameters={"userName": "alice"}, errorCode="AccessDenied"
        ),
        record(eventID="federated")
        | {
            "userIdentity": {
                "type": "FederatedUser",
                "arn": "arn:aws:sts::123456789012:federated-user/x",
                "accountId": "123456789012",
                "sessionContext": {"sessionIssuer": {"type": "IAMUser", "userName": "alice"}},
            }
        },
        record(eventID="federated by its ARN")
        | {
            "userIdentity": {
                "type": "FederatedUser",
                "arn": "arn:aws:sts::123456789012:federated-user/x",
                "accountId": "123456789012",
                "sessionContext": {
                    "sessionIssuer": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/a/alice"}
                },
            }
        },
        bearer(user="renamed", eventID="by the key beside")
        | {"additionalEventData": {"credential": "ACCAEXAMPLE1A2B3C4D5E"}},
        record(eventID="a role's namesake")
        | {"userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/r/alice"}},
        record(user="alice_", eventID="another"),
        record(user="bob", eventID="a third"),
    ]
    put(*made)
    put(*made, region="us-west-2")
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    window = Window(noon - timedelta(hours=1), noon + timedelta(hours=1))
    subject = Subject("alice", "ACCAEXAMPLE1A2B3C4D5E")
    files = await reviewed(aws, subject, "s3", window=window)
    asked = await reviewed(aws, subject, "athena", window=window, athena=ATHENA)
    seen = ["bedrock", "by the key alone", "by the key beside", "federated", "federated by its ARN"]
    assert [event.event_id for event in files.events] == seen
    assert [event.event_id for event in files.on_user] == ["to her"]
    assert (asked.events, asked.on_user) == (files.events, files.on_user)
    assert (asked.use, asked.unreadable) == (files.use, ())


async def test_athena_says_before_what_it_will_scan_and_reads_no_other_day(
    aws: AwsSession,
    sandbox: Sandbox,
    cloudtrail: CloudTrail,
    boto: Boto,
    make_trail: MakeTrail,
    put: Put,
    record: Record,
) -> None:
    make_trail(MANAGEMENT, USE)
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    sizes = {}
    for number in range(5):
        key = put(record(eventID=str(number), minutes=1440 * number), day=noon + timedelta(days=number))
        sizes[number] = boto("s3").head_object(Bucket="trail-bucket", Key=key)["ContentLength"]
    said: list[Progress] = []
    window = Window(noon + timedelta(days=1), noon + timedelta(days=2))
    review = await reviewed(
        aws, Subject("alice"), "athena", window=window, athena=ATHENA, on_progress=said.append
    )
    assert [event.event_id for event in review.events] == ["1", "2"]
    before = next(index for index, each in enumerate(said) if "Athena is to scan" in each.note)
    assert "in 3 objects at most" in said[before].note
    assert said[before].records == 0
    assert said[-1].bytes_read == sum(sizes[number] for number in (1, 2, 3))
    assert {query.kind for query in sandbox.world.part(PretendAthena).queries.values()} == {"DDL", "DML"}


async def test_a_table_is_made_on_request_alone(
    aws: AwsSession, sandbox: Sandbox, cloudtrail: CloudTrail, everywhere: Subject
) -> None:
    with pytest.raises(SourceUnavailable, match="needs a workgroup"):
        await reviewed(aws, everywhere, "athena")
    with pytest.raises(SourceUnavailable, match=r"has no table default\.stanch_cloudtrail_"):
        await reviewed(aws, everywhere, "athena", athena=replace(ATHENA, create=False))
    async with AwsSession(regions=("us-east-1",), read_only=True) as looking:
        with pytest.raises(ReadOnly):
            await reviewed(looking, everywhere, "athena", athena=ATHENA)
    assert sandbox.world.part(PretendAthena).queries == {}
    await reviewed(aws, everywhere, "athena", athena=ATHENA)
    again = await reviewed(aws, everywhere, "athena", athena=replace(ATHENA, create=False))
    assert again.verdict == "used"


async def test_answers_are_paged(
    aws: AwsSession,
    cloudtrail: CloudTrail,
    boto: Boto,
    make_trail: MakeTrail,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.aws.athena.PAGE", 7)
    monkeypatch.setattr("services.aws.lake.PAGE", 7)
    boto("cloudtrail").create_event_data_store(Name="store", AdvancedEventSelectors=[MANAGEMENT])
    make_trail(MANAGEMENT, USE)
    key = boto("iam").create_access_key(
        UserName=boto("iam").create_user(UserName="alice")["User"]["UserName"]
    )
    alice = boto("iam", key=(key["AccessKey"]["AccessKeyId"], key["AccessKey"]["SecretAccessKey"]))
    for _ in range(20):
        alice.list_users()
    cloudtrail.flush()
    for source in ("athena", "lake"):
        review = await reviewed(aws, Subject("alice"), source, athena=ATHENA)
        assert len(review.events) == 20, source


async def test_a_log_group_is_asked_in_pieces_that_no_limit_cuts(
    aws: AwsSession,
    sandbox: Sandbox,
    cloudtrail: CloudTrail,
    boto: Boto,
    make_trail: MakeTrail,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boto("logs").create_log_group(logGroupName="trail")
    make_trail(MANAGEMENT, CloudWatchLogsLogGroupArn=GROUP_ARN, CloudWatchLogsRoleArn="arn:aws:iam::1:role/x")
    insights = sandbox.world.part(Insights)
    insights.delay = timedelta()
    noon = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=50)
    made = [record(eventID=f"{number:03}", eventCategory="Management") for number in range(90)]
    for number, each in enumerate(made):
        at = noon + timedelta(seconds=number * 10)
        insights.deliver(at, each | {"eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"})
    monkeypatch.setattr("services.review.sources.insights.LIMIT", 30)
    review = await reviewed(aws, Subject("alice"), "insights")
    assert [event.event_id for event in review.events] == [each["eventID"] for each in made]
    assert len(insights.queries) > 5
    assert review.unreadable == ()
    for each in made[:40]:
        insights.deliver(noon, each | {"eventID": each["eventID"] + "again"})
    crowded = await reviewed(aws, Subject("alice"), "insights")
    assert [each.error for each in crowded.unreadable] == [
        "more than 30 records of one second: the rest was not read"
    ]


@pytest.mark.parametrize("source", ["insights", "lake", "athena"])
async def test_a_query_nobody_waits_for_is_stopped(
    aws: AwsSession, sandbox: Sandbox, cloudtrail: CloudTrail, everywhere: Subject, source: str
) -> None:
    parts: list[Any] = [sandbox.world.part(kind) for kind in (Insights, Lake, PretendAthena)]
    if source == "athena":
        await reviewed(aws, everywhere, source, athena=ATHENA)
    for part in parts:
        part.delay = timedelta(minutes=1)
        part.queries.clear()
    watched = asyncio.Event()

    async def looking(_: float) -> None:
        if any(part.queries for part in parts):
            watched.set()
        await asyncio.sleep(0.005)

    review = asyncio.create_task(reviewed(aws, everywhere, source, athena=ATHENA, sleep=looking))
    await watched.wait()
    review.cancel()
    with pytest.raises(asyncio.CancelledError):
        await review
    assert {query.state.upper() for part in parts for query in part.queries.values()} == {"CANCELLED"}


async def test_a_stopped_review_of_a_log_group_is_incomplete(
    aws: AwsSession, sandbox: Sandbox, cloudtrail: CloudTrail, everywhere: Subject
) -> None:
    insights = sandbox.world.part(Insights)
    insights.delay = timedelta(minutes=1)
    stop = asyncio.Event()

    async def stopping(_: float) -> None:
        if insights.queries:
            stop.set()
        await asyncio.sleep(0.005)

    review = await reviewed(aws, everywhere, "insights", sleep=stopping, stop=stop)
    assert not review.complete
    assert {query.state for query in insights.queries.values()} == {"Cancelled"}


@pytest.mark.parametrize(
    ("source", "operation"),
    [
        ("insights", "StartQuery"),
        ("lake", "StartQuery"),
        ("lake", "ListEventDataStores"),
        ("athena", "GetQueryExecution"),
    ],
)
async def test_what_is_denied_is_named(
    aws: AwsSession,
    sandbox: Sandbox,
    cloudtrail: CloudTrail,
    everywhere: Subject,
    source: str,
    operation: str,
) -> None:
    sandbox.faults.add(f"deny:{operation}")
    review = await reviewed(aws, everywhere, source, athena=ATHENA)
    assert not review.complete
    assert any("Not allowed: " in each.error for each in review.unreadable)
    assert review.verdict == "unknown"


@pytest.mark.parametrize("source", ["insights", "lake", "athena"])
async def test_names_no_user_can_have_are_not_sent(
    aws: AwsSession, sandbox: Sandbox, cloudtrail: CloudTrail, everywhere: Subject, source: str
) -> None:
    with pytest.raises(SourceUnavailable, match="No IAM user can have the name"):
        await reviewed(aws, Subject("x' OR '1'='1"), source, athena=ATHENA)


async def test_auto_says_which_and_why(
    aws: AwsSession,
    sandbox: Sandbox,
    cloudtrail: CloudTrail,
    boto: Boto,
    make_trail: MakeTrail,
    leaked: Key,
    post: Post,
) -> None:
    def why(review: Review) -> dict[str, str]:
        return {each.name: each.why for each in review.sources if each.used}

    subject = Subject("alice", leaked["id"], LOGS)
    boto("cloudtrail").create_event_data_store(Name="store", AdvancedEventSelectors=[USE])
    assert post() == 200
    by_store = await reviewed(aws, subject, "auto")
    assert "no trail does" in why(by_store)["event data store store"]
    assert (by_store.verdict, len(by_store.use)) == ("used", 1)

    make_trail(MANAGEMENT, USE)
    assert why(await reviewed(aws, subject, "auto", athena=ATHENA)) == {
        "event history": "it has 90 days of the user's other calls and is free",
        "trail audit": "it records use of this key",
    }
    post()
    cloudtrail.flush()
    now = datetime.now(UTC)
    long = Window(now - timedelta(days=60), now + timedelta(seconds=1))
    assert "an Athena workgroup" in why(await reviewed(aws, subject, "auto", window=long))["trail audit"]
    by_athena = await reviewed(aws, subject, "auto", window=long, athena=ATHENA)
    assert why(by_athena)["trail audit"].endswith("by Athena, because there is so much")
    assert len(by_athena.use) == 1


async def test_auto_reads_the_objects_where_athena_has_no_table(
    aws: AwsSession, sandbox: Sandbox, cloudtrail: CloudTrail, everywhere: Subject
) -> None:
    now = datetime.now(UTC)
    long = Window(now - timedelta(days=60), now + timedelta(seconds=1))
    said: list[Progress] = []
    options = {"window": long, "athena": replace(ATHENA, create=False), "on_progress": said.append}
    review = await reviewed(aws, everywhere, "auto", **options)
    assert sandbox.world.part(PretendAthena).queries == {}
    assert any("reading the objects instead. Athena has no table" in each.note for each in said)
    assert (review.verdict, len(review.use)) == ("used", 3)


def test_events_are_compared_by_what_they_say(
    as_event: Callable[[dict[str, Any]], Event], record: Record
) -> None:
    made = record()
    assert as_event(made) == as_event(made)
    assert as_event(made) != as_event(made | {"errorCode": "AccessDenied"})


async def test_sessions_and_names_are_followed_in_every_source(
    aws: AwsSession,
    boto: Boto,
    cloudtrail: CloudTrail,
    make_trail: MakeTrail,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boto("logs").create_log_group(logGroupName="trail")
    boto("cloudtrail").create_event_data_store(Name="store", AdvancedEventSelectors=[MANAGEMENT])
    make_trail(MANAGEMENT, CloudWatchLogsLogGroupArn=GROUP_ARN, CloudWatchLogsRoleArn="arn:aws:iam::1:role/x")
    iam = boto("iam")
    iam.create_user(UserName="first")
    made = iam.create_access_key(UserName="first")["AccessKey"]
    key = (made["AccessKeyId"], made["SecretAccessKey"])
    boto("iam", key=key).list_users()
    iam.update_user(UserName="first", NewUserName="alice")
    sessions: list[tuple[str, ...]] = [key]
    role = "arn:aws:iam::123456789012:role"
    for operation, params in (
        ("get_session_token", {}),
        ("assume_role", {"RoleArn": f"{role}/team/ops", "RoleSessionName": "night"}),
        ("assume_role", {"RoleArn": f"{role}/two", "RoleSessionName": "x+y@z"}),
    ):
        opened = getattr(boto("sts", key=sessions[-1]), operation)(**params)["Credentials"]
        sessions.append((opened["AccessKeyId"], opened["SecretAccessKey"], opened["SessionToken"]))
    boto("sts", region="us-west-2", key=sessions[-1]).get_caller_identity()
    boto("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/two", RoleSessionName="colleague")
    cloudtrail.flush()
    expected = ["AssumeRole", "AssumeRole", "GetCallerIdentity", "GetSessionToken", "ListUsers"]
    # A statement takes few texts, so that what is followed needs several.
    for name in ("insights", "lake", "athena"):
        monkeypatch.setattr(f"services.review.sources.{name}.MOST_OF_CONDITIONS", 60)
    for source in ("history", "s3", "insights", "lake", "athena"):
        review = await reviewed(aws, Subject("alice"), source, athena=ATHENA)
        assert sorted(event.name for event in review.events) == expected, source
        roles = sorted(session.role for session in review.followed.sessions.values())
        assert len(roles) == 3, source
        assert {"team/ops", "two"} < set(roles), source
        assert {name.name for name in review.followed.names} == {"first", "alice"}, source


def test_names_that_records_make_up_are_not_sent_to_a_query() -> None:
    hostile = ["x' OR 1=1 --", 'a"b', "line\nbreak", "ü", "", "a" * 300]
    assert askable([*hostile, "web+2", "AROAX:s@1", "assumed-role/a/b"]) == (
        ["web+2", "AROAX:s@1", "assumed-role/a/b"],
        hostile,
    )
    assert list(portions(["aa", "bb", "c" * 50, "dd"], most=20, beside=5)) == [
        ["aa", "bb"],
        ["c" * 50],
        ["dd"],
    ]
