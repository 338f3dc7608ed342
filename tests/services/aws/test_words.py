"""The sentence leads to the cure: the clock, the policy that denies, the Region, the proxy, the host."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiobotocore.endpoint import AioEndpointCreator
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.aws import errors, ingestion, s3, sending, session
from services.aws.call import Call
from services.aws.errors import (
    AwsError,
    ClockOff,
    Denied,
    NoCredentials,
    NotAws,
    ProxyFailed,
    RegionDisabled,
    TimedOut,
    Unexpected,
    Unreachable,
    Untrusted,
)
from services.aws.session import AwsSession
from tests.services.aws.liar import Asked, Liar, Lie, answer, lying

IDS = {"x-amzn-requestid": "r", "x-amz-request-id": "r"}
LIST_USERS = Call("iam", "ListUsers")
NO_USERS = (
    "<ListUsersResponse><ListUsersResult><Users/><IsTruncated>false</IsTruncated></ListUsersResult>"
    "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListUsersResponse>"
)
SCP = "arn:aws:organizations::111122223333:policy/o-abcdef/service_control_policy/p-12345678"


def in_xml(code: str, message: str) -> str:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"


def in_json(code: str, message: str) -> str:
    return f'{{"__type":"com.amazon.coral.service#{code}","message":"{message}"}}'


async def refused(aws: AwsSession, call: Call = LIST_USERS) -> AwsError:
    with pytest.raises(AwsError) as caught:
        await aws.send(call)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("minutes", [-725, -8, 8, 725])
@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("form", ["query", "json", "s3"])
async def test_a_clock_that_is_off(liar: Liar, aws: AwsSession, minutes: int, dated: bool, form: str) -> None:
    """*minutes* is how far the clock here is ahead; told by the Date, or else by the refusal's words."""
    here = datetime.now(UTC)
    there = here - timedelta(minutes=minutes)
    signed, limit, now = (
        f"{when:%Y%m%dT%H%M%SZ}"
        for when in (here, there + timedelta(minutes=5 if minutes > 0 else -5), there)
    )
    if minutes < 0:
        said = f"Signature expired: {signed} is now earlier than {limit} ({now} - 5 min.)"
    else:
        said = f"Signature not yet current: {signed} is still later than {limit} ({now} + 5 min.)"
    dates = {"Date": format_datetime(there, usegmt=True)} if dated else {}
    match form:
        case "query":
            call, body = LIST_USERS, in_xml("SignatureDoesNotMatch", said)
        case "json":
            call, body = Call("logs", "DescribeLogGroups"), in_json("InvalidSignatureException", said)
        case _:
            call = Call("s3", "ListObjectsV2", {"Bucket": "trail"})
            body = "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message>"
            body += "</Error>"
    liar.lie = lambda asked: Lie(answer(403, body, IDS | dates))
    error = await refused(aws, call)
    assert isinstance(error, ClockOff)
    assert not error.outcome_unknown
    if dated or form != "s3":
        length = "8 min" if abs(minutes) == 8 else "12 h"
        assert f"this machine's clock is {length}" in str(error).replace("7 min", "8 min")
        assert ("ahead of" if minutes > 0 else "behind") in str(error)
    else:
        assert "this machine's clock is wrong" in str(error)
    assert "Set this machine's clock" in str(error)


