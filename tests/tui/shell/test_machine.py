"""Every command on machines as they are: odd locales, no locks, a full disk, no home, closed output."""

from __future__ import annotations

import ast
import contextlib
import errno
import fcntl
import io
import os
import pwd
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from tests.samples import share
from tests.tui.shell.conftest import PROGRAM, Account, Done, Stanch
from tui import cli
from tui.dialogs import steps
from tui.exits import Exit
from tui.shell import audit, doctor, keytable, streams

LOCALES = ("utf-8", "iso-8859-1", "iso-8859-15", "koi8-r", "cp1252", "euc-jp", "shift_jis", "gb18030")
ROOT = os.geteuid() == 0


@pytest.fixture
def case(stanch: Stanch, leaked: Account) -> str:
    done = stanch("respond", leaked.key_id, "--user", "web", "--step", "deactivate", "--yes", "--json")
    return str(done.json["case"])


def commands(leaked: Account, case: str, folder: Path) -> list[list[str]]:
    """One of each kind, and most of their forms; what they write is below *folder*."""
    return [
        ["keys"],
        ["keys", "--json"],
        ["keys", "--csv"],
        ["identify", "--offline"],
        ["respond", leaked.key_id, "--user", "web", "--plan"],
        ["respond", leaked.key_id, "--user", "web", "--step", "deny", "--yes"],
        ["review", leaked.key_id, "--user", "web", "--source", "history"],
        ["review", "--user", "web", "--source", "history", "--export", str(folder / "records.jsonl")],
        ["watch", "--once"],
        ["case", "list"],
        ["case", "show", case],
        ["case", "verify", case],
        ["case", "note", case, "told the owner — “yes”"],
        ["case", "report", case, "--offline"],
        ["case", "report", case, "--offline", "--output", str(folder / "report.html")],
        ["audit"],
        ["audit", "--write-baseline", str(folder / "baseline.json")],
        ["policy", "--help"],
        ["rotate", leaked.key_id, "--user", "web", "--plan"],
        ["doctor"],
        ["scan", str(folder)],
        ["config"],
        ["--help"],
    ]


def few(leaked: Account, case: str, folder: Path) -> list[list[str]]:
    """Those that come to the state directory in a way of their own."""
    return [
        ["keys"],
        ["identify", "--offline"],
        ["respond", leaked.key_id, "--user", "web", "--plan"],
        ["respond", leaked.key_id, "--user", "web", "--step", "deny", "--yes"],
        ["case", "list"],
        ["case", "note", case, "told the owner"],
        ["case", "report", case, "--offline"],
        ["rotate", leaked.key_id, "--user", "web", "--plan"],
        ["scan", str(folder)],
        ["config"],
    ]


def fine(done: Done, what: object) -> None:
    for text in (done.out, done.err):
        assert "Traceback" not in text, what
        assert "internal error" not in text, what
        assert "internal error" not in text, what
    assert done.code in set(Exit) - {Exit.DEFECT}, what


def test_all_commands_in_eight_locales(
    stanch: Stanch,
    leaked: Account,
    case: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    counted: Callable[[str], None],
) -> None:
    """What a locale lacks is shown as something as wide; nothing else changes, and nothing raises."""
    (tmp_path / "sign-✓").mkdir()
    ran = 0
    commands_run = (
        ["case", "show", case],
        ["case", "verify", case],
        ["keys"],
        ["case", "report", case, "--offline"],
        ["respond", leaked.key_id, "--user", "web", "--plan"],
        ["audit"],
        ["scan", str(tmp_path / "sign-✓" / "missing\udcff")],
    )
    for number, arguments in enumerate(commands_run):
        outputs: dict[str, str] = {}
        asks = arguments[0] in ("keys", "respond", "audit")
        now = datetime.now(UTC)
        for locale in ("utf-8", *share(LOCALES[1:], 3 if asks else 1, number)):
            ran += 1
            out, err = (io.TextIOWrapper(io.BytesIO(), encoding=locale) for _ in range(2))
            with monkeypatch.context() as patch:
                patch.setattr(sys, "stdout", out)
                patch.setattr(sys, "stderr", err)
                streams.fit_to_locale()
                with time_machine.travel(now, tick=False):
                    code = cli.run(arguments)
                out.flush()
                err.flush()
            done = Done(code, out.buffer.getvalue().decode(locale), err.buffer.getvalue().decode(locale))
            fine(done, (locale, arguments))
            outputs[locale] = done.out
        for locale, text in outputs.items():
            plain = outputs["utf-8"]
            expected = plain.encode(locale, "stanch").decode(locale)
            assert [len(line) for line in text.splitlines()] == [len(line) for line in plain.splitlines()]
            if arguments[0] != "respond":
                assert text == expected, (locale, arguments)
    counted(f"{len(commands_run)} commands, {ran} times in {len(LOCALES)} locales")


