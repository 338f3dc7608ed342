"""Every call is kept with what came of it, the last thousand, and nothing secret of any."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from services.aws import callrecord
from services.aws.call import Call
from services.aws.callrecord import CallRecord, kept_of, recorded_in, sent_for
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.aws.where import Where
from tests.services.aws.liar import Liar, Lie, answer
from tests.services.aws.test_words import IDS, LIST_USERS, NO_USERS, in_xml

SERVICES = ("iam", "sts", "s3", "logs", "secretsmanager", "cloudtrail", "organizations", "athena", "sso")


async def test_a_call_is_kept_with_its_answer(liar: Liar, aws: AwsSession) -> None:
    liar.lie = lambda asked: Lie(answer(200, NO_USERS, IDS))
    await aws.send(LIST_USERS)
    (made,) = aws.calls.ended
    assert (made.call, made.status, made.outcome, made.request_id, made.tries) == (
        LIST_USERS,
        200,
        "",
        "r",
        1,
    )
    assert made.region == "us-east-1"
    assert made.ms is not None
    assert made.ms > 0
    assert not aws.calls.open


async def test_a_refusal_is_kept_with_its_code_and_how_often_it_was_tried(
    liar: Liar, aws: AwsSession
) -> None:
    liar.lie = lambda asked: Lie(answer(503, in_xml("ServiceUnavailable", "no"), IDS))
    with pytest.raises(AwsError):
        await aws.send(LIST_USERS)
    (made,) = aws.calls.ended
    assert (made.status, made.outcome, made.request_id, made.tries) == (503, "ServiceUnavailable", "r", 4)


async def test_what_is_given_up_is_kept_as_that_and_a_call_under_way_is_known_by_its_deed(
    liar: Liar, aws: AwsSession
) -> None:
    reached, held = asyncio.Event(), asyncio.Event()

    async def hang(writer: asyncio.StreamWriter) -> None:
        reached.set()
        await held.wait()

    liar.lie = lambda asked: Lie(hang)
    with sent_for("a deed"):
        task = asyncio.create_task(aws.send(LIST_USERS))
    await reached.wait()
    made = aws.calls.waited_for("a deed")
    assert made is not None
    assert made.call == LIST_USERS
    assert aws.calls.waited_for("another") is None
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    held.set()
    assert [(each.outcome, each.request_id) for each in aws.calls.ended] == [("given up", None)]
    assert aws.calls.waited_for("a deed") is None


async def test_sessions_made_for_one_run_keep_their_calls_together(liar: Liar) -> None:
    liar.lie = lambda asked: Lie(answer(200, NO_USERS, IDS))
    record = CallRecord()
    with recorded_in(record):
        sessions = AwsSession(regions=("us-east-1",)), AwsSession(regions=("us-east-1",))
    async with sessions[0] as one, sessions[1] as other:
        await one.send(LIST_USERS)
        await other.send(LIST_USERS)
    assert [made.number for made in record.ended] == [1, 2]
    async with AwsSession(regions=("us-east-1",)) as alone:
        assert alone.calls is not record


def test_only_the_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    record = CallRecord()
    for _ in range(callrecord.KEPT + 5):
        with record.kept(LIST_USERS, Where):
            pass
    assert len(record.ended) == callrecord.KEPT
    assert record.ended[0].number == 6


def sensitive(service: str) -> Iterator[str]:
    """The names of the parameters that AWS's own model calls sensitive."""
    model = Session().get_service_model(service)
    for operation in model.operation_names:
        shape = model.operation_model(operation).input_shape
        for name, member in getattr(shape, "members", {}).items():
            if member.metadata.get("sensitive") and member.type_name in ("string", "blob"):
                yield name


# AWS keeps these from its logs for other reasons.
NO_SECRETS = {
    "AccountName",
    "Email",
    "Name",
    "Notes",
    "SSEKMSEncryptionContext",
    "SSEKMSKeyId",
    "SourceName",
}


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_that_aws_calls_sensitive_is_kept(service: str) -> None:
    names = set(sensitive(service)) - NO_SECRETS
    assert {name for name in names if kept_of({name: "x"})[0]} == set()


@pytest.mark.parametrize(
    "name", ["SecretId", "ServiceSpecificCredentialId", "AccessKeyId", "UserName", "PolicyDocument", "Bucket"]
)
def test_what_a_command_needs_is_kept(name: str) -> None:
    assert kept_of({name: "x"}) == ({name: "x"}, ())


secret_names = st.sampled_from(
    ["SecretString", "SecretBinary", "TokenCode", "Password", "NewPassword", "SessionToken", "ExternalId"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(path=st.lists(st.sampled_from(["list", "mapping"]), max_size=4), name=secret_names, beside=values)
def test_a_secret_is_kept_at_no_depth(path: list[str], name: str, beside: object) -> None:
    params: dict[str, object] = {name: "hunter2-hunter2", "Beside": beside}
    for kind in path:
        params = {"Inner": [params] if kind == "list" else params}
    kept, left_out = kept_of(params)
    assert "hunter2-hunter2" not in repr(kept)
    assert name in left_out


def test_what_is_kept_can_be_written_as_a_command() -> None:
    params = {"StartTime": datetime(2026, 1, 2, tzinfo=UTC), "Body": b"\0", "Names": ("a b", "$(id)")}
    kept, left_out = kept_of(params)
    command = str(Where("111122223333", "ops").aws(Call("cloudtrail", "LookupEvents", kept, "eu-west-1")))
    assert left_out == ("Body",)
    assert shlex.split(command.split("&&")[1])[:7] == [
        "aws", "cloudtrail", "lookup-events", "--start-time", "2026-01-02T00:00:00+00:00",
        "--names", '["a b", "$(id)"]',
    ]  # fmt: skip
    assert command.endswith("--region eu-west-1 --profile ops")
