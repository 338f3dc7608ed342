"""`make dist`: the one file for a machine without network and pip, its SHA-256, and what it is made of."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from release import materials
from release.stage import ROOT, lay_out
from services.base.version import VERSION

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def build(folder: Path) -> Path:
    """The file, made anew in *folder*, with SHA256SUMS and its bill of materials beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    platform = sysconfig.get_platform().replace("_", "-")
    file = folder / f"stanch-{VERSION}-python{PYTHON}-{platform}.pyz"
    bill = file.with_suffix(".cdx.json")
    with tempfile.TemporaryDirectory() as place:
        stage = Path(place) / "site-packages"
        distributions = lay_out(stage)
        made_for = f"VERSION, PLATFORM = {tuple(sys.version_info[:2])!r}, {sys.platform!r}\n"
        (stage / "_stanch_made_for.py").write_text(made_for)
        _zip(stage, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    materials.write(file, digest, distributions, bill)
    sums = {file: digest, bill: hashlib.sha256(bill.read_bytes()).hexdigest()}
    (folder / "SHA256SUMS").write_text("".join(f"{each}  {path.name}\n" for path, each in sums.items()))
    return file


def _zip(stage: Path, file: Path) -> None:
    shiv = [sys.executable, "-m", "shiv.cli", "--site-packages", str(stage), "--output-file", str(file)]
    shiv += ["--entry-point", "tui.cli:main", "--python", f"/usr/bin/env python{PYTHON}"]
    shiv += ["--preamble", str(ROOT / "release" / "preamble.py"), "--reproducible"]
    subprocess.run(shiv, check=True, env={**os.environ, "PIP_NO_INDEX": "1"}, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "dist")
    file = build(parser.parse_args().folder)
    sys.stdout.write(f"{file}\n{file.stat().st_size / 1e6:.0f} MB\n")


if __name__ == "__main__":
    main()
