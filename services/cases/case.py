"""A case: one folder with the journal, the evidence, and a lock for whoever works on it."""

from __future__ import annotations

import getpass
import hashlib
import os
import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from services.aws.iam import Credential
from services.aws.where import Where
from services.base import clock, files
from services.base.files import CannotLock, Held, sync_folder
from services.base.folders import make_new, make_private, require_private
from services.base.nearest import no_such
from services.base.text import clean
from services.cases import state
from services.cases.errors import CaseError, CaseHeld, NoSuchCase
from services.cases.journal import UNREADABLE, Entry, Journal
from services.cases.names import names_under
from services.cases.state import INCIDENT, CaseState
from services.quoting.shell import ShellCommand

NAME_SHOWN = 64
"""Characters of a login or a host: what a colleague's machine calls them is a stranger's text."""

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works on a case, from where, since when."""

    who: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        who, host, since = (clean(each, limit=NAME_SHOWN) for each in (self.who, self.host, self.since))
        return f"{who} on {host} (process {self.pid}) since {since}"


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
        return any(not flaw.torn for flaw in self.journal.flaws())

    def first(self) -> tuple[Entry, ...]:
        """The line it was opened with; none where it cannot be read, which is told where it is looked at."""
        with suppress(CaseError):
            return self.journal.entries()[:1]
        return ()

    @property
    def broken(self) -> bool:
        """Whether the journal cannot be read, or was altered."""
        try:
            return self.altered
        except CaseError:
            return True

    def state(self) -> CaseState:
        entries = self.journal.entries()
        if not entries:
            raise CaseError(f"The journal of case {self.id} is empty. See `{self._verify}`.")
        try:
            return state.read(entries)
        except UNREADABLE as error:
            why = clean(repr(error), limit=200)
            raise CaseError(
                f"The journal of case {self.id} isn't valid ({why}). See `stanch case verify`."
            ) from None

    def append(self, kind: str, **data: object) -> int:
        """Journal one line; returns its number."""
        if not self.held:
            raise CaseError(f"Case {self.id} is open read-only.")
        self._check_lock()
        return self.journal.append(kind, data).seq

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
            stem, suffix = Path(name).stem, Path(name).suffix
            number = 1 + sum(1 for _ in folder.glob(f"{stem}-*{suffix}"))
            path = folder / f"{stem}-{number}{suffix}"
            with files.create(path) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(folder)
        except OSError as error:
            raise CaseError(
                f"Evidence cannot be written to {folder} ({error.strerror}). Free some space and try again."
            ) from None
        return {"file": path.name, "sha256": hashlib.sha256(content).hexdigest()}

    @property
    def _verify(self) -> ShellCommand:
        return Where().stanch("case verify", self.id)

    def flaws(self) -> tuple[str, ...]:
        """What is wrong with the journal or the evidence, one sentence each; none where it is intact."""
        found = [f"Line {flaw.line} of the journal {flaw.words}." for flaw in self.journal.flaws()]
        for entry in self.journal.entries():
            kept = entry.data.get("evidence") if isinstance(entry.data, dict) else None
            if isinstance(kept, dict):
                found += self._flaws_of_evidence(kept)
        return tuple(found)

    def _flaws_of_evidence(self, kept: dict[str, Any]) -> Iterator[str]:
        name = str(kept.get("file"))
        try:
            content = files.read(self.folder / "evidence" / Path(name).name)
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
            return msgspec.json.decode(files.read(self.folder / "lock"), type=Holder)
        except (OSError, *UNREADABLE):
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
            mine = {"responder": caller_arn, **_here()}
            if mine not in self.state().responders[-1:]:
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
        holder = Holder(_login(), _host(), os.getpid(), clock.rfc3339(clock.now()))
        try:
            os.ftruncate(fd, 0)
            os.pwrite(fd, msgspec.json.encode(holder), 0)
        except OSError as error:
            os.close(fd)
            raise self._unwritable(error) from None
        self._lock = fd


class CaseBook:
    """All cases under a state directory."""

    def __init__(self, state_dir: Path) -> None:
        self.folder = state_dir / "cases"
        self.names = names_under(state_dir)
        """What new secrets are called."""

    def cases(self) -> tuple[Case, ...]:
        """Every case, the newest first; one that was killed before its first line stood never began."""
        try:
            require_private(self.folder.parent)
            require_private(self.folder)
            folders = [path for path in self.folder.iterdir() if os.path.lexists(path / "head.json")]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise CaseError(
                f"The cases in {self.folder} cannot be read ({error.strerror}), so nothing was sent "
                "to AWS. Choose another place with --state-dir."
            ) from None
        begun = [(case.first(), case) for case in map(Case, folders)]
        cases = [(_when(first), case.id, case) for first, case in begun if first or case.broken]
        return tuple(case for _, _, case in sorted(cases, key=itemgetter(0, 1), reverse=True))

    def get(self, case_id: str) -> Case:
        """The case of that id, in whatever letter case it was typed; raises CaseError."""
        for case in self.cases():
            if case.id.casefold() == case_id.casefold():
                return case
        known = [case.id for case in self.cases()]
        otherwise = "`stanch case list` shows the cases."
        raise NoSuchCase(no_such("case", case_id, known, otherwise=otherwise))

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Whoever looks for an open case and begins one where there is none is alone with that."""
        try:
            make_private(self.folder)
            beginning = files.open_or_create(self.folder.parent / "beginning.lock")
        except OSError as error:
            raise CaseError(
                f"A case cannot be kept in {self.folder} ({error.strerror}), so nothing was sent "
                "to AWS. Choose another place with --state-dir."
            ) from None
        with beginning:
            # Dropped with the file, however that comes about; it is held for a moment alone.
            with suppress(CannotLock):
                files.wait_for_lock(beginning)
            yield

    def open_case_of(self, key_id: str, account: str, kind: str = INCIDENT) -> Case | None:
        """The newest such case of that key that is not closed, and whose journal nobody altered."""
        for case in self.cases():
            with suppress(CaseError):
                now = case.state()
                if (
                    now.kind == kind
                    and now.closed_at is None
                    and not case.altered
                    and now.opened.get("key_id") == key_id
                    and now.opened.get("account") == account
                ):
                    return case
        return None

    def create(
        self,
        credential: Credential,
        *,
        account: str,
        caller_arn: str,
        now: datetime,
        kind: str = INCIDENT,
        where: Where | None = None,
    ) -> Case:
        """A new case, opened and locked by the caller of this method once entered."""
        opened: dict[str, object] = {
            **({} if kind == INCIDENT else {"kind": kind}),
            "key_id": credential.id,
            "user": credential.user,
            "service": credential.service,
            "alias": credential.alias,
            "status": credential.status,
            "created": clock.rfc3339(credential.created),
            "expires": clock.rfc3339(credential.expires) if credential.expires else None,
            "account": account,
            "responder": caller_arn,
        }
        return self.begin(opened, now, where)

    def begin(self, opened: Mapping[str, object], now: datetime, where: Where | None = None) -> Case:
        """A new case whose journal begins with *opened*, and with the endpoint where it isn't AWS's own."""
        case_id = f"{now:%m%d}-{''.join(secrets.choice(_LETTERS) for _ in range(3))}"
        folder = self.folder / case_id
        try:
            make_private(self.folder.parent)
            make_private(self.folder)
            make_new(folder)
            sync_folder(self.folder)
        except FileExistsError:
            return self.begin(opened, now, where)
        except OSError as error:
            raise CaseError(
                f"A case cannot be kept in {self.folder} ({error.strerror}), so nothing was sent "
                "to AWS. Choose another place with --state-dir."
            ) from None
        self.names.keep()
        case = Case(folder)
        elsewhere = where.journaled() if where else {}
        case.journal.append("opened", {**opened, **elsewhere, **_here()}, now)
        return case


def _user(target: str) -> str | None:
    """Whom another kind of case than an incident is about, where that is a user."""
    kind, _, name = target.partition(":")
    return name if kind == "user" else None


def _when(entries: Sequence[Entry]) -> datetime:
    # A journal that was emptied is among the oldest, and not forgotten.
    return entries[0].at if entries else datetime.min.replace(tzinfo=UTC)


def _here() -> dict[str, str]:
    """Who works on this machine, and which it is."""
    return {"login": _login(), "host": _host()}


def _host() -> str:
    return clean(socket.gethostname(), limit=NAME_SHOWN)


def _login() -> str:
    try:
        # LOGNAME, USER and their kind say whatever the shell was told.
        return clean(getpass.getuser(), limit=NAME_SHOWN)
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
