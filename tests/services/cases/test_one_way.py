"""Every change in AWS goes by the one sender: nothing else sends a call that does not read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import services
from services.aws.call import Call

ROOT = Path(services.__file__).parent.parent
SENDER = "services/cases/sender.py"
READERS = {
    "services/aws/session.py": "read() makes reading calls alone, by their names",
    "services/aws/transport.py": "it is below the session, and carries what that sends",
    "services/rights/abilities.py": "probes are reads",
}
"""Whatever else calls `send` of a session, and why that changes nothing."""


def sources(*names: str) -> Iterator[tuple[str, ast.Module]]:
    """The files that have one of those *names* anywhere in them."""
    for room in ("services", "tui"):
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if any(name in text for name in names):
                yield path.relative_to(ROOT).as_posix(), ast.parse(text)


def sends(tree: ast.Module) -> list[int]:
    """Lines that call ``.send(…)`` of whatever, or take it to be called."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "send" and isinstance(node.ctx, ast.Load)
    ]


def reads(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Operations that are named to ``.read(service, operation, …)``, and to ``lister``."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="read"), args=[_, ast.Constant(value=str(name)), *_]):
                yield node.lineno, name
            case ast.Call(func=ast.Name(id="lister"), args=[_, _, ast.Constant(value=str(name)), *_]):
                yield node.lineno, name
            case _:
                pass


def test_nothing_but_the_sender_sends() -> None:
    found = {path: lines for path, tree in sources(".send") if (lines := sends(tree)) and path not in READERS}
    # The engines go on to the sender, by a method of their own name or by the module's.
    assert {path for path in found if path != SENDER} <= {"services/cases/engine.py"}, found
    (engine,) = [tree for path, tree in sources(".send") if path == "services/cases/engine.py"]
    for node in ast.walk(engine):
        if isinstance(node, ast.Attribute) and node.attr == "send":
            assert isinstance(node.value, ast.Name)
            assert node.value.id == "sender"


def test_nothing_but_the_sender_uploads() -> None:
    asked = [
        path
        for path, tree in sources(".upload")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "upload"
    ]
    assert asked == [SENDER]


def test_what_is_read_by_name_changes_nothing() -> None:
    named = [(path, line, name) for path, tree in sources(".read", "lister") for line, name in reads(tree)]
    assert len(named) > 40
    # Of a query its text tells: Athena's are SELECTs, which the session's own tests hold it to.
    wrong = [each for each in named if each[2] != "StartQueryExecution" and not Call("", each[2]).reads]
    assert wrong == [], "a change was sent as if it were a read"


def test_no_client_of_botocores_is_asked_past_the_session() -> None:
    allowed = {"services/aws/session.py", "services/aws/ingestion.py"}
    for path, tree in sources(".client"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "client" and path not in allowed:
                assert not isinstance(node.value, ast.Name) or node.value.id != "aws", (path, node.lineno)
