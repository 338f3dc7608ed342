"""The image's recipe: what it copies is there, nobody in particular runs it, and it writes cases alone."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """(instruction, arguments), lines that go on joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def test_every_instruction_is_one_that_builders_know(steps: list[tuple[str, str]]) -> None:
    known = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "ENTRYPOINT"}
    assert {name for name, _ in steps} <= known


def test_what_is_copied_is_in_the_source_and_all_that_the_program_is_built_of(
    steps: list[tuple[str, str]],
) -> None:
    copied = [
        word
        for name, rest in steps
        if name == "COPY" and not rest.startswith("--from")
        for word in shlex.split(rest)[:-1]
    ]
    assert all((ROOT / each).exists() for each in copied)
    assert {"pyproject.toml", "README.md", "LICENSE", "constraints.txt", "services", "tui", "sandbox"} <= {
        *copied
    }


def test_packages_come_by_their_hashes_and_nothing_is_built(steps: list[tuple[str, str]]) -> None:
    installs = [
        part for name, rest in steps if name == "RUN" for part in rest.split("&&") if " install " in part
    ]
    pip = [each for each in installs if "-m pip" in each]
    assert pip
    assert all("--require-hashes --only-binary :all:" in each or "--no-index" in each for each in pip)


def test_it_runs_as_nobody_in_particular_and_writes_only_where_cases_are(
    steps: list[tuple[str, str]],
) -> None:
    last = dict(steps)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last["USER"])
    assert last["VOLUME"] == "/cases"
    assert "STANCH_STATE_DIR=/cases" in last["ENV"]
    assert json.loads(last["ENTRYPOINT"]) == ["/opt/stanch/bin/stanch"]
    after = [name for name, _ in steps[[name for name, _ in steps].index("USER") :]]
    assert "RUN" not in after
