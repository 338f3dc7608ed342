"""Whatever comes back to each call of the wrappers is an answer or one sentence, and it ends."""

from __future__ import annotations

import asyncio
import inspect
import random
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import boto3
import pytest

from services import aws as wrappers
from services.aws.errors import AwsError, NotAws
from services.aws.session import AwsSession
from tests.samples import EVERYTHING, share
from tests.services.aws.liar import Asked, Liar, Lie, answer
from tests.services.aws.shaped import Shaper, body_of
from tests.services.aws.wrappers import WRAPPERS

HTML = "<!doctype html><html><head><title>Sign in</title></head><body><p>Welcome</body></html>"
IDS = {"x-amzn-requestid": "r", "x-amz-request-id": "r"}
DEEP = 1000
ROUNDS = 25 if EVERYTHING else 6
HARDLY = 1000
"""Nearly always all of such an answer is right."""
PARTS = 12
"""The functions of the services that speak one protocol share the answers among so many of them."""
BODIES: dict[str, str | bytes] = {
    "nothing": "",
    "a page": HTML,
    "a tidy page": "<html><body>Sign in</body></html>",
    "an object": "{}",
    "no object": "[]",
    "a word": '"yes"',
    "null": "null",
    "an element": "<a/>",
    "deep JSON": '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep list": '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
    "deep XML": "<a>" * DEEP + "</a>" * DEEP,
    "entities": '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
    "bytes": bytes(range(256)),
    "UTF-16": "{}".encode("utf-16"),
    "half a letter": b'{"a":"\xc3',
    "an error": '{"__type":"AccessDenied","message":"no"}',
    "an error in XML": "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
    "odd error": '{"__type":5,"message":[1],"code":{}}',
    "odd error in XML": "<Error><Code/><Message><a>b</a></Message></Error>",
    "only an id": "<a><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></a>",
}
HEADERS: dict[str, dict[str, str]] = {
    "gzip": IDS | {"Content-Encoding": "gzip"},
    "no UTF-8": IDS | {"X-Odd": "\xff\xfe"},
    "odd type": IDS | {"Content-Type": "text/html; charset=klingon"},
    "a date that is none": IDS | {"Date": "yesterday"},
    "a date out of time": IDS | {"Date": "Fri, 31 Dec 9999 23:59:59 -2359"},
    "odd errortype": IDS | {"x-amzn-errortype": ":::", "x-amzn-query-error": ";;"},
    "checksum": IDS | {"x-amz-checksum-crc32": "AAAA"},
}


def raw_answers() -> Iterator[tuple[str, bytes]]:
    for name, body in BODIES.items():
        for status in (200, 403, 500):
            for ids in ({}, IDS):
                yield f"{name}, {status}, {'with' if ids else 'no'} id", answer(status, body, ids)
    for name, headers in HEADERS.items():
        for status in (200, 400):
            yield f"{name}, {status}", answer(status, "{}", headers)
    for status in (100, 199, 204, 205, 206, 226, 407, 418, 429, 451, 511, 599, 600, 999):
        yield f"{status}", answer(status, HTML)
    yield "too short", answer(200, "{}", IDS, length=5000)
    yield "too long", answer(200, "{}" * 50, IDS, length=1)
    yield "a length that is none", b"HTTP/1.1 200 So\r\nContent-Length: many\r\n\r\n{}"
    yield "two lengths", b"HTTP/1.1 200 So\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    yield "no HTTP", b"SSH-2.0-OpenSSH_9.9\r\n"
    yield "nothing at all", b""
    yield "a half line", b"HTTP/1.1 20"
    yield "a long line", b"HTTP/1.1 200 " + b"a" * 100_000 + b"\r\n\r\n"
    yield "no chunk", b"HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"
    yield "a chunk too long", b"HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}"


RAW = dict(raw_answers())
SERVICES = sorted({service for service, _ in WRAPPERS.values()})


