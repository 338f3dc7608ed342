"""Private names of Textual stand in one file, which holds for one release of it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from textual._compositor import Compositor
from textual.app import App
from textual.driver import Driver
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

ROOT = Path(__file__).parents[3]
INTERNALS = "tui/frame/internals.py"

HOLDS_FOR = "8.2.8"
"""The release that those names were read in. Where this fails, read them again in the new one: is each still
called, with the same parameters, at the same moment?"""


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@cache
def names_of(cls: type) -> frozenset[str]:
    """The private names of *cls*, which is Textual's, and those that its methods keep in themselves."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(cls)))
    kept = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and own(node)}
    return frozenset(name for name in {*vars(cls), *kept} if private(name))


def own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def textuals(cls: type) -> set[str]:
    """What *cls* has of Textual's private names."""
    return {name for base in cls.__mro__ if base.__module__.startswith("textual") for name in names_of(base)}


@cache
def known() -> frozenset[str]:
    return frozenset().union(*map(textuals, (App, ModalScreen, Widget, Input, Driver, Compositor)))


def used(path: Path) -> Iterator[str]:
    """Textual's private names that are imported, used of something, or used or taken by our subclasses."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import))
    others = {alias.asname or alias.name for node in imports for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in others:
            continue  # os._exit is not the app's
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual"):
            yield from (part for part in (node.module or "").split(".") if private(part))
        elif isinstance(node, ast.Attribute) and not own(node) and node.attr in known():
            yield node.attr
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            theirs = textuals(getattr(module, node.name))
            yield from (name for name in taken(node) if name in theirs)


def taken(cls: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(cls):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Attribute(attr=name) if own(node):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name


def test_private_names_of_textual_stand_in_one_file() -> None:
    assert {"_display", "_driver", "_shutdown", "_check_bindings", "_result_callbacks"} <= known()
    found = {str(path.relative_to(ROOT)): set(used(path)) for path in (ROOT / "tui").rglob("*.py")}
    assert {path: names for path, names in found.items() if names and path != INTERNALS} == {}
    assert found[INTERNALS] >= {"_compositor", "_display", "_driver", "_shutdown"}


def test_they_were_read_in_the_release_that_is_installed() -> None:
    assert version("textual") == HOLDS_FOR
    assert f"textual=={HOLDS_FOR}" in (ROOT / "constraints.txt").read_text()
