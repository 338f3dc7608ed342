"""Lays out what goes into the one file: the program and what it needs, as installed here, and no more."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from importlib.metadata import Distribution, PackagePath, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sandbox.wire.dispatch import MOUNTED
from services.aws.endpoints import SERVICES

ROOT = Path(__file__).parent.parent
EXTRAS = ("sandbox",)
"""The demo is in the file; a query engine for its Athena isn't."""
SIGN_IN = ("signin", "sso", "sso-oidc", "sts")
_DATA = "botocore/data/"
_USED_OF_MOTO = """
import pkgutil, sys
from importlib import import_module
import sandbox
for module in pkgutil.walk_packages(sandbox.__path__, "sandbox."):
    if not module.name.startswith(("sandbox.athena", "sandbox.lake", "sandbox.__main__")):
        import_module(module.name)
for service in sys.argv[1:]:
    import_module(f"moto.{service}.responses"), import_module(f"moto.{service}.urls")
print(*{name.split(".")[1] for name in sys.modules if name.startswith("moto.")})
"""


class Altered(Exception):
    """What is installed isn't what the lock file names, or what its own record says."""


def needed() -> list[Distribution]:
    """What `stanch[sandbox]` needs on this machine, without stanch itself, by name."""
    found: dict[str, Distribution] = {}
    waiting = [(Requirement(f"stanch[{','.join(EXTRAS)}]"))]
    asked: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        installed = found.setdefault(name, distribution(name))
        for extra in ("", *wanted.extras):
            if (name, extra) in asked:
                continue
            asked.add((name, extra))
            needs = map(Requirement, installed.requires or ())
            waiting += [each for each in needs if not each.marker or each.marker.evaluate({"extra": extra})]
    del found["stanch"]
    return [found[name] for name in sorted(found)]


def locked() -> dict[str, tuple[str, tuple[str, ...]]]:
    """(version, SHA-256 of each of its archives) of every package in constraints.txt."""
    text = (ROOT / "constraints.txt").read_text().replace("\\\n", " ")
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for line in text.splitlines():
        what, *hashes = line.split(" --hash=sha256:")
        name, _, version = what.split(";")[0].strip().partition("==")
        found[canonicalize_name(name)] = (version, tuple(each.strip() for each in hashes))
    return found


def lay_out(stage: Path) -> list[Distribution]:
    """Fill *stage*; raises Altered."""
    versions = locked()
    distributions = needed()
    moto = _used_of_moto()
    for each in distributions:
        name = canonicalize_name(each.name)
        if versions[name][0] != each.version:
            raise Altered(
                f"{name} {each.version} is installed, and constraints.txt names {versions[name][0]}."
            )
        for file in _files(each):
            if _wanted(file.as_posix(), moto):
                _copy(file, stage)
    for room in ("tui", "services", "sandbox"):
        shutil.copytree(ROOT / room, stage / room, ignore=shutil.ignore_patterns("__pycache__"))
    return distributions


def _files(of: Distribution) -> Iterator[PackagePath]:
    for file in of.files or ():
        if file.hash and ".." not in file.parts and "__pycache__" not in file.parts:
            yield file


def _wanted(path: str, moto: frozenset[str]) -> bool:
    if path.startswith(_DATA):
        service, slash, _ = path.removeprefix(_DATA).partition("/")
        return not slash or service in {*SERVICES, *MOUNTED, *SIGN_IN}
    if path.startswith("moto/"):
        return path.removeprefix("moto/").partition("/")[0].removesuffix(".py") in moto
    # What only type checkers and builders read, and a second zstd that CPython does without.
    return not path.endswith((".pyi", ".pyx", ".pxd", ".c", ".h")) and not path.startswith("zstandard/_cffi")


def _used_of_moto() -> frozenset[str]:
    done = subprocess.run(
        [sys.executable, "-c", _USED_OF_MOTO, *sorted(MOUNTED)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return frozenset(("__init__", *done.stdout.split()))


def _copy(file: PackagePath, stage: Path) -> None:
    content = Path(str(file.locate())).read_bytes()
    assert file.hash
    digest = urlsafe_b64encode(hashlib.new(file.hash.mode, content).digest()).decode().rstrip("=")
    if digest != file.hash.value:
        raise Altered(f"{file} isn't what was installed: make .venv anew.")
    there = stage / file
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_bytes(content)
