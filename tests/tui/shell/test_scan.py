"""`stanch scan`: keys are named, secrets are not, and scripts get their exit codes."""

from __future__ import annotations

import base64
import json
import random
import shutil
import string
import subprocess
from pathlib import Path

import pytest

from tests.tui.shell.conftest import PROGRAM, Account, Done, Stanch
from tests.tui.terminal import Terminal
from tui.exits import Exit


def secretless(run: Done, leaked: Account) -> Done:
    for part in (leaked.token, leaked.token[60:], leaked.token[-20:]):
        assert part not in run.out + run.err
    return run


def test_a_key_in_a_file_is_named(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    (tmp_path / "app.env").write_text(f"KEY={leaked.token}\n")
    run = secretless(stanch("scan", str(tmp_path)), leaked)
    assert run.code == Exit.DONE
    assert f"logs.amazonaws.com  web   123456789012  web-at-123456789012  {tmp_path}/app.env:1" in run.out
    assert "Next: stanch --account 123456789012 keys --user web" in run.out
    document = secretless(stanch("scan", str(tmp_path), "--json"), leaked).json
    assert document["complete"] is True
    (found,) = document["found"]
    assert (found["alias"], found["line"], found["looks_cut"]) == ("web-at-123456789012", 1, False)


@pytest.mark.parametrize(("arguments", "code"), [((), Exit.DONE), (("--fail-on-found",), Exit.REFUSED)])
def test_standard_input(stanch: Stanch, leaked: Account, arguments: tuple[str, ...], code: Exit) -> None:
    run = secretless(stanch("scan", "-", *arguments, input=f"+KEY={leaked.token}\n"), leaked)
    assert run.code == code
    assert "standard input:1" in run.out


def test_nothing_found_says_what_was_read(stanch: Stanch, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("hello")
    run = stanch("scan", str(tmp_path), "--fail-on-found")
    assert (run.code, run.out) == (
        Exit.DONE,
        "No key was found in what was read (1 file, 5 B).\n",
    )


def test_what_could_not_be_read_makes_it_incomplete(stanch: Stanch, tmp_path: Path) -> None:
    run = stanch("scan", str(tmp_path / "missing"), "--json")
    assert run.code == Exit.INCOMPLETE
    assert json.loads(run.out)["complete"] is False
    assert "was not searched: there is no such file or folder." in run.err


def test_names_that_a_file_has_are_hostile(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    (tmp_path / "a\x1b]52;c;aGk=\x07b\n").write_text(leaked.token)
    run = secretless(stanch("scan", str(tmp_path)), leaked)
    assert "\x1b" not in run.out
    assert "\x07" not in run.out


def test_which_key_to_respond_to_must_be_plain(stanch: Stanch, leaked: Account, tmp_path: Path) -> None:
    run = stanch("scan", str(tmp_path), "--respond", "--json")
    assert run.code == Exit.USAGE
    assert "opens the screen" in run.err


PREFIXES = ("ACWL", "ABSK", "APIAACWM", "AEAA")
FILES, SIZE = 100, 250_000


def token(rng: random.Random, user: str, prefix: str) -> str:
    secret = "".join(rng.choices(string.ascii_letters + string.digits, k=60))
    return prefix + base64.b64encode(f"{user}-at-123456789012:{secret}".encode()).decode()


def looks_like_text(rng: random.Random) -> bytes:
    """Some 100 kB of lines as logs and sources have them, with prefixes and base64 that are no keys."""
    lines = [f"{rng.random()} INFO GET /static/{rng.randrange(10**9)}.js 200 ABSK ACWL" for _ in range(1000)]
    lines += [f"blob {base64.b64encode(rng.randbytes(150)).decode()}" for _ in range(150)]
    lines += [f"AEAA{base64.b64encode(rng.randbytes(90)).decode()}" for _ in range(50)]
    lines += [f"ACWL{base64.b64encode(b'web-at-nowhere:' + rng.randbytes(60)).decode()}" for _ in range(50)]
    rng.shuffle(lines)
    return "\n".join(lines).encode() + b"\n"


def test_exactly_what_is_planted_in_much_text_and_a_history(stanch: Stanch, tmp_path: Path) -> None:
    rng, top = random.Random(11), tmp_path / "much"
    top.mkdir()
    filler = looks_like_text(rng)
    block = (filler * (SIZE // len(filler) + 1))[:SIZE]
    planted: dict[str, str] = {}
    for at in range(FILES):
        content = block
        if at % 25 == 7:
            user = f"user-{at}"
            planted[user] = token(rng, user, PREFIXES[at // 25])
            cut = content.index(b"\n", rng.randrange(SIZE - 10_000)) + 1
            content = content[:cut] + f"export KEY='{planted[user]}'\n".encode() + content[cut:]
        (top / f"part-{at:02}.log").write_bytes(content)
    git = ("git", "-C", str(top), "-c", "user.name=a", "-c", "user.email=a@example.org")
    planted["deleted"] = token(rng, "deleted", "ACWL")
    (top / "old.env").write_text(planted["deleted"])
    for step in (("init", "-q"), ("add", "old.env"), ("commit", "-qm", "one"), ("rm", "-q", "old.env")):
        subprocess.run([*git, *step], check=True)
    subprocess.run([*git, "commit", "-qm", "two"], check=True)
    told = stanch("scan", str(top))
    found = stanch("scan", str(top), "--json")
    shutil.rmtree(top)
    assert (told.code, found.code, told.err) == (Exit.DONE, Exit.DONE, "")
    assert {each["user"] for each in found.json["found"]} == set(planted)
    assert len(found.json["found"]) == len(planted)
    assert {each["prefix"] for each in found.json["found"]} == set(PREFIXES)
    for user, secret in planted.items():
        assert f"{user}-at-123456789012" in told.out
        for part in (secret[-80:-50], secret[-30:]):
            assert part not in told.out + found.out


@pytest.mark.pty
def test_from_where_it_was_found_to_its_runbook(leaked: Account, tmp_path: Path) -> None:
    (tmp_path / "app.env").write_text(f"KEY={leaked.token}\n")
    place = ["--state-dir", str(tmp_path / "state"), "--region", "us-east-1"]
    with Terminal([PROGRAM, *place, "scan", str(tmp_path / "app.env"), "--respond"]) as terminal:
        terminal.wait("5 · deny        Attach the deny policy to web", leaked.key_id)
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert leaked.token[60:].encode() not in terminal.raw
