"""A call that is signed for another service than it is meant for, or for none that there is, is refused."""

from __future__ import annotations

from contextlib import closing

from sandbox.wire.call import SIGNING_NAMES
from sandbox.wire.dispatch import MOUNTED
from sandbox.wire.server import Sandbox
from tests.sandbox.signed import connect, headers_of, send

FORM = "application/x-www-form-urlencoded"
JSON = "application/x-amz-json-1.1"
CALLS: tuple[tuple[str, str, bytes, dict[str, str]], ...] = (
    ("POST", "/", b"Action=ListUsers&Version=2010-05-08", {"Content-Type": FORM}),
    ("POST", "/", b"Action=%00&Version=x", {"Content-Type": FORM}),
    ("POST", "/", b"{}", {"Content-Type": JSON, "X-Amz-Target": "Logs_20140328.DescribeLogGroups"}),
    ("POST", "/", b"{}", {"Content-Type": JSON, "X-Amz-Target": "Logs_20140328.ListUsers"}),
    ("POST", "/", b"\xff\x00", {"Content-Type": JSON, "X-Amz-Target": "nothing"}),
    ("POST", "/listRegions", b"{}", {"Content-Type": "application/json"}),
    ("GET", "/", b"", {}),
    ("PUT", "/a/b/c", b"x", {}),
    ("PATCH", "/x?y=%ff", b"", {}),
)


def test_it_is_never_an_error_of_the_sandbox(sandbox: Sandbox) -> None:
    names = {SIGNING_NAMES.get(each, each): each for each in SIGNING_NAMES}
    for service in sorted(MOUNTED):
        signed_for = names.get(service, service)
        for method, path, body, headers in CALLS:
            with closing(connect(sandbox)) as connection:
                sent = headers_of(sandbox, signed_for, method, path, body, headers)
                status, answer = send(connection, method, path, body, sent)
            assert status != 500, (service, method, path, headers, answer)
            assert status < 500 or b"NotImplemented" in answer
