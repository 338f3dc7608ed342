"""A case: one folder with the journal, the evidence, and a lock for whoever works on it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from services.aws.where import Where
from services.base import clock, documents, files
from services.base.files import CannotLock, Held, sync_folder
from services.base.folders import make_private
from services.base.text import clean
from services.cases import fold, webhook
from services.cases.errors import CaseError, CaseHeld, Newer
from services.cases.holder import Holder, host, login, responder_here
from services.cases.journal import Journal
from services.cases.lines import FORMAT, UNREADABLE, Entry
from services.cases.state import CaseState
from services.quoting.shell import ShellCommand

MOST_EVIDENCE = 2 << 30
"""Bytes of one file of evidence: the records of a whole review may be kept."""


class Case:
    """The case in *folder*; entering it takes the lock, and without the lock it can only be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.readings = folder.parents[1] / "reviews"
        """Where a review that is cut notes how far it came, for the next one."""
        self.id = folder.name
        self.journal = Journal(folder)
        self.unwritable: str | None = None
        """Why what happened could not be journaled, the last time that was so."""
        self._lock: int | None = None

    def __enter__(self) -> Self:
        if not self.held:
            self._take_lock()
            if self.newer:
                self.__exit__(None, None, None)
                raise Newer(self.id)
            torn = self.journal.repair()
            if self.altered:
                self.__exit__(None, None, None)
                raise CaseError(
                    f"The journal of case {self.id} was altered: nothing more "
                    f"will be written to it. See `{self._verify}`; without --case, a new case is opened."
                )
            if torn:
                self.append("note", text=torn)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def held(self) -> bool:
        """Whether this program has the lock."""
        return self._lock is not None

    @property
    def altered(self) -> bool:
        """Whether the journal is not as it was written; a line torn by a crash is repaired, and no matter."""
        return self.journal.altered

    @property
    def newer(self) -> bool:
        """Whether a newer version wrote in it."""
        return self.journal.reading.fold.format > FORMAT

    def first(self) -> tuple[Entry, ...]:
        """The line it was opened with; none where it cannot be read, which is told where it is looked at."""
        with suppress(CaseError, *UNREADABLE):
            if line := self.journal.reading.first:
                return (line.entry(),)
        return ()

    @property
    def broken(self) -> bool:
        """Whether the journal cannot be read, or was altered."""
        try:
            return self.altered
        except CaseError:
            return True

    def state(self) -> CaseState:
        """Where it stands, frozen; each line is read and folded once in this process."""
        read = self.journal.reading
        with read.lock:
            if read.fold.format > FORMAT:
                raise Newer(self.id)
            if read.last is None and not self.journal.unwritten:
                raise CaseError(f"The journal of case {self.id} is empty. See `{self._verify}`.")
            try:
                if self.journal.unwritten:
                    return fold.read(self.journal.entries())
                return read.fold.state()
            except UNREADABLE:
                raise self.senseless from None

    @property
    def senseless(self) -> CaseError:
        return CaseError(
            f"The journal of case {self.id} isn't valid: one of its lines holds a value that can't be read. "
            f"See `{self._verify}`."
        )

    def append(self, kind: str, **data: object) -> int:
        """Journal one line; returns its number."""
        if not self.held:
            raise CaseError(f"Case {self.id} is open read-only.")
        self._check_lock()
        event = webhook.event_of(self, kind, data)
        entry = self.journal.append(kind, data)
        if event:
            webhook.announce(self, event, entry.at)
        return entry.seq

    def record(self, kind: str, **data: object) -> int:
        """Journal what has happened already: what cannot be written is remembered, and written later."""
        try:
            return self.append(kind, **data)
        except (CaseError, CaseHeld) as error:
            self.unwritable = str(error)
            return self.journal.keep(kind, data).seq

    def keep_evidence(self, name: str, content: bytes) -> dict[str, str]:
        """Write *content* into the case's evidence and return {file, sha256} for the journal."""
        folder = self.folder / "evidence"
        try:
            make_private(folder)
            path = folder / self._free(folder, Path(name))
            with files.creating(path) as file:
                file.write(content)
            sync_folder(folder)
        except OSError as error:
            raise CaseError(
                f"Evidence cannot be written to {folder} ({error.strerror}). Free some space and try again."
            ) from None
        return {"file": path.name, "sha256": hashlib.sha256(content).hexdigest()}

    def _free(self, folder: Path, name: Path) -> str:
        """*name* with a number that no evidence has, or had: what is missing stays missing."""
        known = {path.name for path in folder.iterdir()}
        known.update(str(kept.get("file")) for kept in self._kept())
        numbered = re.compile(rf"{re.escape(name.stem)}-(\d{{1,9}}){re.escape(name.suffix)}")
        numbers = (int(found[1]) for each in known if (found := numbered.fullmatch(each)))
        return f"{name.stem}-{max(numbers, default=0) + 1}{name.suffix}"

    def _kept(self) -> Iterator[dict[str, Any]]:
        """What the journal says of each piece of evidence."""
        for entry in self.journal.entries():
            kept = entry.data.get("evidence") if isinstance(entry.data, dict) else None
            if isinstance(kept, dict):
                yield kept

    @property
    def _verify(self) -> ShellCommand:
        return Where().stanch("case verify", self.id)

    def flaws(self) -> tuple[str, ...]:
        """What is wrong with the journal or the evidence, one sentence each; none where it is intact."""
        found = [f"Line {flaw.line} of the journal {flaw.words}." for flaw in self.journal.flaws()]
        for kept in self._kept():
            found += self._flaws_of_evidence(kept)
        return tuple(found)

    def _flaws_of_evidence(self, kept: dict[str, Any]) -> Iterator[str]:
        name = str(kept.get("file"))
        try:
            content = files.read(self.folder / "evidence" / Path(name).name, most=MOST_EVIDENCE)
        except FileNotFoundError:
            yield f"Evidence {clean(name)} is missing."
            return
        except OSError as error:
            yield f"Evidence {clean(name)} cannot be read ({error.strerror})."
            return
        if hashlib.sha256(content).hexdigest() != kept.get("sha256"):
            yield f"Evidence {clean(name)} was altered."

    def summary(self) -> dict[str, object]:
        """The fields of `case list --json`."""
        now = self.state()
        return {
            "case": self.id,
            "kind": now.kind,
            "about": now.about,
            "key_id": now.opened.get("key_id"),
            "user": now.opened.get("user") or _user(now.whose),
            "account": now.opened.get("account"),
            "endpoint": now.opened.get("endpoint"),
            "opened": clock.rfc3339(now.opened_at) if now.opened_at else None,
            "closed": clock.rfc3339(now.closed_at) if now.closed_at else None,
        }

    def as_json(self) -> dict[str, object]:
        """The document of `case show --json`."""
        now = self.state()
        steps = [(name, now.step(name)) for name in now.deeds]
        return self.summary() | {
            "steps": [
                {
                    "name": name.value,
                    "state": step.state.value,
                    "at": clock.rfc3339(step.at) if step.at else None,
                    "words": step.words,
                }
                for name, step in steps
            ],
            "intact": not self.flaws(),
            "head": entries[-1].hash if (entries := self.journal.entries()) else None,
        }

    def holder(self) -> Holder | None:
        """Who holds the lock now, as far as it is written down."""
        try:
            return documents.decode(files.read(self.folder / "lock"), Holder)
        except (OSError, ValueError):
            return None

    def take_over(self) -> Holder | None:
        """Enter a case that somebody else holds, knowingly; they are kept from writing. Says who it was.

        The kernel frees the lock of a process that ended, so this is for one that hangs, or for a colleague
        who agreed.
        """
        before = self.holder()
        # A lock is on the file itself: a new one in its place is what the old holder finds at its next line.
        (self.folder / "lock").unlink(missing_ok=True)
        self.__enter__()
        self.append("note", text=f"taken over from {before or 'nobody'}")
        return before

    def enter(self, caller_arn: str, *, take_over: bool = False) -> Self:
        """Take the lock, and journal who works on the case from now on, where that is news.

        Raises CaseHeld where somebody else has it, unless *take_over*.
        """
        try:
            self.__enter__()
        except CaseHeld:
            if not take_over:
                raise
            self.take_over()
        try:
            mine: dict[str, object] = {"responder": caller_arn, **responder_here()}
            newest = self.state().responders[-1:]
            known = any(dict(each).items() <= mine.items() for each in newest)
            if not known or self.journal.reading.fold.format < FORMAT:
                self.append("responder", **mine)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _check_lock(self) -> None:
        assert self._lock is not None
        try:
            mine = os.path.samestat(os.fstat(self._lock), (self.folder / "lock").stat())
        except OSError:
            mine = False
        if not mine and not self.folder.is_dir():
            raise CaseError(f"The folder of case {self.id} is gone ({self.folder}).")
        if not mine:
            raise CaseHeld(f"Case {self.id} was taken over by {self.holder() or 'someone'}. Talk to them.")

    def _unwritable(self, error: OSError) -> CaseError:
        return CaseError(
            f"Case {self.id} cannot be opened for writing ({error.strerror}), so nothing was sent to "
            "AWS. Choose another place with --state-dir."
        )

    def _take_lock(self) -> None:
        try:
            fd = os.dup((file := files.open_or_create(self.folder / "lock")).fileno())
            file.close()
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            # The kernel drops this lock with the process that holds it, however that ends.
            files.lock(fd)
        except CannotLock as error:
            os.close(fd)
            raise CaseError(
                f"Case {self.id} cannot be locked here ({error.strerror}), so two responders could "
                "not be kept apart. Choose a folder on a local disk with --state-dir."
            ) from None
        except Held:
            os.close(fd)
            who = self.holder()
            raise CaseHeld(
                f"Case {self.id} is being worked on by {who or 'someone else'}. Talk to them, or take it "
                "over (--take-over)."
            ) from None
        holder = Holder(login(), host(), os.getpid(), clock.rfc3339(clock.now()))
        try:
            os.ftruncate(fd, 0)
            os.pwrite(fd, msgspec.json.encode(holder), 0)
        except OSError as error:
            os.close(fd)
            raise self._unwritable(error) from None
        self._lock = fd


def _user(target: str) -> str | None:
    """Whom another kind of case than an incident is about, where that is a user."""
    kind, _, name = target.partition(":")
    return name if kind == "user" else None
