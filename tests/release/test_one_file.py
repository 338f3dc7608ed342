"""The one file runs where there is nothing but Python: no venv, no variables, no network, no packages."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytest.importorskip("shiv")
pytest.importorskip("cyclonedx")

from release.__main__ import build
from release.stage import locked
from services.aws.endpoints import SERVICES
from tests.patience import PATIENCE
from tests.tui.terminal import Terminal

PYTHON = sys._base_executable  # type: ignore[attr-defined]
"""The interpreter itself, which knows nothing of what is installed here."""
CUT_OFF = ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "cut-off"]
SEARCHED = "/usr/sbin:/usr/bin:/sbin:/bin"
LOOK = """
stanch() { "$PYTHON" -P "$FILE" "$@"; }
"$PYTHON" -P "$FILE" sandbox --no-actors > announced & account=$!
trap 'kill $account' EXIT
until grep -q 'Interrupt this' announced; do sleep 0.05; done
. ./announced
stanch keys --json > keys.json || exit
key=$(grep -o 'ACCA[A-Z0-9]*' keys.json | head -1)
stanch respond "$key" --plan --json
"""

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("one file")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def home(made: Path) -> Iterator[Path]:
    """Where it unpacks itself, once for all of these tests."""
    place = made.parent / "home"
    place.mkdir()
    yield place
    shutil.rmtree(place)


def empty(home: Path, *command: str, **more: str) -> list[str]:
    """*command* with no variables but *more*, and, where this machine allows it, with no network."""
    variables = [f"{name}={value}" for name, value in {"HOME": str(home), "PATH": SEARCHED, **more}.items()]
    return ["env", "-i", *variables, *(CUT_OFF if _may_cut_off() else ()), *command]


def _may_cut_off() -> bool:
    try:
        return subprocess.run([*CUT_OFF, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _run(command: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=3 * PATIENCE, check=False)


def test_it_lists_keys_and_plans_in_an_empty_environment(made: Path, home: Path, tmp_path: Path) -> None:
    done = _run(empty(home, "sh", "-c", LOOK, PYTHON=PYTHON, FILE=str(made)), tmp_path)
    assert done.returncode == 0, done.stderr
    keys = json.loads((tmp_path / "keys.json").read_text())
    assert keys["complete"]
    plan = json.loads(done.stdout)
    assert plan["key_id"] in {key["id"] for key in keys["keys"]}
    assert [step["name"] for step in plan["steps"]][:2] == ["deactivate", "review"]


@pytest.mark.pty
def test_its_demo_paints_the_screen_in_an_empty_environment(made: Path, home: Path) -> None:
    command = empty(home, PYTHON, "-P", str(made), "demo", TERM="xterm-256color", LANG="C.UTF-8")
    with Terminal(command) as terminal:
        terminal.wait("This token was found", "ACWL")
        terminal.press("esc")
        terminal.wait_gone("This token was found")
        terminal.press("q")
        assert terminal.wait_end() == 0


def test_another_python_is_told_in_a_sentence(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        archive.extract("site-packages/bin/preamble.py", tmp_path)
    (tmp_path / "_stanch_made_for.py").write_text("VERSION, PLATFORM = (3, 99), 'linux'")
    done = subprocess.run(
        [PYTHON, str(tmp_path / "site-packages/bin/preamble.py")],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(
        "stanch: This file was made for Python 3.99 on linux, and this is Python 3."
    )
    assert len(done.stderr.splitlines()) == 1


def test_it_has_the_data_of_the_services_that_are_asked_and_no_others(made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
    data = {name.split("/")[3] for name in names if name.startswith("site-packages/botocore/data/")}
    assert {*SERVICES, "endpoints.json"} <= data
    assert "rds" not in data
    assert not any("duckdb" in name or "__pycache__" in name for name in names)


def test_what_it_is_made_of_is_told_with_hashes(made: Path) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    bill = made.with_suffix(".cdx.json")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.read_text()) is None
    told = json.loads(bill.read_text())
    lines = [line.split("  ") for line in (made.parent / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, name in lines}
    assert sums == {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in (made, bill)}
    assert told["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": sums[made.name]}]
    with zipfile.ZipFile(made) as archive:
        inside = {
            tuple(name.split("/")[1].removesuffix(".dist-info").lower().replace("_", "-").rsplit("-", 1))
            for name in archive.namelist()
            if name.endswith(".dist-info/METADATA")
        }
    assert {(part["name"], part["version"]) for part in told["components"]} == inside
    for part in told["components"]:
        (archives,) = part["externalReferences"]
        version, hashes = locked()[part["name"]]
        assert part["version"] == version
        assert {each["content"] for each in archives["hashes"]} == set(hashes)
        assert part["licenses"]


def test_what_was_changed_since_it_was_installed_is_not_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.metadata import PackagePath, distribution

    from release import stage

    (file,) = (each for each in distribution("click").files or () if each.name == "termui.py")
    monkeypatch.setattr(PackagePath, "locate", lambda self: tmp_path / "changed")
    (tmp_path / "changed").write_text("import os")
    with pytest.raises(stage.Altered, match=r"click/termui\.py isn't what was installed"):
        stage._copy(file, tmp_path)