@pytest.mark.parametrize("minutes", [-4, 4])
async def test_a_clock_that_is_off_is_noticed_before_aws_refuses(
    liar: Liar, aws: AwsSession, minutes: int
) -> None:
    there = datetime.now(UTC) - timedelta(minutes=minutes)
    liar.lie = lambda asked: Lie(answer(200, NO_USERS, {"Date": format_datetime(there, usegmt=True)}))
    await aws.send(LIST_USERS)
    assert aws.clock_ahead is not None
    assert abs(aws.clock_ahead - timedelta(minutes=minutes)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("said", "reason", "cure"),
    [
        (f"with an explicit deny in a service control policy: {SCP}", SCP, "whoever manages that policy"),
        ("with an explicit deny in a permissions boundary", "permissions boundary", "whoever manages that"),
        (
            "because no identity-based policy allows the iam:ListUsers action",
            "no identity-based",
            "Ask for it",
        ),
        (
            "because no VPC endpoint policy allows the iam:ListUsers action",
            "VPC endpoint policy",
            "Ask for it",
        ),
    ],
)
async def test_the_reason_of_a_denial_is_kept_whole(
    liar: Liar, aws: AwsSession, said: str, reason: str, cure: str
) -> None:
    who = f"arn:aws:sts::123456789012:assumed-role/{'r' * 64}/{'s' * 64}"
    what = f"arn:aws:iam::123456789012:user/{'p' * 500}/web"
    message = f"User: {who} is not authorized to perform: iam:ListUsers on resource: {what} {said}"
    liar.lie = lambda asked: Lie(answer(403, in_xml("AccessDenied", message)))
    error = await refused(aws)
    assert isinstance(error, Denied)
    assert (error.action, error.resource) == ("iam:ListUsers", what)
    assert reason in str(error)
    assert cure in str(error)


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "InvalidClientTokenId"])
async def test_a_region_that_is_not_enabled(liar: Liar, aws: AwsSession, code: str) -> None:
    call = Call("logs", "DescribeLogGroups", {}, "af-south-1")

    def lie(asked: Asked) -> Lie:
        if "/af-south-1/" in asked.headers["authorization"]:
            return Lie(
                answer(400, in_json(code, "The security token included in the request is invalid."), IDS)
            )
        return Lie(answer(200, NO_USERS))

    liar.lie = lie
    first = await refused(aws, call)
    assert isinstance(first, NoCredentials), "nothing is known yet of the credentials"
    await aws.send(LIST_USERS)
    error = await refused(aws, call)
    assert isinstance(error, RegionDisabled)
    assert "af-south-1 not enabled in this account" in str(error)


async def test_a_region_that_says_so(liar: Liar, aws: AwsSession) -> None:
    said = "The AWS Access Key Id needs a subscription for the service"
    liar.lie = lambda asked: Lie(answer(403, in_json("OptInRequired", said), IDS))
    error = await refused(aws, Call("logs", "DescribeLogGroups", {}, "af-south-1"))
    assert "af-south-1 is not enabled in this account" in str(error)


@pytest.mark.parametrize("status", [403, 407, 502, 503, 511])
async def test_a_page_of_a_proxy_is_no_missing_permission(liar: Liar, aws: AwsSession, status: int) -> None:
    page = "<html><body>Blocked</body></html>"
    liar.lie = lambda asked: Lie(answer(status, "" if asked.method == "HEAD" else page))
    for call in (
        LIST_USERS,
        Call("logs", "DescribeLogGroups"),
        Call("s3", "HeadBucket", {"Bucket": "trail"}),
    ):
        error = await refused(aws, call)
        assert isinstance(error, NotAws)
        assert error.outcome_unknown
        assert f"{status}" in str(error)
        assert "proxy" in str(error)


async def test_a_refusal_of_a_second_attempt_says_nothing_of_the_first(liar: Liar, aws: AwsSession) -> None:
    given = 0

    def lie(asked: Asked) -> Lie:
        nonlocal given
        given += 1
        return Lie(
            answer(503, "<a>busy</a>") if given == 1 else answer(404, in_xml("NoSuchEntity", "no such key"))
        )

    liar.lie = lie
    params = {"UserName": "web", "PolicyName": "p"}
    error = await refused(aws, Call("iam", "DeleteUserPolicy", params))
    assert isinstance(error, Unexpected)
    assert error.outcome_unknown
    assert "no such key" in str(error)
    given = 1
    error = await refused(aws, Call("iam", "DeleteUserPolicy", params))
    assert not error.outcome_unknown


