"""Every route of the sandbox, asked by those who are to be refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from botocore.loaders import Loader
from moto.moto_api._internal.urls import url_paths

from sandbox.logs import ingest
from sandbox.wire.dispatch import MOUNTED
from sandbox.wire.server import Sandbox
from tests.samples import share
from tests.sandbox.signed import connect, headers_of, send

Boto = Callable[..., Any]

CONTROL = {"/moto-api/" + path.partition("/moto-api/")[2] for path in url_paths} - {"/moto-api/"}
UNSIGNED = {
    "/favicon.ico",
    "/latest/meta-data/iam",
    "/latest/api/token",
    "/us-east-1_x/.well-known/jwks.json",
}
PLACES = re.compile(r"\{[^}]*\}")
REFUSED = re.compile(
    rb"MissingAuthenticationToken|AccessDenied|InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId"
    rb"|SignatureDoesNotMatch|InvalidSignature|RequestTimeTooSkewed|IncompleteSignature"
    rb"|AuthorizationHeaderMalformed|InvalidToken|host isn't the sandbox's|Web pages aren't served"
)


@dataclass(frozen=True)
class Route:
    """One way in; *service* is the name it is signed for."""

    service: str
    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@cache
def routes() -> tuple[Route, ...]:
    """Each method and path of each service's model, and what moto's server has beside the services."""
    return (
        *_of_the_models(),
        *(Route("s3", method, path) for path in sorted(CONTROL | UNSIGNED) for method in ("GET", "POST")),
    )


def _of_the_models() -> Iterator[Route]:
    seen = set()
    for name in sorted(MOUNTED | {"accessanalyzer"}):
        model = Loader().load_service_model(name, "service-2")
        signed_for = model["metadata"].get("signingName", model["metadata"]["endpointPrefix"])
        for operation, details in model["operations"].items():
            path = PLACES.sub("x", details["http"]["requestUri"])
            route = Route(signed_for, details["http"]["method"], path)
            if route in seen:
                continue
            seen.add(route)
            yield replace(route, **_content(model["metadata"], operation))


def _content(metadata: dict[str, Any], operation: str) -> dict[str, Any]:
    match metadata["protocol"]:
        case "query":
            body = f"Action={operation}&Version={metadata['apiVersion']}".encode()
            return {"body": body, "headers": (("Content-Type", "application/x-www-form-urlencoded"),)}
        case "json" | "smithy-rpc-v2-cbor":
            return {"body": b"{}", "headers": (("X-Amz-Target", f"{metadata['targetPrefix']}.{operation}"),)}
        case _:
            return {}


@dataclass(frozen=True)
class Caller:
    """Makes the headers of a request; *inactive* and *session* are keys of the account."""

    sandbox: Sandbox
    inactive: tuple[str, str]
    session: tuple[str, str, str]

    def signed(self, route: Route, **how: Any) -> dict[str, str]:
        given = dict(route.headers) | how.pop("headers", {})
        body, path = how.pop("body", route.body), how.pop("path", route.path)
        return headers_of(self.sandbox, route.service, route.method, path, body, given, **how)

    def unsigned(self, route: Route) -> dict[str, str]:
        return dict(route.headers)

    def presigned(self, route: Route) -> dict[str, str]:
        return dict(route.headers) | {"Authorization": "AWS4-HMAC-SHA256"}

    def basic(self, route: Route) -> dict[str, str]:
        return dict(route.headers) | {"Authorization": "Basic QTpC"}

    def wrong_secret(self, route: Route) -> dict[str, str]:
        return self.signed(route, key=(self.sandbox.access_key_id, "x" * 40))

    def unknown_key(self, route: Route) -> dict[str, str]:
        return self.signed(route, key=("AKIAIOSFODNN7EXAMPLE", self.sandbox.secret_access_key))

    def inactive_key(self, route: Route) -> dict[str, str]:
        return self.signed(route, key=self.inactive)

    def session_without_token(self, route: Route) -> dict[str, str]:
        return self.signed(route, key=self.session[:2])

    def session_with_another_token(self, route: Route) -> dict[str, str]:
        return self.signed(route, key=(*self.session[:2], "another"))

    def token_of_no_session(self, route: Route) -> dict[str, str]:
        return self.signed(
            route, key=(self.sandbox.access_key_id, self.sandbox.secret_access_key, self.session[2])
        )

    def another_body(self, route: Route) -> dict[str, str]:
        return self.signed(route, body=route.body + b"x")

    def another_path(self, route: Route) -> dict[str, str]:
        return self.signed(route, path=route.path.partition("?")[0] + "y")

    def another_query(self, route: Route) -> dict[str, str]:
        return self.signed(route, path=route.path + ("&" if "?" in route.path else "?") + "z=1")

    def header_added(self, route: Route) -> dict[str, str]:
        return self.signed(route) | {"X-Amz-Copy-Source": "/theirs/key"}

    def another_signature(self, route: Route) -> dict[str, str]:
        made = self.signed(route)
        return made | {"Authorization": re.sub(r"[0-9a-f]$", "g", made["Authorization"])}

    def stale(self, route: Route) -> dict[str, str]:
        return self.signed(route, at=datetime.now(UTC) - timedelta(minutes=6))

    def from_the_future(self, route: Route) -> dict[str, str]:
        return self.signed(route, at=datetime.now(UTC) + timedelta(minutes=6))

    def foreign_host(self, route: Route) -> dict[str, str]:
        return self.signed(route, headers={"Host": "rebound.example"})

    def foreign_port(self, route: Route) -> dict[str, str]:
        return self.signed(route, headers={"Host": "127.0.0.1:1"})

    def host_of_aws(self, route: Route) -> dict[str, str]:
        return self.signed(route, headers={"Host": f"{route.service}.us-east-1.amazonaws.com"})

    def of_a_page(self, route: Route) -> dict[str, str]:
        return self.signed(route) | {"Origin": "https://page.example"}

    def of_this_page(self, route: Route) -> dict[str, str]:
        return self.signed(route) | {"Origin": self.sandbox.endpoint_url}

    def of_no_page(self, route: Route) -> dict[str, str]:
        return self.signed(route) | {"Origin": "null"}


PARTS = 4

WRONG = tuple(
    name
    for name, value in vars(Caller).items()
    if callable(value) and not name.startswith("_") and name != "signed"
)


@pytest.fixture
def caller(sandbox: Sandbox, boto: Boto) -> Caller:
    iam = boto("iam")
    iam.create_user(UserName="witness")
    made = iam.create_access_key(UserName="witness")["AccessKey"]
    iam.update_access_key(UserName="witness", AccessKeyId=made["AccessKeyId"], Status="Inactive")
    role = boto("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="night")
    session = role["Credentials"]
    return Caller(
        sandbox,
        (made["AccessKeyId"], made["SecretAccessKey"]),
        (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]),
    )


@pytest.mark.parametrize("how", WRONG)
def test_whoever_has_no_key_is_refused_on_every_route(
    caller: Caller, boto: Boto, how: str, counted: Callable[[str], None]
) -> None:
    """Of the routes a share by each caller; every route is tried by several of them."""
    asked: list[object] = []
    caller.sandbox.world.on_api_call.append(asked.append)
    statuses: Counter[int] = Counter()
    tried = share(routes(), PARTS, WRONG.index(how))
    with closing(connect(caller.sandbox)) as connection:
        for route in tried:
            status, answer = send(
                connection, route.method, route.path, route.body, getattr(caller, how)(route)
            )
            statuses[status] += 1
            assert status in (400, 403), (route, answer)
            assert route.method == "HEAD" or REFUSED.search(answer), (route, answer)
    assert asked == []
    assert {each["UserName"] for each in boto("iam").list_users()["Users"]} == {"responder", "witness"}
    counted(f"{how}: {len(tried)} of {len(routes())} routes refused, {dict(statuses)}")


def test_the_same_requests_are_let_in_where_they_are_signed(
    caller: Caller, counted: Callable[[str], None]
) -> None:
    with closing(connect(caller.sandbox)) as connection:
        for route in routes():
            connection.request(route.method, route.path, route.body, caller.signed(route))
            answer = connection.getresponse()
            told = answer.read() + answer.getheader("x-amzn-ErrorType", "").encode()
            assert not REFUSED.search(told), (route, told)
            # And no page may read it.
            assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-control")]
    assert len(routes()) > 150
    counted(f"{len(routes())} routes let in")


@pytest.mark.parametrize("path", sorted(ingest.READERS))
def test_the_bearer_endpoints_go_by_their_tokens_host_and_origin(sandbox: Sandbox, path: str) -> None:
    bearer = {"Authorization": "Bearer nobody's"}
    with closing(connect(sandbox)) as connection:
        for headers, wanted in (
            (bearer, 401),
            ({}, 401),
            (bearer | {"Host": "rebound.example"}, 403),
            (bearer | {"Origin": "https://page.example"}, 403),
        ):
            assert send(connection, "POST", path, b"{}", headers)[0] == wanted, headers


@pytest.mark.parametrize("how", ["http://rebound.example{}", "http://127.0.0.1:1{}", "//rebound.example{}"])
def test_a_host_in_the_request_line_counts(sandbox: Sandbox, how: str) -> None:
    (path, *_) = sorted(ingest.READERS)
    for target, wanted in (
        (how.format(path), {403, 404}),
        (f"{sandbox.endpoint_url}{path}", {401}),
        ("rebound.example:443", {403}),
    ):
        with closing(connect(sandbox)) as connection:
            assert send(connection, "POST", target, b"{}", {"Authorization": "Bearer x"})[0] in wanted, target


def test_motos_own_controls_are_shut_to_who_signs_too(
    sandbox: Sandbox, boto: Boto, counted: Callable[[str], None]
) -> None:
    boto("iam").create_user(UserName="stays")
    tried = [(service, path, method) for service in MOUNTED for path in CONTROL for method in ("GET", "POST")]
    with closing(connect(sandbox)) as connection:
        for service, path, method in tried:
            headers = headers_of(sandbox, service, method, path)
            status, answer = send(connection, method, path, b"", headers)
            assert status >= 400, (service, method, path, answer)
    assert "stays" in {each["UserName"] for each in boto("iam").list_users()["Users"]}
    assert len(tried) > 400
    counted(f"{len(tried)} calls of moto's controls refused")
