"""Files are made, written and locked in one place, so that what holds there holds for all of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WRITES = {"write_text", "write_bytes", "mkdir", "touch", "symlink_to", "hardlink_to", "mkstemp", "mkdtemp"}
OF_OS = {"open", "mkdir", "makedirs", "mknod", "mkfifo", "rename", "symlink", "link"}
THE_PLACE = {"services/base/files.py", "services/base/folders.py"}
# Each opens no file of ours: a folder of its own that goes at once, the terminal, the null device.
OTHERWISE = {
    "services/scan/borrowed.py",
    "tui/shell/screen.py",
    "tui/shell/streams.py",
    "tui/shell/terminalprompt.py",
}


def writes(source: str) -> list[int]:
    """The lines at which a file is opened to be written, or made, or locked."""
    return [
        node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and _writes(node)
    ]


def _writes(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="os" | "shutil"), attr=name):
            return name in OF_OS
        case ast.Attribute(value=ast.Name(id="fcntl")):
            return True
        case ast.Attribute(attr=name) if name in WRITES:
            return True
        case ast.Attribute(attr="open") | ast.Name(id="open"):
            at = 0 if isinstance(call.func, ast.Attribute) else 1
            given = [*call.args[at:], *(word.value for word in call.keywords if word.arg == "mode")]
            return any(
                isinstance(each, ast.Constant) and set(str(each.value)) & set("wax+") for each in given
            )
    return False


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("path.open('w')", 1), ("open(path, 'ab')", 1), ("open(path, mode='x')", 1), ("os.open(path, 0)", 1),
        ("path.write_text('')", 1), ("fcntl.flock(fd, 2)", 1), ("path.open('rb')", 0), ("open(path)", 0),
        ("self.desk.open(key)", 0),
    ],
)  # fmt: skip
def test_the_test_sees(source: str, found: int) -> None:
    assert len(writes(source)) == found


def test_nobody_else_makes_writes_or_locks_a_file() -> None:
    seen = {
        str(path.relative_to(ROOT)): lines
        for room in ("services", "tui")
        for path in (ROOT / room).rglob("*.py")
        if (lines := writes(path.read_text(encoding="utf-8")))
    }
    assert set(seen) >= {"services/base/files.py"}
    assert {name: lines for name, lines in seen.items() if name not in THE_PLACE | OTHERWISE} == {}
