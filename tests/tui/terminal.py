"""A program on a real pseudo-terminal, driven by keys, its screen read as a person would read it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte

from tests.patience import PATIENCE

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "esc": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "backspace": "\x7f",
    "pagedown": "\x1b[6~",
    "ctrl+c": "\x03",
    "ctrl+l": "\x0c",
    "ctrl+r": "\x12",
    "ctrl+t": "\x14",
    "ctrl+z": "\x1a",
}
# pyte takes these private sequences for text; a terminal drops them.
_PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]")


class Terminal:
    """Runs *argv* until it is closed; `raw` is every byte that the program has sent."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        *,
        columns: int = 80,
        lines: int = 24,
        term: str = "xterm-256color",
    ) -> None:
        self.raw = bytearray()
        self.status: int | None = None
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        environment = {**os.environ, **(env or {}), "TERM": term}
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execvpe(argv[0], list(argv), environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status is None:
            self.kill()
        os.close(self._fd)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def echoes(self) -> bool:
        """Whether what is typed is shown by the terminal itself."""
        return bool(termios.tcgetattr(self._fd)[3] & termios.ECHO)

    def press(self, *keys: str) -> None:
        """Names of KEYS, or single characters, one after the other as a hand would."""
        # What is read together with it, however late, is taken for the rest of a sequence.
        assert "esc" not in keys[:-1], "wait for what it does"
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())
            self._pump(0.05)

    def type(self, text: str) -> None:
        """However long it is: what the program writes meanwhile is taken in."""
        left = memoryview(text.encode())
        while left and self.status is None:
            readable, writable, _ = select.select([self._fd], [self._fd], [], 1)
            if readable:
                self._pump(0)
            elif writable:
                left = left[os.write(self._fd, left[:1024]) :]

    def wait(self, *texts: str, seconds: float = PATIENCE) -> None:
        """Until all *texts* stand on the screen at once."""
        self._until(lambda: all(text in self.text for text in texts), f"{texts} did not come", seconds)

    def wait_gone(self, text: str, seconds: float = PATIENCE) -> None:
        self._until(lambda: text not in self.text, f"{text!r} did not go", seconds)

    def wait_until(self, done: Callable[[], bool], words: str, seconds: float = PATIENCE) -> None:
        self._until(done, words, seconds)

    def wait_still(self, seconds: float = 0.2) -> None:
        """Until nothing has come for *seconds*, less than the status line's clock takes to tick."""
        length = -1
        while length != len(self.raw):
            length = len(self.raw)
            self._pass(seconds)

    def watch(self, seconds: float) -> None:
        """Take in what comes for so long."""
        self._pass(seconds)

    def wait_end(self, seconds: float = PATIENCE) -> int:
        """The exit code; minus the signal's number where one ended it."""
        self._until(lambda: self.status is not None, "it did not end", seconds, ended=True)
        assert self.status is not None
        return self.status

    def resize(self, columns: int, lines: int) -> None:
        self.screen.resize(lines, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    @property
    def local_modes(self) -> int:
        """termios' flags: whether what is typed shows, comes line by line, and means signals."""
        flags: int = termios.tcgetattr(self._fd)[3]
        return flags

    def cook(self) -> None:
        """Set the modes as a shell does that has the terminal back."""
        attributes = termios.tcgetattr(self._fd)
        attributes[3] |= termios.ECHO | termios.ICANON | termios.ISIG
        termios.tcsetattr(self._fd, termios.TCSANOW, attributes)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal; SIGKILL is waited for."""
        os.kill(self.pid, number)
        if number is signal.SIGKILL:
            self._reap()

    def hang_up(self, seconds: float = PATIENCE) -> int:
        """Take the terminal away, as a line that drops does; how the program then ended."""
        os.close(self._fd)
        self._fd = os.open(os.devnull, os.O_RDWR)
        deadline = time.monotonic() + seconds
        while self.status is None:
            assert time.monotonic() < deadline, "it goes on without a terminal"
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        return self.status

    def _until(self, done: object, words: str, seconds: float, *, ended: bool = False) -> None:
        assert callable(done)
        deadline = time.monotonic() + seconds
        while not done():
            assert ended or self.status is None, f"{words}: it ended with {self.status}\n{self.text}"
            assert time.monotonic() < deadline, f"{words}\n{self.text}"
            self._pump(0.05)

    def _pass(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.status is None:
            self._pump(left)

    def _pump(self, seconds: float) -> None:
        """Take in what the program writes for up to *seconds*, and no longer than it writes."""
        if self.status is not None:
            return
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            data = b""
        if not data:
            self._reap()
            return
        self.raw += data
        self._stream.feed(_PRIVATE.sub(b"", data))

    def _reap(self) -> None:
        if self.status is None:
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)
