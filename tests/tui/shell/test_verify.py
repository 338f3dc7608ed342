"""`case verify` and `case anchor`: they claim what is known and no more."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from services.base import clock
from services.cases.case import Case, CaseBook
from tests.tui.shell.conftest import Stanch
from tui.exits import Exit

OPENED = {"key_id": "ACCAEXAMPLE", "user": "web", "account": "123456789012", "responder": "arn:x"}
NO_CLAIM = "The journal carries no key, so a rewrite of all of it can't be detected."


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return CaseBook(tmp_path / "state").begin(OPENED, clock.now())


@pytest.fixture
def run(stanch: Stanch, tmp_path: Path) -> Stanch:
    return lambda *words, **more: stanch("--state-dir", str(tmp_path / "state"), "case", *words, **more)


def test_without_an_anchor_it_claims_consistency_alone(run: Stanch, case: Case) -> None:
    head = case.journal.entries()[-1].hash
    for command in ("verify", "show"):
        done = run(command, case.id)
        assert done.code == Exit.DONE
        assert NO_CLAIM in done.out
        assert f"1 lines, head {head}" in done.out
        assert "unchanged" not in done.out
    assert run("show", case.id, "--json").json["head"] == head
    told = run("verify", case.id, "--json").json
    assert (told["intact"], told["head"], told["anchors"]) == (True, head, [])
    assert NO_CLAIM in told["claim"]


def test_a_hash_from_elsewhere_is_found_or_is_a_flaw(run: Stanch, case: Case) -> None:
    head = case.journal.entries()[-1].hash
    with case:
        case.append("note", text="more")
    done = run("verify", case.id, "--head", head.upper())
    assert done.code == Exit.DONE
    assert "The journal is unchanged up to line 1, whose hash you gave." in done.out
    done = run("verify", case.id, "--head", "0" * 64)
    assert done.code == Exit.DEFECT
    assert "No line of the journal has the hash you gave." in done.out


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
def test_a_signature_counts_where_its_key_is_a_signers(run: Stanch, case: Case, tmp_path: Path) -> None:
    keys = {}
    for name in ("dana", "mallory"):
        keys[name] = tmp_path / name
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys[name])]
        subprocess.run(command, check=True)
    done = run("anchor", case.id, "--key", str(keys["dana"]))
    assert done.code == Exit.DONE
    assert "is anchored at line 1" in done.out
    done = run("verify", case.id)
    assert NO_CLAIM in done.out
    assert "only --signers can tell" in done.out
    signers = tmp_path / "signers"
    signers.write_text(f"mallory {keys['mallory'].with_suffix('.pub').read_text()}")
    done = run("verify", case.id, "--signers", str(signers))
    assert NO_CLAIM in done.out
    assert "isn't one of the signers'" in done.out
    signers.write_text(f"dana@example.com {keys['dana'].with_suffix('.pub').read_text()}")
    done = run("verify", case.id, "--signers", str(signers))
    assert "The journal is unchanged up to line 1 since dana@example.com anchored it" in done.out
    assert NO_CLAIM not in done.out
    report = run("report", case.id, "--format", "json")
    assert "was anchored" in json.dumps(report.json)
    (case.folder / "anchors" / "x.txt").write_text("forged")
    done = run("verify", case.id, "--signers", str(signers))
    assert done.code == Exit.DEFECT
    assert "unchanged" not in done.out
