"""No circle of imports anywhere: those for annotations, and those inside functions, counted too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def modules(package: str) -> dict[str, Path]:
    paths = (path.relative_to(ROOT) for path in (ROOT / package).rglob("*.py"))
    return {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def imported(path: Path, known: dict[str, Path]) -> set[str]:
    """What the file at *path* imports of *known*, wherever in it."""
    found = set[str]()
    for node in statements(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out"
            # A name of a package is one of its modules; of a module, something in it.
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else str(node.module) for name in names}
    return found & known.keys()


def statements(of: ast.AST) -> Iterator[ast.AST]:
    """All that stand in it, however deep; what they are made of holds no import."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for each in getattr(of, field, ()) if not isinstance(of, ast.expr) else ():
            yield each
            yield from statements(each)


def circles(edges: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """The modules that come back to themselves, each circle whole (by Tarjan)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[tuple[str, ...]] = []

    def visit(module: str) -> None:
        order[module] = low[module] = len(order)
        stack.append(module)
        for other in edges[module]:
            if other not in order:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], order[other])
        if low[module] == order[module]:
            circle = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(circle) > 1 or module in edges[module]:
                found.append(tuple(sorted(circle)))

    for module in edges:
        if module not in order:
            visit(module)
    return found


@pytest.mark.parametrize("package", ["tui", "services", "sandbox", "tests", "bench"])
def test_no_module_comes_back_to_itself(package: str) -> None:
    known = modules(package)
    assert circles({module: imported(path, known) for module, path in known.items()}) == []


def test_a_circle_is_found() -> None:
    edges: dict[str, set[str]] = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"e"}}
    assert circles(edges) == [("a", "b", "c"), ("e",)]


NAMES = ("two", "three", "four", "five", "six", "seven", "eight", "nine")


def test_an_import_counts_wherever_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "one.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from tui.two import Two\n"
        "def late():\n    from tui import three\n    import tui.four\n"
        "try:\n    import tui.five\nexcept ImportError:\n    import tui.six\nelse:\n    import tui.seven\n"
        "finally:\n    match 1:\n        case 1:\n            import tui.eight\n"
    )
    known = dict.fromkeys((f"tui.{name}" for name in NAMES), file)
    assert imported(file, known) == known.keys() - {"tui.nine"}