@cache
def _model(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1").meta.service_model


def _operation(service: str, asked: Asked) -> Any:
    """What was asked for; of services that name it by path, by what the path is."""
    model = _model(service)
    if asked.operation in model.operation_names:
        return model.operation_model(asked.operation)
    path, query = asked.url.partition("?")[::2]
    for name in model.operation_names:
        http = model.operation_model(name).http
        where, what = http["requestUri"].partition("?")[::2]
        if http["method"] != asked.method or where.count("/") != path.count("/"):
            continue
        if service == "s3" and what.split("&")[0] == query.split("=")[0].split("&")[0]:
            return model.operation_model(name)
        if service != "s3" and where.rstrip("/") == path.rstrip("/"):
            return model.operation_model(name)
    name = "ListObjectsV2" if service == "s3" else model.operation_names[0]
    return model.operation_model(name)


async def _ends(aws: AwsSession, call: Any, what: str) -> bool:
    """Whether it was an answer."""
    said = None
    try:
        async with asyncio.timeout(30):
            await call(aws)
    except AwsError as error:
        said = str(error)
    except BaseException as error:
        error.add_note(what)
        raise
    assert said is None or (said.strip() and "\n" not in said), what
    return said is None


def test_no_wrapper_is_left_out() -> None:
    asking = set()
    for file in Path(wrappers.__path__[0]).glob("*.py"):
        module = import_module(f"services.aws.{file.stem}")
        for name, found in inspect.getmembers(module, inspect.isfunction):
            takes = list(inspect.signature(found).parameters.values())[:1]
            ours = found.__module__ == module.__name__ and not name.startswith("_")
            if ours and takes and takes[0].annotation == "AwsSession":
                asking.add(found)
    elsewhere = {"ingestion"}
    assert {found for found in asking if found.__module__.rpartition(".")[2] not in elsewhere} == set(
        WRAPPERS
    )


def _protocol(service: str) -> str:
    return str(_model(service).resolved_protocol)


@pytest.mark.parametrize("service", SERVICES)
async def test_any_bytes(liar: Liar, aws: AwsSession, service: str, counted: Callable[[str], None]) -> None:
    """Every answer to every protocol; where it has several functions, each of them gets a share."""
    calls = [(of, found.__name__, call) for found, (of, call) in WRAPPERS.items()]
    alike = sorted(
        (each for each in calls if _protocol(each[0]) == _protocol(service)), key=lambda each: each[:2]
    )
    told = 0
    for number, (of, name, call) in enumerate(alike):
        if of != service:
            continue
        answers = share(list(RAW.items()), min(PARTS, len(alike)), number)
        told += len(answers)
        for what, said in answers:
            liar.lie = lambda asked, said=said: Lie(said)  # type: ignore[misc]
            answered = await _ends(aws, call, f"{service}.{name}: {what}")
            assert not (answered and " no id" in what and name != "get_alias"), f"{name}: {what}"
    counted(f"{service}: {told} answers of {len(RAW)} kinds to functions")


@pytest.mark.parametrize("service", SERVICES)
async def test_answers_of_the_right_shape_with_something_wrong_in_them(
    liar: Liar, aws: AwsSession, service: str
) -> None:
    calls = {found.__name__: call for found, (of, call) in WRAPPERS.items() if of == service}
    answered = 0
    for name, call in calls.items():
        for number in range(ROUNDS):
            seed = zlib.crc32(f"{service}.{name}.{number}".encode())

            def lie(asked: Asked, seed: int = seed, often: int = (4, 12, HARDLY)[number % 3]) -> Lie:
                # The same answer to the same question, so that whoever asks for ever is found.
                chance = random.Random(seed)
                operation = _operation(service, asked)
                value = Shaper(chance, often).value(operation.output_shape) if operation.output_shape else {}
                said = value if isinstance(value, dict) else {}
                if often == HARDLY:
                    # The last page: else a listing is right only where chance leaves its token out.
                    said = {name: each for name, each in said.items() if not name.endswith("oken")}
                return Lie(answer(200, body_of(operation, said), IDS))

            liar.lie = lie
            answered += await _ends(aws, call, f"{service}.{name}, round {number}")
    assert answered, "none of them was right: the shapes are wrong"


async def test_no_more_is_read_than_is_wanted(
    liar: Liar, aws: AwsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.aws import transport

    monkeypatch.setattr(transport, "MOST_BYTES", 1 << 20)
    sent = 0

    async def pour(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 So\r\nContent-Length: 104857600\r\nx-amzn-requestid: r\r\n\r\n")
        while sent < 104_857_600:
            writer.write(b"a" * 65536)
            sent += 65536
            await writer.drain()

    liar.lie = lambda asked: Lie(pour)
    with pytest.raises(NotAws, match="MB"):
        await aws.read("iam", "ListUsers")
    assert sent < 32 << 20


@pytest.mark.parametrize("operation", ["CreateServiceSpecificCredential", "ResetServiceSpecificCredential"])
@pytest.mark.parametrize("lacks", ["ServiceSpecificCredentialId", "ServiceCredentialSecret", "all"])
async def test_a_key_without_its_id_or_its_secret_is_unknown(
    liar: Liar, aws: AwsSession, operation: str, lacks: str
) -> None:
    from services.aws.call import Call

    made = {
        "UserName": "web",
        "ServiceName": "logs.amazonaws.com",
        "ServiceSpecificCredentialId": "ACCAAAAAAAAAAAAAAAAAA",
        "ServiceCredentialSecret": "s3cr3t",
    }
    made.pop(lacks, None)
    value = {} if lacks == "all" else {"ServiceSpecificCredential": made}
    liar.lie = lambda asked: Lie(answer(200, body_of(_operation("iam", asked), value)))
    params = {"UserName": "web", "ServiceName": "logs.amazonaws.com"}
    if operation.startswith("Reset"):
        params = {"UserName": "web", "ServiceSpecificCredentialId": "ACCAAAAAAAAAAAAAAAAAA"}
    with pytest.raises(NotAws) as caught:
        await aws.send(Call("iam", operation, params))
    assert caught.value.outcome_unknown
    assert "s3cr3t" not in str(caught.value)
