"""On a real pseudo-terminal: what is sent, what signals do, what a terminal can show."""

from __future__ import annotations

import re
import signal
import socket
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.tui.hostile import DONE, STRINGS
from tests.tui.terminal import Terminal

pytestmark = pytest.mark.pty

STANCH = str(Path(sys.executable).with_name("stanch"))
PYTHON = sys.executable

# What Textual's driver and our drawing send, and nothing else.
OURS = re.compile(
    rb"\x1b\[\d+;\d+H"  # to a cell
    rb"|\x1b\[[\d;]*m"  # colours
    rb"|\x1b\[\?(?:1000|1003|1004|1006|1015|1049|2004|2026|2048|25|7)[hl]"  # modes
    rb"|\x1b\[\?(?:2026|2048)\$p"  # questions
    rb"|\x1b\]22;[a-z]+\x07"  # the mouse pointer
    rb"|\x1b\[[<>][\du]*"  # the kitty protocol
)
ACTING = re.compile(
    "[\x00-\x06\x08-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


@pytest.fixture
def account(sandbox: Sandbox) -> Sandbox:
    SCENARIOS["leaked-key"](sandbox.world)
    return sandbox


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    return [STANCH, "--state-dir", str(tmp_path), "--region", "us-east-1"]


def left_behind(raw: bytes) -> str:
    """What was sent beside our own sequences, without its printable text."""
    rest = OURS.sub(b"", raw).decode("utf-8")
    return "".join(ACTING.findall(rest))


def restored(raw: bytes) -> bool:
    """The screen left, the cursor back, the mouse and bracketed paste off."""
    return all(
        raw.rfind(off) > raw.rfind(on)
        for on, off in (
            (b"\x1b[?1049h", b"\x1b[?1049l"),
            (b"\x1b[?25l", b"\x1b[?25h"),
            (b"\x1b[?1003h", b"\x1b[?1003l"),
            (b"\x1b[?2004h", b"\x1b[?2004l"),
        )
    )


@pytest.mark.parametrize("theme", ["xterm-256color", "linux"])
def test_hostile_text_reaches_the_terminal_as_text_alone(tmp_path: Path, theme: str) -> None:
    with Terminal([PYTHON, "-m", "tests.tui.hostile", str(tmp_path)], term=theme) as terminal:
        terminal.wait("ctrl+r refreshes")
        for _ in STRINGS:
            terminal.press("z")
        terminal.wait(DONE)
        terminal.press("!")
        terminal.wait("in this run, newest first")
        terminal.press("esc")
        terminal.wait_gone("newest first")
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert left_behind(bytes(terminal.raw)) == ""
    assert b"\x1b]52" not in terminal.raw
    assert b"[@click=app.quit]x" in terminal.raw
    assert restored(bytes(terminal.raw))


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, 130), (signal.SIGTERM, 130)], ids=["SIGHUP", "SIGTERM"]
)
def test_a_signal_ends_it_cleanly(
    account: Sandbox, program: list[str], number: signal.Signals, code: int
) -> None:
    with Terminal(program) as terminal:
        terminal.wait("16 keys")
        terminal.kill(number)
        assert terminal.wait_end() == code
    assert restored(bytes(terminal.raw))


def test_quitting_and_interrupting(account: Sandbox, program: list[str]) -> None:
    for key, code in (("q", 0), ("ctrl+c", 130)):
        with Terminal(program) as terminal:
            terminal.wait("16 keys")
            terminal.press(key)
            assert terminal.wait_end() == code
        assert restored(bytes(terminal.raw))
        assert left_behind(bytes(terminal.raw)) == ""


def test_no_color_sends_no_colour(account: Sandbox, program: list[str]) -> None:
    with Terminal(program, {"NO_COLOR": "1"}) as terminal:
        terminal.wait("16 keys", "‼ ACCA")
        terminal.press("j", "?")
        terminal.wait("What you can do here")
    codes = {code for found in re.findall(rb"\x1b\[([\d;]*)m", terminal.raw) for code in found.split(b";")}
    assert codes <= {b"", b"0", b"1", b"2", b"7", b"39", b"49"}
    assert b"7" in codes


def test_a_console_of_16_colours_gets_16_colours(account: Sandbox, program: list[str]) -> None:
    with Terminal(program, term="linux") as terminal:
        terminal.wait("16 keys")
    assert not re.search(rb"\x1b\[[\d;]*(?:38|48);", terminal.raw)
    assert re.search(rb"\x1b\[[\d;]*3[1-7]", terminal.raw)


def test_what_the_terminal_shows_is_what_was_drawn(account: Sandbox, program: list[str]) -> None:
    """Cells are sent once; drawn whole again, the screen must look the same."""
    with Terminal(program) as terminal:
        terminal.wait("16 keys", "its user also has")
        opened = ""
        for keys, words in (
            (("j", "j", "/", "l", "o", "g"), "its user also has"),
            (("enter", "enter"), "no case is open"),
            (("esc",), "its user also has"),
            (("i",), "identify a leaked key"),
            (("esc",), "its user also has"),
            ((":",), "a command, or a word"),
            (("esc",), "its user also has"),
            (("t",), "in all"),
            (("esc",), "its user also has"),
            (("?",), "Show everything known about the selected key"),
            (("esc",), "its user also has"),
        ):
            terminal.press(*keys)
            if keys == ("esc",):
                terminal.wait_gone(opened)
            terminal.wait(words)
            opened = words
            terminal.wait_still()
            before = without_clock(terminal)
            sent = len(terminal.raw)
            terminal.press("ctrl+l")
            terminal.wait_until(partial(has_sent, terminal, sent + 1000), "nothing was drawn again")
            terminal.wait_still()
            assert without_clock(terminal) == before or words == "in all"


