"""The ingestion endpoints over HTTP, and every reason they have to refuse."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from sandbox.account.world import BearerCall
from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE

LOGS = "logs.amazonaws.com"
GROUP, STREAM = "/app/web", "one"
ACCESS = "arn:aws:iam::aws:policy/CloudWatchLogsAPIKeyAccess"


class Key(NamedTuple):
    id: str
    token: str


class Answer(NamedTuple):
    status: int
    body: Any


@pytest.fixture
def key(boto: Callable[..., Any]) -> Key:
    """A key of alice's, who may use it, and a log group that takes it."""
    iam, logs = boto("iam"), boto("logs")
    iam.create_user(UserName="alice")
    iam.attach_user_policy(UserName="alice", PolicyArn=ACCESS)
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    logs.put_bearer_token_authentication(logGroupIdentifier=GROUP, bearerTokenAuthenticationEnabled=True)
    made = iam.create_service_specific_credential(UserName="alice", ServiceName=LOGS)
    made = made["ServiceSpecificCredential"]
    return Key(made["ServiceSpecificCredentialId"], made["ServiceCredentialSecret"])


@pytest.fixture
def heard(sandbox: Sandbox) -> list[BearerCall]:
    calls: list[BearerCall] = []
    sandbox.world.on_bearer_call.append(calls.append)
    return calls


@pytest.fixture
def post(sandbox: Sandbox) -> Callable[..., Answer]:
    def send(
        token: str | None,
        body: bytes = b'{"event":"hello"}',
        *,
        path: str = "/services/collector/event",
        group: str | None = GROUP,
        stream: str | None = STREAM,
        by_header: bool = False,
        method: str = "POST",
        **headers: str,
    ) -> Answer:
        query = {name: value for name, value in (("logGroup", group), ("logStream", stream)) if value}
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent.setdefault("Authorization", f"Bearer {token}")
        if by_header:
            sent |= {f"x-aws-log-{name.removeprefix('log').lower()}": value for name, value in query.items()}
            query = {}
        connection = http.client.HTTPConnection(urlsplit(sandbox.endpoint_url).netloc, timeout=PATIENCE)
        try:
            connection.request(method, f"{path}?{urlencode(query)}", body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, json.loads(answer.read()))
        finally:
            connection.close()

    return send


@pytest.mark.parametrize(
    ("path", "body", "messages"),
    [
        ("/services/collector/event", b'{"event":"a"}{"event":"b"}', ["a", "b"]),
        ("/ingest/bulk", b'{"n":1}\n{"n":2}\n', ['{"n":1}', '{"n":2}']),
        ("/ingest/json", b'[{"n":1}]', ['{"n":1}']),
        (
            "/v1/logs",
            b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":1}]}]}]}',
            ['{"body":1}'],
        ),
    ],
)
@pytest.mark.parametrize("by_header", [True, False])
def test_what_is_accepted_can_be_read(
    post: Callable[..., Answer],
    key: Key,
    boto: Callable[..., Any],
    path: str,
    body: bytes,
    messages: list[str],
    by_header: bool,
) -> None:
    answer = post(key.token, body, path=path, by_header=by_header)
    logs = boto("logs")
    stored = [
        event["message"] for event in logs.get_log_events(logGroupName=GROUP, logStreamName=STREAM)["events"]
    ]
    if path == "/v1/logs" and not by_header:
        assert answer.status == 400  # OTLP takes them from headers alone
        assert stored == []
        return
    assert answer == Answer(200, {})
    assert stored == messages
    (stream,) = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert "lastEventTimestamp" in stream


def test_a_call_is_told_with_who_and_whence(
    post: Callable[..., Answer], key: Key, heard: list[BearerCall]
) -> None:
    agent = "evil\x1b[2J[/red]"
    post(key.token, b'{"event":"hello"}', X_Forwarded_For="203.0.113.9, 10.0.0.1", User_Agent=agent)
    (call,) = heard
    assert (call.user, call.credential_id, call.status) == ("alice", key.id, 200)
    assert (call.log_group, call.log_stream, call.region) == (GROUP, STREAM, "us-east-1")
    assert (call.source_ip, call.user_agent) == ("203.0.113.9", agent)
    assert (call.bytes_in, call.events_in, call.error_code) == (5, 1, None)
    assert key.token not in repr(call)


