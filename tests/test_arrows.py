"""Arrows run one way: tui → services → services/aws, and the sandbox stands alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

IMPORT_ALL = """
import importlib, pathlib, sys
for path in sorted(pathlib.Path({package!r}).rglob("*.py")):
    if path.stem not in ("__init__", "__main__"):
        importlib.import_module(".".join(path.with_suffix("").parts))
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


def modules_after_importing(package: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL.format(package=package)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("services", {"textual", "rich", "click", "tui", "sandbox", "moto", "boto3"}),
        ("sandbox", {"textual", "rich", "tui", "services", "aiobotocore"}),
    ],
)
def test_a_room_does_not_know_what_is_above_it(package: str, forbidden: set[str]) -> None:
    loaded = modules_after_importing(package)
    assert package in loaded
    assert not loaded & forbidden


def test_the_aws_wrappers_know_nothing_of_what_uses_them() -> None:
    script = IMPORT_ALL.format(package="services/aws").replace('.partition(".")[0]', "")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    ours = {name for name in done.stdout.split() if name.startswith("services.")}
    assert {name for name in ours if not name.startswith("services.aws")} <= {
        "services.base",
        "services.base.arn",
        "services.base.clock",
        "services.base.documents",
        "services.base.nearest",
        "services.base.spans",
        "services.base.text",
        "services.base.version",
        # How what goes into another's language is quoted.
        "services.quoting",
        "services.quoting.insights",
        "services.quoting.shell",
        "services.quoting.sql",
    }


PURE = (
    "tui/routes.py",
    "tui/host.py",
    "tui/settings/*.py",
    "tui/look/[!rt]*.py",  # roles and themes are made for Textual
    "tui/commands/[!b]*.py",
    "tui/flows/[!gv]*.py",
    "tui/**/commands.py",
    "tui/**/*texts.py",
    "tui/**/*rows.py",
)
"""What is shown, and what can be done, apart from how it is drawn."""


def test_what_is_shown_is_worked_out_without_textual() -> None:
    paths = {path.relative_to(ROOT) for pattern in PURE for path in ROOT.glob(pattern)}
    names = sorted(".".join(path.with_suffix("").parts) for path in paths - {Path("tui/widgets/rows.py")})
    assert len(names) > 40
    script = (
        f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\nprint(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {name for name in done.stdout.split() if name.startswith("textual")}


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["keys", "--help"]])
def test_help_does_not_wait_for_aws_or_the_screen(command: list[str]) -> None:
    code = "import sys; from tui.cli import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"textual", "aiobotocore", "botocore", "moto"} & set(done.stderr.split())


def test_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_files_stay_small() -> None:
    sizes = {
        path.relative_to(ROOT): len(path.read_text().splitlines())
        for room in ("tui", "services", "sandbox")
        for path in (ROOT / room).rglob("*.py")
    }
    assert sizes
    assert {path: size for path, size in sizes.items() if size > 400} == {}
