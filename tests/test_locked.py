"""A fresh clone installs exactly what is named here, by hash, and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
TO_RUN = [*PROJECT["project"]["dependencies"], *EXTRAS["sandbox"], *PROJECT["dependency-groups"]["build"]]
_LOCKED = re.compile(r"[A-Za-z0-9._-]+==[^\s;]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+")


def locked(name: str) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for entry in re.split(r"\n(?! )", (ROOT / name).read_text().strip()):
        assert _LOCKED.fullmatch(entry), f"no version, or no hash: {entry[:80]}"
        requirement = Requirement(entry.partition(" \\\n")[0])
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


@pytest.mark.parametrize(
    ("name", "needed"), [("constraints.txt", TO_RUN), ("constraints-dev.txt", [*TO_RUN, *EXTRAS["dev"]])]
)
def test_all_that_is_needed_is_named_with_its_hash(name: str, needed: list[str]) -> None:
    there = locked(name)
    for text in needed:
        requirement = Requirement(text)
        versions = there.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name}: make constraints"
        for each in versions:
            assert str(each.specifier).removeprefix("==") in requirement.specifier, (
                f"{each}: make constraints"
            )


def test_both_name_the_same_versions_and_the_tools_are_in_one() -> None:
    run, develop = locked("constraints.txt"), locked("constraints-dev.txt")
    for name, versions in run.items():
        assert {str(each.specifier) for each in versions} == {str(each.specifier) for each in develop[name]}
    assert not {"pytest", "mypy", "ruff", "uv"} & set(run)


def test_the_build_back_end_that_is_locked_is_the_one_that_builds() -> None:
    (back_end,) = PROJECT["build-system"]["requires"]
    assert back_end in PROJECT["dependency-groups"]["build"]


def test_nothing_is_installed_otherwise() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "--require-hashes --only-binary :all:" in makefile
    installs = [line for line in makefile.splitlines() if "install " in line and not line.startswith("#")]
    assert all("--require-hashes" in line or "--no-index --no-build-isolation" in line for line in installs)
