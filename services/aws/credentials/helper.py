"""A credential_process: run as the AWS CLI runs it, but that what it prints has an end and is looked at."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any

from services.base import documents
from services.base.text import clean

MOST_BYTES = 1_000_000
"""Of what it prints; credentials are a few thousand at most."""
DETACHED_SECONDS = 120.0
"""So long may one take that nobody can answer, as it has no terminal."""


class HelperFailed(Exception):
    """The message says what the helper, named in it, did wrong."""


class Helper(subprocess.Popen[bytes]):
    """What botocore takes for Popen; raises HelperFailed for whatever is no credentials.

    *detached* keeps it off the terminal, which is the screen's then.
    """

    def __init__(self, arguments: Sequence[str], *, detached: bool = False, **more: Any) -> None:
        if not arguments:
            raise HelperFailed("credential_process is empty")
        self._name = clean(arguments[0], limit=200)
        self._until = time.monotonic() + DETACHED_SECONDS if detached else None
        if detached:
            more |= {"stdin": subprocess.DEVNULL, "start_new_session": True}
        self._detached = detached
        try:
            super().__init__(arguments, **more)
        except FileNotFoundError:
            raise self._failed("isn't there") from None
        except PermissionError:
            raise self._failed("isn't executable") from None
        except OSError as error:
            raise self._failed(f"cannot be run ({error.strerror})") from None

    def communicate(self, input: bytes | None = None, timeout: float | None = None) -> tuple[bytes, bytes]:  # noqa: A002 - Popen's word
        assert self.stdout is not None
        assert self.stderr is not None
        with self.stdout as output, self.stderr as complaints:
            try:
                printed, said = self._read(output, complaints)
                # What it prints may end long before it does.
                self.wait(self._left())
            except subprocess.TimeoutExpired:
                self._end()
                raise self._endless() from None
            except BaseException:
                self._end()
                raise
        if self.returncode != 0:
            raise self._failed(f"failed ({_worth_most(said) or _how_it_ended(self.returncode)})")
        if wrong := _what_is_wrong(printed):
            raise self._failed(wrong)
        return printed, said

    def _read(self, output: IO[bytes], complaints: IO[bytes]) -> tuple[bytes, bytes]:
        kept = {output.fileno(): bytearray(), complaints.fileno(): bytearray()}
        with selectors.DefaultSelector() as waiting:
            for each in kept:
                waiting.register(each, selectors.EVENT_READ)
            while waiting.get_map():
                left = self._left()
                ready = waiting.select(left)
                if left is not None and (left == 0 or not ready):
                    raise self._endless()
                for key, _ in ready:
                    part = os.read(key.fd, 65536)
                    if not part:
                        waiting.unregister(key.fd)
                    kept[key.fd] += part
                    if len(kept[output.fileno()]) > MOST_BYTES:
                        raise self._failed("printed more than any credentials")
                    del kept[complaints.fileno()][:-MOST_BYTES]
        return bytes(kept[output.fileno()]), bytes(kept[complaints.fileno()])

    def _left(self) -> float | None:
        return None if self._until is None else max(0.0, self._until - time.monotonic())

    def _endless(self) -> HelperFailed:
        return self._failed(f"didn't end within {DETACHED_SECONDS:.0f} s")

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            if self._detached:
                os.killpg(self.pid, signal.SIGKILL)
            else:
                self.kill()
        self.wait()

    def _failed(self, what: str) -> HelperFailed:
        return HelperFailed(f"the helper {self._name} {what}")


def _what_is_wrong(printed: bytes) -> str | None:
    try:
        found = documents.parse(printed.decode())
    except ValueError:
        return "didn't print JSON"
    if not isinstance(found, dict):
        return "printed JSON without credentials"
    if found.get("Version") != 1:
        return "didn't print Version 1 of its JSON, the only one there is"
    lacking = [name for name in ("AccessKeyId", "SecretAccessKey") if not found.get(name)]
    if lacking:
        return f"printed JSON without {' and '.join(lacking)}"
    for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"):
        if not isinstance(found.get(name) or "", str):
            return f"printed JSON whose {name} isn't text"
    ends = found.get("Expiration")
    if ends is not None and not _is_time(ends):
        return "printed an Expiration that isn't a time with its zone, such as 2026-11-26T12:00:00Z"
    return None


def _is_time(text: object) -> bool:
    """As botocore reads it: what it would take, and can compare."""
    from botocore.credentials import parse

    try:
        return bool(parse(text).tzinfo)
    except (ValueError, TypeError, OverflowError):
        return False


def _worth_most(said: bytes) -> str:
    """The first line, but of Python's own last words the last."""
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    if not lines:
        return ""
    return clean(lines[-1 if lines[0].startswith("Traceback ") else 0].strip(), limit=300)


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"exit code {code}, no message"
    with suppress(ValueError):
        return f"ended by {signal.Signals(-code).name}"
    return f"ended by signal {-code}"