AGE = r"as of [\d:]+(, \d+ \w+ ago)?|read \d+ \w+ ago"


def has_sent(terminal: Terminal, count: int) -> bool:
    return len(terminal.raw) >= count


def without_clock(terminal: Terminal) -> list[str]:
    """What is shown, but for the time of day and the ages, which go on meanwhile."""
    lines = [line[:70] if at == 0 else line for at, line in enumerate(terminal.text.splitlines())]
    return [" ".join(re.sub(AGE, "", line).split()) if re.search(AGE, line) else line for line in lines]


def test_an_idle_second_costs_a_few_bytes(account: Sandbox, program: list[str]) -> None:
    with Terminal(program) as terminal:
        terminal.wait("16 keys", "its user also has")
        clock = terminal.text.splitlines()[0]
        before = len(terminal.raw)
        terminal.wait_until(lambda: terminal.text.splitlines()[0] != clock, "the clock stands")
        assert len(terminal.raw) - before < 160, "the clock, and the age of the list"


def test_moving_the_cursor_costs_two_lines(account: Sandbox, program: list[str]) -> None:
    with Terminal(program) as terminal:
        terminal.wait("16 keys", "its user also has")
        chosen = terminal.text.splitlines()[4][:24]
        before = len(terminal.raw)
        terminal.press("j")
        terminal.wait("its user also has", chosen)
        assert len(terminal.raw) - before < 2500


def test_windows_of_any_size(account: Sandbox, program: list[str]) -> None:
    with Terminal(program, columns=40, lines=10) as terminal:
        terminal.wait("16 keys", "ACCA", "123456789012")
        for columns, lines in ((20, 4), (1, 1), (200, 60), (80, 24), (60, 20), (120, 40)):
            terminal.resize(columns, lines)
        terminal.wait("16 keys", "AGE", "enter open")
        assert len(terminal.text.splitlines()) == 40
        terminal.press("q")
        assert terminal.wait_end() == 0


def test_a_storm_of_sizes_ends_in_the_last_one(account: Sandbox, program: list[str]) -> None:
    with Terminal(program) as terminal:
        terminal.wait("16 keys", "its user also has")
        for storm, sizes in enumerate((200, 3, 50, 5, 200, 2, 50, 10)):
            for number in range(sizes):
                terminal.resize(20 + number % 140, 5 + number % 45)
            columns = 99 + storm
            terminal.resize(columns, 30 + storm % 2)
            terminal.wait("16 keys", "AGE", "q quit")
            terminal.wait_until(partial(_is_drawn_as, columns, terminal), "it is not drawn as wide")
        terminal.press("j", "q")
        assert terminal.wait_end() == 0
    assert restored(bytes(terminal.raw))


def _is_drawn_as(columns: int, terminal: Terminal) -> bool:
    """The status line leaves one cell free at its end."""
    return len(terminal.text.splitlines()[0]) == columns - 1


@pytest.mark.parametrize("told", ["told", "untold"])
def test_without_its_terminal_it_ends(account: Sandbox, program: list[str], told: str) -> None:
    """Also where SIGHUP is ignored, as under nohup: it would read an end of file for ever."""
    ignoring = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *program]
    with Terminal(ignoring if told == "untold" else program) as terminal:
        terminal.wait("16 keys")
        assert terminal.hang_up() == 130


def test_a_paste_of_megabytes_does_not_hang(account: Sandbox, program: list[str]) -> None:
    with Terminal(program) as terminal:
        terminal.wait("16 keys")
        terminal.press("i")
        terminal.wait("identify a leaked key")
        terminal.type("\x1b[200~" + "A" * 2_000_000 + "\x1b[201~")
        terminal.wait("This is too long")
        terminal.press("esc")
        terminal.wait_gone("This is too long")
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert b"AAAAAAAAAA" not in terminal.raw


def test_it_paints_before_aws_answers(
    program: list[str], monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", silent)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with Terminal(program) as terminal:
        terminal.wait("stanch")
        frames: list[str] = []

        def asking() -> bool:
            frames.append(terminal.text)
            return "asking" in terminal.text and "q quit" in terminal.text

        terminal.wait_until(asking, "it asks nothing")
        assert all(frame.startswith(" stanch ") for frame in frames), "the status line went away"
        terminal.press("q")
        assert terminal.wait_end() == 0


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


CRASH = """
import sys
from pathlib import Path
from tui.app.app import StanchApp
from tui.settings.options import Options

class Crashing(StanchApp):
    def action_interrupt(self):
        plain_secret = "wJalr" + "XUtnFEMI"
        raise RuntimeError("a defect \\x1b]52;c;aGk=\\x07 of ours")

app = Crashing(Options(state_dir=Path(sys.argv[1])))
app.run()
sys.exit(app.return_code)
"""


def test_a_defect_prints_no_local_variable(sandbox: Sandbox, tmp_path: Path) -> None:
    with Terminal([PYTHON, "-c", CRASH, str(tmp_path)]) as terminal:
        terminal.wait("has no service-specific credentials")
        terminal.press("ctrl+c")
        assert terminal.wait_end() == 1
    assert b"RuntimeError: a defect" in terminal.raw
    assert b"wJalrXUtnFEMI" not in terminal.raw
    assert b"\x1b]52" not in terminal.raw
    assert restored(bytes(terminal.raw))
