"""What ties a journal to a moment: a statement of its last line, signed with a key of the responder's.

The journal's own chain has no key, so whoever can write it can write all of it anew. A signature made by
``ssh-keygen -Y sign``, as git makes them, can be made by the key's holder alone.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.base import clock, files, folders
from services.base.environment import passed_on
from services.cases.case import Case
from services.cases.errors import CaseError

NAMESPACE = "stanch-case"
FOLDER = "anchors"
CONSISTENT = (
    "The journal and the evidence are consistent with themselves. The journal carries no key, "
    "so a rewrite of all of it can't be detected."
)
SECONDS = 60.0
_STATEMENT = re.compile(
    r"journal of case (?P<case>\S+)\n"
    r"line (?P<line>[1-9]\d{0,9})\nhash (?P<hash>[0-9a-f]{64})\nat (?P<at>\S+)\n"
)
_FINGERPRINT = re.compile(r"(SHA256:[A-Za-z0-9+/]{43})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A statement kept in the case: *line* had this *hash*, said by a clock at *at*."""

    line: int
    hash: str
    at: datetime
    path: Path
    holds: bool
    """Whether that line of the journal has this hash now; who signed is another question."""

    @property
    def signature(self) -> Path:
        return self.path.with_suffix(".sig")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature proves: made by the key *fingerprint*, which is *signer*'s by the list of signers."""

    fingerprint: str | None = None
    signer: str | None = None
    trouble: str | None = None


def make_anchor(case: Case, key: Path) -> Anchor:
    """State the journal's last line, and have *key* (or the agent that holds it) sign; raises CaseError."""
    entries = case.journal.entries()
    if flaws := case.flaws():
        raise CaseError(f"Case {case.id} isn't consistent, so it isn't signed: {flaws[0]}")
    if not entries:
        raise CaseError(f"The journal of case {case.id} is empty, so there is nothing to sign.")
    last, now = entries[-1], clock.now()
    statement = f"journal of case {case.id}\nline {last.seq}\nhash {last.hash}\nat {clock.rfc3339(now)}\n"
    signature = _keygen(("-Y", "sign", "-f", str(key), "-n", NAMESPACE), statement.encode())
    folder = case.folder / FOLDER
    path = folder / f"{last.seq:06}-{now:%Y%m%dT%H%M%S%f}.txt"
    try:
        folders.make_private(folder)
        files.replace(path, statement.encode())
        files.replace(path.with_suffix(".sig"), signature)
    except OSError as error:
        raise CaseError(f"The anchor can't be kept in {folder} ({error.strerror}).") from None
    return Anchor(last.seq, last.hash, now, path, holds=True)


def anchors(case: Case) -> tuple[tuple[Anchor, ...], tuple[str, ...]]:
    """The anchors kept in the case, the oldest line first; and what is wrong with others there."""
    hashes = {entry.seq: entry.hash for entry in case.journal.entries()}
    found, unread = list[Anchor](), list[str]()
    for path in sorted((case.folder / FOLDER).glob("*.txt")):
        try:
            stated = _STATEMENT.fullmatch(files.read(path).decode())
            at = clock.parse(stated["at"]) if stated else None
        except (OSError, ValueError):
            stated = at = None
        if stated is None or at is None or stated["case"] != case.id:
            unread.append(f"The anchor {path.name} isn't a statement about this case.")
            continue
        line = int(stated["line"])
        found.append(Anchor(line, stated["hash"], at, path, hashes.get(line) == stated["hash"]))
    return tuple(found), tuple(unread)


def check(anchor: Anchor, signers: Path | None = None) -> Signed:
    """Who signed; without *signers* (ssh's allowed signers) only by which key, which may be anybody's."""
    try:
        statement, signature = files.read(anchor.path), str(anchor.signature)
        # ssh-keygen would wait for a pipe.
        files.read(anchor.signature)
        checked = _keygen(("-Y", "check-novalidate", "-n", NAMESPACE, "-s", signature), statement)
        named = _FINGERPRINT.search(checked.decode(errors="replace"))
        fingerprint = named[1] if named else None
    except (CaseError, OSError) as error:
        return Signed(trouble=str(error))
    if signers is None:
        return Signed(fingerprint)
    try:
        listed = _keygen(("-Y", "find-principals", "-s", signature, "-f", str(signers)), statement)
        signer = listed.decode(errors="replace").splitlines()[0]
        _keygen(
            ("-Y", "verify", "-f", str(signers), "-I", signer, "-n", NAMESPACE, "-s", signature), statement
        )
    except (CaseError, IndexError):
        return Signed(fingerprint, trouble="its key isn't one of the signers'")
    return Signed(fingerprint, signer)


def _keygen(arguments: Sequence[str], given: bytes) -> bytes:
    """What ssh-keygen answers to *given*; raises CaseError with its own words where it refuses."""
    try:
        done = subprocess.run(
            ["ssh-keygen", *arguments],
            input=given,
            capture_output=True,
            check=False,
            env=passed_on("SSH_ASKPASS", "SSH_AUTH_SOCK"),
            timeout=SECONDS,
        )
    except FileNotFoundError:
        raise CaseError("Signatures need ssh-keygen (OpenSSH 8.2 or newer), which isn't installed.") from None
    except subprocess.TimeoutExpired:
        raise CaseError(f"ssh-keygen didn't answer within {SECONDS:.0f} s.") from None
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise CaseError(f"ssh-keygen refused: {words[-1] if words else f'exit {done.returncode}'}")
    return done.stdout
