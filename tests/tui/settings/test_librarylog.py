"""What libraries log is for the error log."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tui.app import errorlog
from tui.app.errorlog import ErrorLog
from tui.settings.librarylog import LibraryLog

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    unheard = LibraryLog()
    monkeypatch.setattr(errorlog, "LOG", unheard)
    logger = logging.getLogger("some.library")
    logger.addHandler(unheard)
    yield logger
    logger.removeHandler(unheard)


def test_it_reaches_the_error_log_with_the_error_and_without_its_traceback(library: logging.Logger) -> None:
    library.warning("before anybody %s", "listened")
    errors = ErrorLog()
    errors.overhear(lambda: NOW)
    try:
        raise KeyError("token\x1b[31m")
    except KeyError:
        worker = threading.Thread(target=library.exception, args=("Refreshing failed",))
        worker.start()
        worker.join()
        library.warning("Refreshing failed", exc_info=True)
    told = [trouble.words for trouble, _ in errors]
    assert "before anybody listened" in told
    assert "\x1b" not in "".join(told)
    assert any("KeyError" in words for words in told)
    assert not any("Traceback" in words for words in told)
    assert {trouble.doing for trouble, _ in errors} == {"log of some.library"}


def test_a_message_that_cannot_be_made_is_kept_as_it_is() -> None:
    handler, told = LibraryLog(), list[tuple[str, str]]()
    handler.listen(lambda *each: told.append(each))
    handler.handle(logging.LogRecord("x", logging.WARNING, "x.py", 1, "%d of %d", (1,), None))
    assert told == [("x", "%d of %d")]


@pytest.mark.parametrize(
    "line",
    [
        "import logging; logging.getLogger('botocore.tokens').warning('a line')",
        "import logging; logging.getLogger('asyncio').error('a line')",
        "import warnings; warnings.warn('a line')",
    ],
)
def test_nothing_of_it_is_printed(line: str) -> None:
    code = f"from tui.settings import librarylog; librarylog.keep(); {line}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
