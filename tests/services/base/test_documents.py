"""JSON that somebody else wrote."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import services
import tui
from services.aws.call import Call
from services.base import documents
from services.base.documents import DEEPEST
from services.cases.given import document_of
from services.rights import endedsessions, intruderdenies

DEPTHS = (1, DEEPEST - 1, DEEPEST, DEEPEST + 1, 500, 1000, 100_000)
OWN = {
    # What this program wrote itself, or a library that comes with it.
    "services/aws/credentials/regions.py",
    "tui/shell/drill.py",
    "tui/shell/drilling.py",
    "tui/shell/pretend.py",
    # Records, which have ways of their own to be wrong.
    "services/review/record.py",
    "services/review/split.py",
    "services/base/documents.py",
}


def nested(depth: int, kind: str) -> str:
    return "[" * depth + "]" * depth if kind == "list" else '{"a":' * depth + "1" + "}" * depth


@pytest.mark.parametrize("kind", ["list", "object"])
@pytest.mark.parametrize("depth", DEPTHS)
def test_what_is_read_can_be_worked_with(depth: int, kind: str) -> None:
    text = nested(depth, kind)
    try:
        found = documents.parse(text)
    except ValueError:
        assert depth > DEEPEST - 1
        assert documents.mapping(text) is None
        return
    assert depth <= DEEPEST
    assert found == documents.parse(text)
    assert documents.parse(json.dumps(found, indent=2)) == found


@given(st.one_of(st.text(), st.binary()))
def test_whatever_is_there_is_read_or_refused_in_one_way(text: str | bytes) -> None:
    try:
        documents.parse(text)
    except ValueError:
        assert documents.mapping(text) is None


class Told(msgspec.Struct):
    name: str = ""


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"name":5}', b'{"name":"\xff"}', b'{"more":' + b"[" * 100_000, b"\xff\xfe{"],
)
def test_what_is_of_another_kind_is_refused_in_one_way(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        documents.decode(content, Told)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "5", nested(1000, "object"), '{"Statement":' + nested(500, "list") + "}"]
)
def test_policies_that_are_none_are_no_more_than_that(text: str) -> None:
    assert document_of(Call("iam", "PutUserPolicy", {"PolicyDocument": text})) == {}
    assert intruderdenies.denying(text) is None
    assert not intruderdenies.alike(text, intruderdenies.EVERYTHING)
    assert intruderdenies.alike(text, text)
    assert endedsessions.ended_before(text) is None


def test_nobody_reads_json_in_another_way() -> None:
    found = set[str]()
    for package in (services, tui):
        top = Path(package.__path__[0])
        for path in top.rglob("*.py"):
            if any(_reads(node) for node in ast.walk(ast.parse(path.read_text("utf-8")))):
                found.add(path.relative_to(top.parent).as_posix())
    assert found == OWN


def _reads(node: ast.AST) -> bool:
    """Whether it is json.loads, json.load or msgspec.json.decode."""
    match node:
        case ast.Attribute(value=ast.Name(id="json"), attr="loads" | "load"):
            return True
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="msgspec"), attr="json"), attr="decode"):
            return True
    return False
