"""Where a process at work on a case may be killed, and what kills it there.

A boundary is: within and after the writes of every journal line, and after every change in the account. At
those in between disk and account are as at the one before: they count where everything does.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from services.aws.call import Call
from services.aws.session import Answer, AwsSession
from services.base.files import Reserved
from services.cases import journal
from services.cases import secret as secrets
from services.cases.secret import Secret
from tests.samples import EVERYTHING


class Boundaries:
    """Counts boundaries by their names, and kills this process at the one it is told.

    Two of one name are where the same code finds disk and account in the same kind of state.
    """

    def __init__(self) -> None:
        self.named: list[str] = []
        self._kill_at: int | None = None
        self._quiet = False
        self._step = self._call = ""

    def begin(self, kill_at: int | None = None) -> None:
        self.named, self._kill_at = [], kill_at
        # Else the first lines of a way would have the name of the last step of the one before.
        self._step = self._call = ""

    def next_is_last(self, name: str) -> bool:
        if self._quiet:
            return False
        self.named.append(name)
        return len(self.named) == self._kill_at

    def reach(self, name: str) -> None:
        if self.next_is_last(name):
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Be there at every line and every call of this process, for its life."""
        append, replace, announce = journal._append, journal._replace, journal._announce
        send, write, reserve, kind = AwsSession.send, secrets.write_file, secrets.reserve_room, ""

        def quiet_announce(head: Path, content: bytes) -> None:
            # That a line is coming says nothing of the case: killed here, it is as at the line before.
            self._quiet = not EVERYTHING
            announce(head, content)
            self._quiet = False

        def torn_append(path: Path, line: bytes) -> None:
            nonlocal kind
            kind = self._read(line)
            if EVERYTHING:
                self.reach(f"before {kind}")
            if self.next_is_last(f"within {kind} of {self._step}"):
                with path.open("ab") as file:
                    file.write(line[: len(line) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            append(path, line)
            self.reach(f"{kind} without its head")

        def late_replace(path: Path, content: bytes) -> None:
            replace(path, content)
            # Once a call has its outcome, it makes no difference which it was, but for a secret that is lost.
            told = kind == "intent" or self._call.endswith(("ServiceSpecificCredential", "CreateAccessKey"))
            self.reach(f"{kind} of {self._step}" + (f": {self._call}" if told else ""))

        async def watched_send(session: AwsSession, call: Call) -> Answer:
            if EVERYTHING:
                self.reach(f"before {call.operation}")
            answer = await send(session, call)
            if EVERYTHING or not call.reads:
                self.reach(f"{self._step}: {call.operation}")
            return answer

        def watched_write(path: Path, secret: Secret, room: Reserved | None = None) -> None:
            write(path, secret, room)
            self.reach(f"{self._step}: the secret's file")

        def watched_reserve(path: Path) -> Reserved:
            room = reserve(path)
            self.reach("the room for the secret's file")
            return room

        secrets.write_file, secrets.reserve_room = watched_write, watched_reserve
        journal._append, journal._replace, journal._announce = torn_append, late_replace, quiet_announce
        AwsSession.send = watched_send  # type: ignore[method-assign, assignment]

    def _read(self, line: bytes) -> str:
        """The kind of a line; what it is about is that of those to come as well."""
        said = json.loads(line)
        data, kind = said["data"], str(said["kind"])
        if kind == "intent":
            self._step = f"the undo of {data['step']}" if data.get("undo") else data["step"]
            self._call = data["call"]["operation"]
        return kind