def test_json_loses_nothing_where_the_locale_lacks_letters(
    stanch: Stanch, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stanch("case", "note", case, "naïve → “done”")
    plain = stanch("case", "report", case, "--offline", "--format", "json")
    out = io.TextIOWrapper(io.BytesIO(), encoding="koi8-r")
    monkeypatch.setattr(sys, "stdout", out)
    streams.fit_to_locale()
    cli.run(["case", "show", case, "--json"])
    out.flush()
    assert plain.code == Exit.DONE
    assert "\\u" in out.buffer.getvalue().decode("ascii") or out.buffer.getvalue().isascii()


def test_each_sign_of_ours_is_as_wide_as_what_stands_for_it() -> None:
    for sign in streams._LACKING:
        assert len(sign.encode("ascii", "stanch")) == 1
    assert "漢".encode("iso-8859-1", "stanch") == b"??"


def test_a_verdict_stays_itself_whatever_the_locale_lacks() -> None:
    """Two signs of one column never become one, and none becomes the sign of what is not known."""
    for column in (keytable.SIGNS, audit.SIGNS, steps.SIGNS, doctor.SIGNS, doctor.COVER_SIGNS):
        signs = {sign for sign in column.values() if sign}
        shown = [sign.encode("ascii", "stanch") for sign in signs]
        assert len(set(shown)) == len(signs)
        assert b"?" not in shown or "?" in signs


def test_every_sign_that_the_shell_prints_has_one_that_stands_for_it() -> None:
    for module in Path(cli.__file__).with_name("shell").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                lacking = {letter for letter in node.value if letter > "~"} - set(streams._LACKING)
                assert not lacking, (module, node.lineno)


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """A limit of nothing on the size of files: each write of this process fails, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_all_commands_on_a_full_disk(
    stanch: Stanch, leaked: Account, case: str, tmp_path: Path, boto: Callable[..., Any]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for arguments in commands(leaked, case, folder):
        with full_disk():
            done = stanch(*arguments, input=leaked.token)
        fine(done, arguments)
    assert not [path for path in folder.iterdir() if path.stat().st_size], "nothing half written is left"
    assert stanch("case", "verify", case).code == Exit.DONE
    assert boto("iam").list_user_policies(UserName="web")["PolicyNames"] == [], "nothing was done unjournaled"


def test_no_key_is_made_whose_secret_has_no_room(
    stanch: Stanch, leaked: Account, case: str, tmp_path: Path, boto: Callable[..., Any]
) -> None:
    with full_disk():
        done = stanch(
            "respond", leaked.key_id, "--user", "web", "--case", case, "--step", "replace", "--yes",
            "--secret-to", f"file:{tmp_path / 'secret'}",
        )  # fmt: skip
    fine(done, "replace")
    assert done.code == Exit.REFUSED
    found = boto("iam").list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
    assert [each["ServiceSpecificCredentialId"] for each in found] == [leaked.key_id]
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_all_commands_without_locks(
    stanch: Stanch,
    leaked: Account,
    case: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    boto: Callable[..., Any],
) -> None:
    def no_locks(fd: object, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    elsewhere = tmp_path / "nfs"
    done = stanch("--state-dir", str(elsewhere), "respond", leaked.key_id, "--step", "deny", "--yes")
    assert (done.code, "cannot be locked here" in done.err) == (Exit.REFUSED, True)
    assert list((elsewhere / "cases").iterdir()) == [], "no case is begun that cannot be worked on"
    refused = 0
    for arguments in few(leaked, case, tmp_path):
        done = stanch(*arguments, input=leaked.token)
        fine(done, arguments)
        assert "worked on by someone" not in done.err
        if "cannot be locked here" in done.err:
            refused += 1
            assert "--state-dir" in done.err
    assert refused >= 2
    assert boto("iam").list_user_policies(UserName="web")["PolicyNames"] == []


def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A container's user without an entry, and no HOME."""

    def unknown(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)


def _empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", "")


def _read_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", "/proc" if Path("/proc/self").exists() else "/dev/null/home")


def _of_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not ROOT:
        pytest.skip("only root can give a folder away")
    (tmp_path / "ada").mkdir()
    os.chown(tmp_path / "ada", 4242, -1)
    monkeypatch.setenv("HOME", str(tmp_path / "ada"))


@pytest.mark.parametrize("home", [_nobody, _empty, _read_only, _of_another])
def test_all_commands_in_odd_homes(
    stanch: Stanch,
    leaked: Account,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    boto: Callable[..., Any],
    home: Callable[[pytest.MonkeyPatch, Path], None],
) -> None:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    home(monkeypatch, tmp_path)
    for arguments in few(leaked, "1123-ABC", tmp_path):
        fine(stanch(*arguments, input=leaked.token), arguments)
    assert stanch("keys", "--json").code == Exit.DONE, "what needs no state works"
    done = stanch("respond", leaked.key_id, "--user", "web", "--step", "deactivate", "--yes")
    assert (done.code, "--state-dir" in done.err) == (Exit.REFUSED, True)
    found = boto("iam").list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
    assert [each["Status"] for each in found] == ["Active"], "nothing is done that cannot be journaled"
    assert list((tmp_path / "here").iterdir()) == [], "nothing is kept wherever one stands"
    assert not (tmp_path / "ada").exists() or not list((tmp_path / "ada").iterdir())
    done = stanch(
        "--state-dir", str(tmp_path / "cases"), "respond", leaked.key_id, "--user", "web", "--step",
        "deactivate", "--yes",
    )  # fmt: skip
    assert done.code == Exit.DONE, "and there is a way on"


def program(line: str, **environment: str) -> Done:
    """*line* in a shell, with `stanch` as the program."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'stanch() {{ "{PROGRAM}" "$@"; }}; {line}'],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    return Done(
        done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- 2>&-"])
def test_nobody_is_needed_to_hear_what_is_said_aside(leaked: Account, tmp_path: Path, closed: str) -> None:
    respond = f"--state-dir {tmp_path} respond {leaked.key_id} --user web --step deactivate --yes"
    for line, code in {
        "keys --user web": Exit.DONE,
        respond: Exit.DONE,
        "keys --user nobody": Exit.USAGE,
        "keys --user web --endpoint": Exit.USAGE,
    }.items():
        done = program(f"stanch {line} {closed}")
        assert done.code == code, done
        assert "internal error" not in done.err


def test_closed_and_full_output_is_a_sentence(leaked: Account, tmp_path: Path) -> None:
    done = program("stanch config >&-")
    assert (done.code, done.err) == (
        Exit.USAGE,
        "stanch: Standard output is closed: redirect it to a file or to /dev/null.\n",
    )
    assert program("stanch config >&- 2>&-").code == Exit.USAGE
    assert program("stanch config <&- 2>&-").code == Exit.DONE
    if Path("/dev/full").exists():
        done = program("stanch config > /dev/full")
        assert (done.code, len(done.err.splitlines())) == (Exit.INCOMPLETE, 1), done.err
        assert "No space left on device" in done.err
        for line, code in {
            "config": Exit.DONE,
            f"scan {tmp_path}/no": Exit.INCOMPLETE,
            "no": Exit.USAGE,
        }.items():
            done = program(f"stanch {line} 2> /dev/full")
            assert done.code == code, "what is said aside ends nothing"
        done = program(
            f"stanch respond {leaked.key_id} --user web --step replace --yes --secret-to screen > /dev/full"
        )
        assert done.code == Exit.REFUSED
        assert "the secret would be lost" in done.err


def test_a_locale_of_latin_letters_on_a_real_stream(tmp_path: Path) -> None:
    done = program(f"stanch scan {tmp_path}/→missing", PYTHONIOENCODING="iso-8859-1")
    assert done.code == Exit.INCOMPLETE
    assert f"{tmp_path}/>missing" in done.err


def test_no_core_is_ever_left() -> None:
    script = (
        "import ctypes, resource, sys; from tui import cli; "
        "cli.run = lambda arguments: print(resource.getrlimit(resource.RLIMIT_CORE), "
        "ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == 'linux' else 0); cli.main([])"
    )
    limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    with contextlib.suppress(ValueError, OSError):
        limit = resource.getrlimit(resource.RLIMIT_CORE)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "(0, 0) 0\n", (limit, done.stderr)


def test_the_demo_runs_nothing_of_the_folder_one_stands_in(tmp_path: Path) -> None:
    for name in ("sandbox/__init__.py", "sandbox/__main__.py", "moto/__init__.py", "flask.py", "json.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"open({str(tmp_path / 'canary')!r}, 'w')\n")
    script = (
        "import asyncio; from pathlib import Path; from tui.shell.common import Setup; "
        "from tui.shell.demo import connect_to_sandbox\n"
        "async def begin():\n"
        "    async with connect_to_sandbox(Setup(None, (), False, Path('state')), leaked := [])(): pass\n"
        "    print(len(leaked))\n"
        "asyncio.run(begin())"
    )
    command = [sys.executable, "-P", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "1\n", done.stderr
    assert not (tmp_path / "canary").exists()
