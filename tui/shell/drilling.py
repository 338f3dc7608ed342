"""A drill under way: the process that plays it, its folder, and the result as far as it stands."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from services.base import clock, documents, files
from services.base.folders import make_new, make_private
from services.base.text import clean
from services.cases.book import CaseBook
from services.cases.errors import CaseError
from services.drill import results
from services.drill.page import to_html
from services.drill.results import Result
from services.report.build import build
from services.report.document import to_json
from tui.shell.pretend import PYTHON, surroundings

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
MOST_REPORT = 64 << 20
"""Bytes of a report that is handed in."""
MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where one drill is kept: *state* has its cases, *results* what comes of it, and no other drill's."""

    drill: str
    folder: Path
    results: Path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def result(self) -> Path:
        return self.results / f"{self.drill}.json"

    @property
    def order(self) -> Path:
        """What whoever ends it from another shell writes."""
        return self.folder / "end.json"

    @property
    def lock(self) -> Path:
        return self.folder / "running"


def home(state_dir: Path) -> Path:
    return state_dir / "drills"


def new_place(state_dir: Path, folder: Path | None, scenario: str) -> Place:
    """A place for a new drill; raises OSError."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(3))
    drill = f"{clock.now():%Y%m%d-%H%M}-{scenario}-{letters}"
    make_private(home(state_dir))
    place = Place(drill, home(state_dir) / drill, (folder or home(state_dir) / "results").absolute())
    make_new(place.folder)
    if folder is None or not os.path.lexists(place.results):
        # One that a team shares is theirs to make, with the rights that they want.
        make_private(place.results)
    # Found out now, and not once there is a result to be lost.
    files.replace(place.result, b"{}")
    place.result.unlink()
    told = {"drill": drill, "results": str(place.results)}
    files.replace(place.folder / "drill.json", json.dumps(told).encode())
    return place


def under_way(state_dir: Path) -> list[Place]:
    """The drills that are played now: the one whose state directory this is, or those that are kept in it."""
    folders = [state_dir.parent]
    with suppress(OSError):
        folders += sorted(home(state_dir).iterdir(), reverse=True)
    return [place for folder in folders if (place := _place(folder)) and _is_held(place.lock)]


def _place(folder: Path) -> Place | None:
    try:
        told = documents.parse(files.read(folder / "drill.json", most=1 << 16))
        return Place(str(told["drill"]), folder, Path(str(told["results"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_held(path: Path) -> bool:
    try:
        with files.open_ours(path) as file:
            files.lock(file)
    except files.Held:
        return True
    except OSError:
        return False
    return False


class Running:
    """The process that plays; *announced* is its first line, once it is there."""

    def __init__(self, place: Place, team: str | None, arguments: Sequence[str]) -> None:
        self.place, self._team = place, team
        self.result: Result | None = None
        self.trouble: str | None = None
        """Why the newest result is not on disk."""
        self.over, self._begun, self._gone = threading.Event(), threading.Event(), threading.Event()
        self._announced: dict[str, Any] | None = None
        self._process = subprocess.Popen(
            [*PYTHON, "sandbox.drill", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings(),
            # An interrupt of the terminal is for this program alone; the drill ends with its standard input.
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="drill", daemon=True)
        self._reader.start()

    def announced(self) -> dict[str, Any] | None:
        """Waited for; None where the process ended before."""
        self._begun.wait()
        return self._announced

    @property
    def ends(self) -> datetime | None:
        return clock.parse(self._announced["ends"]) if self._announced else None

    @property
    def alert(self) -> str | None:
        return str(self._announced["alert"]) if self._announced else None

    @property
    def found(self) -> str | None:
        found = self._announced and self._announced["found"]
        return str(found) if found else None

    def end(self, reports: Sequence[Mapping[str, Any]]) -> Result | None:
        """Have it judged with the *reports*, waited for; what was known last where it is gone already."""
        by = "time" if self.over.is_set() else "responder"
        assert self._process.stdin is not None
        with suppress(OSError), closing(self._process.stdin) as stdin:
            stdin.write(json.dumps({"by": by, "reports": reports}).encode() + b"\n")
            stdin.flush()
            self._gone.wait()
        self._process.wait()
        self._reader.join()
        return self.result

    def close(self) -> None:
        """Let it end without being judged, where it goes on still."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            try:
                self._take_all(lines)
            finally:
                for each in (self._begun, self.over, self._gone):
                    each.set()

    def _take_all(self, lines: IO[bytes]) -> None:
        for line in lines:
            document: dict[str, Any] = msgspec.json.decode(line)
            if self._announced is None:
                self._announced = document
                self._begun.set()
                continue
            self.result = results.of_document(document, drill=self.place.drill, team=self._team)
            self._keep(self.result)
            if document.get("over"):
                self.over.set()

    def _keep(self, result: Result) -> None:
        # A drill that is killed leaves what stood here last, told as unfinished.
        page = to_html(result) if result.finished else None
        try:
            results.keep(self.place.results, result, page)
        except OSError as error:
            self.trouble = f"The result cannot be kept in {clean(self.place.results)} ({error.strerror})."
            with suppress(OSError):
                results.keep(self.place.folder, result, page)
                self.trouble += f" It is in {clean(self.place.folder)}."
        else:
            self.trouble = None


@contextmanager
def running(place: Place, team: str | None, arguments: Sequence[str]) -> Iterator[Running]:
    """Play at *place*, which says so to other shells for as long as it lasts."""
    with files.open_or_create(place.lock) as held:
        files.lock(held)
        drill = Running(place, team, arguments)
        try:
            yield drill
        finally:
            drill.close()


def reports_of(place: Place) -> list[dict[str, Any]]:
    """The reports of the responder's newest cases, as far as they can be told, the newest first."""
    found = list[dict[str, Any]]()
    for case in CaseBook(place.state).cases()[:MOST_CASES]:
        with suppress(CaseError):
            found.append(json.loads(to_json(build(case))))
    return found


def read_report(path: Path) -> dict[str, Any]:
    """A report in JSON, whoever wrote it; raises OSError, and ValueError with the end of a sentence."""
    with files.open_foreign(path, follow=True) as file:
        if os.fstat(file.fileno()).st_size > MOST_REPORT:
            raise ValueError(f"is larger than {MOST_REPORT >> 20} MB")
        try:
            found = documents.parse(file.read())
        except ValueError:
            raise ValueError("isn't JSON") from None
    if not isinstance(found, dict):
        raise ValueError("isn't a report: it should be one JSON object")
    return found