def forged(alias: str, prefix: str = "ACWL", secret: str = "x" * 60) -> str:
    return prefix + base64.b64encode(f"{alias}:{secret}".encode()).decode()


@pytest.mark.parametrize(
    ("token", "user"),
    [
        (None, None),
        ("", None),
        ("nonsense", None),
        ("ACWL!!!", None),
        (forged("alice-at-123456789012"), "alice"),
        (forged("alice+1-at-123456789012"), "alice"),
        (forged("alice-at-999999999999"), None),
        (forged("mallory-at-123456789012"), None),
        (forged("alice-at-123456789012", prefix="ABSK"), "alice"),
    ],
)
def test_tokens_that_are_nobodys_get_401(
    post: Callable[..., Answer],
    key: Key,
    heard: list[BearerCall],
    token: str | None,
    user: str | None,
) -> None:
    answer = post(token)
    assert answer.status == 401
    assert answer.body["message"]
    assert [(call.status, call.user) for call in heard] == [(401, user)]


def test_only_the_bearer_scheme_is_taken(post: Callable[..., Answer], key: Key) -> None:
    assert post(None, Authorization=f"Splunk {key.token}").status == 401
    assert post(None, Authorization=f"Bearer {key.token}").status == 200


def test_a_token_of_another_service_is_refused(
    post: Callable[..., Answer], key: Key, boto: Callable[..., Any]
) -> None:
    made = boto("iam").create_service_specific_credential(
        UserName="alice", ServiceName="bedrock.amazonaws.com"
    )
    assert post(made["ServiceSpecificCredential"]["ServiceCredentialSecret"]).status == 401


def test_deactivated_reset_deleted_and_expired_keys_get_401(
    sandbox: Sandbox, post: Callable[..., Answer], key: Key, boto: Callable[..., Any]
) -> None:
    iam = boto("iam")
    named = {"UserName": "alice", "ServiceSpecificCredentialId": key.id}
    for status, expected in (("Inactive", 401), ("Active", 200)):
        iam.update_service_specific_credential(**named, Status=status)
        assert post(key.token).status == expected
    again = iam.reset_service_specific_credential(**named)["ServiceSpecificCredential"]
    assert post(key.token).status == 401
    assert post(again["ServiceCredentialSecret"]).status == 200
    iam.delete_service_specific_credential(**named)
    assert post(again["ServiceCredentialSecret"]).status == 401
    made = iam.create_service_specific_credential(UserName="alice", ServiceName=LOGS, CredentialAgeDays=1)
    token = made["ServiceSpecificCredential"]["ServiceCredentialSecret"]
    assert post(token).status == 200
    sandbox.world.clock.advance(timedelta(days=1))
    assert post(token).status == 401


def test_policies_decide_over_403(post: Callable[..., Answer], key: Key, boto: Callable[..., Any]) -> None:
    iam = boto("iam")

    def put(name: str, effect: str, action: Any, resource: str = "*") -> None:
        statement = {"Effect": effect, "Action": action, "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_user_policy(UserName="alice", PolicyName=name, PolicyDocument=document)

    put("hold", "Deny", "logs:CallWithBearerToken")
    denied = post(key.token)
    assert denied.status == 403
    assert "explicit deny" in denied.body["message"]
    iam.delete_user_policy(UserName="alice", PolicyName="hold")
    assert post(key.token).status == 200
    iam.detach_user_policy(UserName="alice", PolicyArn=ACCESS)
    assert "no identity-based policy allows" in post(key.token).body["message"]
    put("half", "Allow", "logs:CallWithBearerToken")
    assert "logs:PutLogEvents" in post(key.token).body["message"]
    put("rest", "Allow", "logs:PutLogEvents", f"arn:aws:logs:*:*:log-group:{GROUP}:*")
    assert post(key.token).status == 200
    iam.create_group(GroupName="held")
    iam.put_group_policy(
        GroupName="held",
        PolicyName="hold",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Deny", "Action": "logs:*", "Resource": "*"}],
            }
        ),
    )
    iam.add_user_to_group(GroupName="held", UserName="alice")
    assert post(key.token).status == 403
    iam.remove_user_from_group(GroupName="held", UserName="alice")
    iam.put_user_permissions_boundary(
        UserName="alice", PermissionsBoundary="arn:aws:iam::aws:policy/IAMFullAccess"
    )
    assert post(key.token).status == 403


