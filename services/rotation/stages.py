"""Where a rotation stands and what comes next, worked out from its case and from AWS."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import LiteralString

from services.aws.iam import Credential
from services.aws.where import Where
from services.base import clock
from services.cases.deposit import words_of
from services.cases.plan import State, StepName
from services.cases.state import Replacement
from services.incident.replace import orphan
from services.incident.situation import Situation
from services.rotation import retire, verdict
from services.rotation.verdict import Verdict, deactivated_at


class Next(StrEnum):
    """What is to be done next, or waited for."""

    REPLACE = "replace"
    IMPORT = "import"
    DEACTIVATE = "deactivate"
    WATCH = "watch"
    DELETE = "delete"
    DONE = "done"


_DELETION = "DeleteServiceSpecificCredential"

STEP = {Next.REPLACE: StepName.REPLACE, Next.DEACTIVATE: StepName.DEACTIVATE}
"""What going on (--next) takes; a key is deleted only when that is asked for by its name."""


@dataclass(frozen=True, slots=True)
class Standing:
    """*ways* are the commands that lead on from here, each with what it does."""

    next: Next
    words: str
    ways: tuple[tuple[str, str], ...] = ()
    old: Credential | None = None
    new: Credential | None = None
    verdict: Verdict | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "next": self.next.value,
            "ready": self.next not in (Next.IMPORT, Next.WATCH),
            "old_status": self.old.status if self.old else None,
            "new_key_id": self.new.id if self.new else None,
            "new_status": self.new.status if self.new else None,
            "standing": self.words,
            "ways": [{"command": command, "does": does} for command, does in self.ways],
            "verdict": self.verdict.as_json() if self.verdict else None,
        }


async def standing(at: Situation) -> Standing:
    """One listing and, where it matters, what CloudTrail and CloudWatch say; raises an AwsError."""
    found = {one.id: one for one in await at.credentials()}
    made = at.case.replacement
    if asked := at.case.doubt(undo=False):
        ways = tuple(
            _way(at, f"--next {option} {which}", does)
            for which in asked.candidates
            for option, does in (("--ours", "it is this case's"), ("--not-ours", "it is someone else's"))
        )
        words = f"{asked.words[:1].upper()}{asked.words[1:].rstrip('.')}: say whose it is."
        return Standing(Next.REPLACE, words, ways, found.get(at.key.id))
    # Who is not listed there may have gone with its user, by another name.
    old = found.get(at.key.id) or await at.credential()
    new = (found.get(made.key_id) if made else None) or await at.replacement()
    if old is None:
        return _without_old(at, made, new)
    if made is None:
        words = f"No second key was created yet for {at.key.id} ({old.status})."
        return Standing(Next.REPLACE, words, (_way(at, "--next", "create it and store its secret"),), old)
    if new is None or new.status == "Expired":
        return _without_new(at, made, old, new)
    if orphan(made):
        words = f"{new.id} was created, but its secret is lost: continuing resets it and stores a new one."
        ways = (_way(at, "--next", "do that"), _way(at, "--undo", "delete it again"))
        return Standing(Next.REPLACE, words, ways, old, new)
    if old.status == "Active":
        return await _importing(at, made, old, new)
    return await _watching(at, old, new)


async def _importing(at: Situation, made: Replacement, old: Credential, new: Credential) -> Standing:
    if new.status != "Active":
        words = f"The new key {new.id} is {new.status}: make it Active before it is imported."
        ways = (
            (str(at.aws.where.aws(retire.waking(new))), "make it Active"),
            _way(at, "--undo", "delete it again"),
        )
        return Standing(Next.IMPORT, words, ways, old, new)
    seen = await retire.imported(at)
    both = f"{old.id} and {new.id} both work"
    if seen.yes:
        ways = (_way(at, "--next", "make the old one Inactive"), _way(at, "--undo", "delete the new one"))
        return Standing(Next.DEACTIVATE, f"{both}. {_sentence(seen.words)}", ways, old, new)
    where = words_of(made.delivered or "")
    words = f"{both}. The new secret is in {where}: import it wherever the old one is used. "
    ways = (
        _way(at, "--imported", "once it is: make the old one Inactive"),
        _way(at, "--undo", "delete the new one again"),
    )
    return Standing(Next.IMPORT, words + _sentence(seen.words), ways, old, new)


async def _watching(at: Situation, old: Credential, new: Credential) -> Standing:
    since = deactivated_at(at, old.expires)
    seen = await verdict.read(at, since)
    words = f"{old.id} is {old.status} since {clock.spoken(since, at.now())}. {_sentence(seen.words)}"
    if new.status != "Active":
        words = f"The new key {new.id} is {new.status}, so nothing works. {words}"
    # An expired key comes back by no call.
    back = () if old.status == "Expired" else (_way(at, "--back", "make the old one Active again"),)
    if seen.ready:
        return Standing(
            Next.DELETE, words, (_way(at, "--delete", "delete the old one"), *back), old, new, seen
        )
    ways = (
        (*back, _way(at, "--watch", "watch IncomingBytes"))
        if seen.bad
        else (
            _way(at, "--watch", "watch IncomingBytes until certain"),
            *back,
        )
    )
    return Standing(Next.WATCH, words, ways, old, new, seen)


def _without_old(at: Situation, made: Replacement | None, new: Credential | None) -> Standing:
    if made is None or new is None:
        also = f"its new key {made.key_id} too" if made else "no second key was created"
        return Standing(Next.DONE, f"{at.key.id} is deleted, and {also}: nothing is left to rotate.")
    if at.case.step(StepName.DELETE).state is State.CONFIRMED:
        return Standing(Next.DONE, f"{at.key.id} was deleted; {new.id} replaced it.", new=new)
    if at.case.step(StepName.DELETE).sent or at.case.did(_DELETION, ServiceSpecificCredentialId=at.key.id):
        # By this case, which has not journaled yet that AWS agrees.
        return Standing(Next.DELETE, f"{at.key.id} is being deleted; {new.id} replaced it.", new=new)
    gone = f"{at.key.id} was deleted, not by this case: whatever still sends it is denied."
    if orphan(made):
        words = f"{gone} The secret of {new.id} is lost: continuing resets it and stores a new one."
        return Standing(Next.REPLACE, words, (_way(at, "--next", "do that"),), new=new)
    where = words_of(made.delivered or "")
    words = f"{gone} {new.id} is {new.status}: its secret is in {where}."
    return Standing(Next.DELETE, words, (_way(at, "--delete", "record that and close the case"),), new=new)


def _without_new(at: Situation, made: Replacement, old: Credential, new: Credential | None) -> Standing:
    ours = at.case.step(StepName.REPLACE).undoing
    state = "has expired" if new else "is being deleted" if ours else "was deleted, not by this case"
    words = f"The new key {made.key_id} {state}; the old one {old.id} is {old.status}."
    ways = [_way(at, "--undo", "end this rotation")] if new else [_way(at, "--next", "create another")]
    if old.status == "Inactive":
        ways.insert(0, _way(at, "--back", "make the old one Active again, at once"))
    return Standing(Next.IMPORT if new else Next.REPLACE, words, tuple(ways), old, new)


def command(where: Where, key: Credential, *more: LiteralString) -> str:
    """How this rotation is gone on with."""
    return str(where.stanch("rotate", key.id, options=(("--user", key.user), *more)))


def _way(at: Situation, option: LiteralString, does: str) -> tuple[str, str]:
    return command(at.aws.where, at.key, option), does


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
