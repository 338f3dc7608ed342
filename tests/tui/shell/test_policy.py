"""`stanch policy`: the document alone on standard output, and what Access Analyzer says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.server import Sandbox
from services.governance.documents import Kind, Wanted, document
from tests.tui.shell.conftest import Stanch
from tui.cli import Exit


@pytest.mark.parametrize("kind", ["deny", "deny-use", "expiry"])
def test_the_document_alone_is_on_standard_output(stanch: Stanch, kind: str) -> None:
    done = stanch("policy", kind, "--service", "bedrock", "--days", "30")
    assert done.code == Exit.DONE
    assert done.json == document(Wanted(Kind(kind), "bedrock.amazonaws.com", 30))
    assert "characters, white space not counted" in done.err


def test_iam_takes_each_document(stanch: Stanch, boto: Callable[..., Any]) -> None:
    iam = boto("iam")
    iam.create_user(UserName="web")
    for number, arguments in enumerate(
        (("deny",), ("deny-use",), ("expiry", "--allow"), ("write", "--log-group", "/app/web"))
    ):
        text = stanch("policy", *arguments).out
        iam.put_user_policy(UserName="web", PolicyName=f"p{number}", PolicyDocument=text)
    assert len(iam.list_user_policies(UserName="web")["PolicyNames"]) == 4


def test_access_analyzer_is_asked_where_that_is_wanted(stanch: Stanch, sandbox: Sandbox) -> None:
    done = stanch("policy", "expiry", "--validate")
    assert done.code == Exit.DONE
    assert json.loads(done.out)["Version"] == "2012-10-17"
    assert "Access Analyzer has nothing to say against it." in done.err
    sandbox.faults.add("deny:ValidatePolicy")
    done = stanch("policy", "expiry", "--validate")
    assert (done.code, "Not allowed: access-analyzer:ValidatePolicy" in done.err) == (Exit.AWS, True)


def test_mistakes_are_one_line(stanch: Stanch) -> None:
    for arguments, words in (
        (("write",), "Name the log groups"),
        (("deny-use", "--service", "codecommit"), "keys are passwords"),
        (("deny", "--service", "s3"), "s3 has no keys of this kind"),
        (("expiry", "--days", "0"), "0 is not in the range"),
    ):
        done = stanch("policy", *arguments)
        assert (done.code, done.out) == (Exit.USAGE, "")
        assert words in done.err
