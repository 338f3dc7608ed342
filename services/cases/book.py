"""All cases under a state directory."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

from services.aws.iam import Credential
from services.aws.where import Where
from services.base import clock, files
from services.base.files import CannotLock, sync_folder
from services.base.folders import make_new, make_private, require_private
from services.base.nearest import no_such
from services.cases import webhook
from services.cases.case import Case
from services.cases.errors import CaseError, NoSuchCase
from services.cases.holder import responder_here
from services.cases.lines import Entry
from services.cases.names import names_under
from services.cases.state import INCIDENT

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


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
            folders = [path for path in self.folder.iterdir() if is_begun(path)]
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
            try:
                files.wait_for_lock(beginning)
            except CannotLock as error:
                # Nor could the case be, once it is begun.
                raise CaseError(
                    f"Cases in {self.folder} cannot be locked here ({error.strerror}), so two responders "
                    "could not be kept apart. Choose a folder on a local disk with --state-dir."
                ) from None
            yield

    def open_case_of(self, key_id: str, where: Where, kind: str = INCIDENT) -> Case | None:
        """The newest such case of the key that is not closed, and whose journal nobody altered."""
        for case in self.cases():
            with suppress(CaseError):
                now = case.state()
                if (
                    now.kind == kind
                    and now.closed_at is None
                    and not case.altered
                    and now.opened.get("key_id") == key_id
                    and where.has(now.opened)
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
        event = webhook.event_of(case, "opened", opened)
        entry = case.journal.append("opened", {**opened, **elsewhere, **responder_here()}, now)
        if event:
            webhook.announce(case, event, entry.at)
        return case


def is_begun(folder: Path) -> bool:
    """Whether anything of a case stands there: whoever removes one of the two has altered it."""
    return any(os.path.lexists(folder / each) for each in ("head.json", "journal.jsonl"))


def _when(entries: Sequence[Entry]) -> datetime:
    # A journal that was emptied is among the oldest, and not forgotten.
    return entries[0].at if entries else datetime.min.replace(tzinfo=UTC)