@pytest.mark.parametrize("status", [403, 407, 502])
async def test_a_proxy_that_lets_nobody_through(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    async with lying() as liar, AwsSession(regions=("us-east-1",), endpoint_url="https://iam.example") as aws:
        proxy = f"http://me:hunter2@127.0.0.1:{liar.port}"
        monkeypatch.setattr(AioEndpointCreator, "_get_proxies", lambda self, url: {"https": proxy})
        _made_up(monkeypatch)
        liar.lie = lambda asked: Lie(answer(status, "Blocked"))
        error = await refused(aws)
        assert isinstance(error, ProxyFailed)
        for part in (f"127.0.0.1:{liar.port}", "iam.example", str(status), "HTTPS_PROXY"):
            assert part in str(error)
        assert "hunter2" not in str(error)


async def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lying() as liar:
        port = liar.port
    monkeypatch.setattr(
        AioEndpointCreator, "_get_proxies", lambda self, url: {"https": f"http://127.0.0.1:{port}"}
    )
    _made_up(monkeypatch)
    async with AwsSession(regions=("us-east-1",), endpoint_url="https://iam.example") as aws:
        error = await refused(aws)
    assert isinstance(error, ProxyFailed)
    assert f"127.0.0.1:{port}" in str(error)


@pytest.mark.parametrize("name", ["127.0.0.1", "elsewhere.example"])
async def test_a_certificate_that_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    _made_up(monkeypatch)
    file = _certificate(tmp_path, name)
    async with (
        _with_tls(file) as port,
        AwsSession(regions=("us-east-1",), endpoint_url=f"https://127.0.0.1:{port}") as aws,
    ):
        error = await refused(aws)
        assert isinstance(error, Untrusted)
        assert "the certificate of 127.0.0.1 is not trusted (self" in str(error)
        assert "AWS_CA_BUNDLE" in str(error)
    if name == "127.0.0.1":
        return
    monkeypatch.setenv("AWS_CA_BUNDLE", str(file))
    async with (
        _with_tls(file) as port,
        AwsSession(regions=("us-east-1",), endpoint_url=f"https://127.0.0.1:{port}") as aws,
    ):
        error = await refused(aws)
        assert "127.0.0.1" in str(error)
        assert "mismatch" in str(error)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9", "no connection to 127.0.0.1"),
        ("http://nobody.invalid", "no connection to nobody.invalid"),
        ("localhost:5000", "localhost:5000"),
        ("http://[::1", "AWS_ENDPOINT_URL"),
    ],
)
async def test_an_endpoint_that_is_not_there(monkeypatch: pytest.MonkeyPatch, url: str, words: str) -> None:
    _made_up(monkeypatch)
    async with AwsSession(regions=("us-east-1",), endpoint_url=url) as aws:
        error = await refused(aws)
    assert words in str(error)


async def test_a_helper_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[profile helped]\ncredential_process = /no/such/helper --json\nregion = us-east-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    async with AwsSession("helped") as aws:
        error = await refused(aws)
    assert isinstance(error, NoCredentials)
    assert "/no/such/helper" in str(error)


@pytest.mark.parametrize("said", ["not JSON", "[]", '{"Version": 1}', '{"Version": 9}', "Welcome\n{}"])
async def test_a_helper_that_says_something_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str
) -> None:
    config, helper = tmp_path / "config", tmp_path / "helper.py"
    helper.write_text(f"print({said!r})")
    config.write_text(
        f"[profile helped]\ncredential_process = {sys.executable} {helper}\nregion = us-east-1\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    async with AwsSession("helped") as aws:
        await refused(aws)


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 So\r\nContent-Length: 100000\r\nx-amz-request-id: r\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def test_a_server_that_drips(liar: Liar, aws: AwsSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CALL_SECONDS", 0.4)
    liar.lie = lambda asked: Lie(_drip)
    error = await refused(aws, Call("iam", "DeleteUser", {"UserName": "web"}))
    assert isinstance(error, TimedOut)
    assert error.outcome_unknown
    assert aws.waiting is None


async def test_an_object_that_drips(liar: Liar, aws: AwsSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PATIENCE_SECONDS", 0.4)
    liar.lie = lambda asked: Lie(_drip)
    with pytest.raises(TimedOut):
        _ = [chunk async for chunk in s3.get_object(aws, "trail", "a")]


async def test_what_is_waited_for_is_known(
    liar: Liar, aws: AwsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "READ_SECONDS", 30)
    heard = asyncio.Event()

    async def hold(writer: asyncio.StreamWriter) -> None:
        heard.set()
        await asyncio.sleep(30)

    liar.lie = lambda asked: Lie(hold)
    asking = asyncio.create_task(aws.send(Call("logs", "DescribeLogGroups", {}, "us-west-2")))
    await heard.wait()
    assert aws.waiting is not None
    assert aws.waiting[0] == "logs DescribeLogGroups in us-west-2"
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert aws.waiting is None


@pytest.mark.parametrize("body", ["{" * 5000, "[" * 100_000, '{"message":{}}', "\xff", '{"message":null}'])
async def test_an_ingestion_endpoint_raises_nothing(liar: Liar, body: str) -> None:
    liar.lie = lambda asked: Lie(answer(401, body, {"X-Odd": "\xff"}))
    found = await ingestion.post_event(liar.url, "token", "g", "s", "m")
    assert found.status in (401, None)


def test_no_sentence_speaks_of_a_screen() -> None:
    kinds = [
        found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, AwsError)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        assert "(!)" not in str(kind("ListUsers", "AWS said something"))
    assert issubclass(TimedOut, Unreachable)


def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")


def _certificate(folder: Path, name: str) -> Path:
    key, subject = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
    )
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = (
        [x509.IPAddress(ipaddress.ip_address(name))] if name[0].isdigit() else [x509.DNSName(name)]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@asynccontextmanager
async def _with_tls(file: Path) -> AsyncIterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = await asyncio.start_server(Liar().serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