def test_the_groups_switch_and_its_absence(
    post: Callable[..., Answer], key: Key, boto: Callable[..., Any], heard: list[BearerCall]
) -> None:
    logs = boto("logs")
    logs.put_bearer_token_authentication(logGroupIdentifier=GROUP, bearerTokenAuthenticationEnabled=False)
    assert post(key.token).status == 403
    logs.put_bearer_token_authentication(logGroupIdentifier=GROUP, bearerTokenAuthenticationEnabled=True)
    assert post(key.token).status == 200
    assert post(key.token, group="/app/none").status == 404
    assert post(key.token, stream="none").status == 404
    assert post(key.token, group=None).status == 400
    assert post(key.token, b"{broken").status == 400
    assert post(key.token, method="PUT").status == 405
    assert [call.status for call in heard] == [403, 200, 404, 404, 400, 400, 405]
    assert [call.user for call in heard[:6]] == ["alice"] * 6


def test_another_region_has_its_own_groups(
    post: Callable[..., Answer], key: Key, boto: Callable[..., Any], heard: list[BearerCall]
) -> None:
    assert post(key.token, Host="logs.eu-west-1.amazonaws.com").status == 404
    logs = boto("logs", region="eu-west-1")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    logs.put_bearer_token_authentication(logGroupIdentifier=GROUP, bearerTokenAuthenticationEnabled=True)
    assert post(key.token, Host="logs.eu-west-1.amazonaws.com").status == 200
    assert post(key.token, X_Sandbox_Region="eu-west-1").status == 200
    assert post(key.token, X_Sandbox_Region="mars-north-1").status == 400
    assert [call.region for call in heard[:3]] == ["eu-west-1"] * 3


def test_changes_of_iam_are_seen_late_where_it_is_told_so(
    sandbox: Sandbox, post: Callable[..., Answer], key: Key, boto: Callable[..., Any]
) -> None:
    iam, clock = boto("iam"), sandbox.world.clock
    sandbox.world.settings.consistency_lag = 600
    named = {"UserName": "alice", "ServiceSpecificCredentialId": key.id}
    iam.update_service_specific_credential(**named, Status="Inactive")
    assert (
        iam.list_service_specific_credentials(UserName="alice")["ServiceSpecificCredentials"][0]["Status"]
        == "Inactive"
    )
    assert post(key.token).status == 200
    clock.advance(timedelta(seconds=300))
    iam.update_service_specific_credential(**named, Status="Active")
    iam.detach_user_policy(UserName="alice", PolicyArn=ACCESS)
    assert post(key.token).status == 200
    clock.advance(timedelta(seconds=301))
    assert post(key.token).status == 401
    clock.advance(timedelta(seconds=300))
    assert post(key.token).status == 403
    sandbox.faults.add("consistency:0")
    iam.attach_user_policy(UserName="alice", PolicyArn=ACCESS)
    assert post(key.token).status == 200


def test_a_key_that_was_seeded_is_as_good(sandbox: Sandbox, post: Callable[..., Answer], key: Key) -> None:
    now = sandbox.world.clock.now()
    seeded = sandbox.world.part(CredentialStore).seed("alice", LOGS, created=now - timedelta(days=9))
    assert post(seeded.token).status == 200


def test_a_stream_keeps_only_its_newest_events(
    post: Callable[..., Answer], key: Key, boto: Callable[..., Any]
) -> None:
    lines = b"".join(b'{"n":%d}\n' % n for n in range(9_000))
    for _ in range(2):
        assert post(key.token, lines, path="/ingest/bulk").status == 200
    events = boto("logs").filter_log_events(logGroupName=GROUP)["events"]
    assert len(events) == 10_000
