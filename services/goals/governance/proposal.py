"""What attaching a policy would take, and what taking it away would, worked out without asking AWS more."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from services.aws.call import Call
from services.aws.organizations import ATTACHED_QUOTA, SCP
from services.goals.governance.documents import Document, Kind, Wanted
from services.goals.governance.standing import HOLDERS, Standing
from services.goals.governance.targets import Target, TargetKind
from services.goals.governance.words import warned
from services.goals.proposal import Proposal, diff
from services.rights import policies

NEW_ID = "(the new policy's id)"
"""Stands where the id is known only once the policy is made."""


def attach(
    target: Target,
    wanted: Wanted,
    document: Document,
    at: Standing,
    sent: Collection[Document] = (),
) -> Proposal:
    """What is missing; of that name only one of the documents that the case *sent* itself is replaced."""
    if blocked := _unfit(target, wanted) or _no_room(target, wanted, document, at):
        return Proposal(blocked=blocked)
    if at.attached and at.document == document:
        return Proposal(already=f"{wanted.name} is already attached to {target.words}, unchanged.")
    if at.document not in (None, document, *sent):
        told = (
            f"{target.words} has a policy {wanted.name} with other content, which no case on this machine "
            "wrote, so it is not replaced: remove or rename it by hand first."
        )
        return Proposal(blocked=_capital(told), diff=diff(at.document, document))
    calls = _put(target, wanted, document) if target.iam else _put_scp(target, wanted, document, at)
    return Proposal(
        calls=calls,
        diff=diff(at.document if at.attached else None, document),
        warnings=_warnings(target, wanted, at),
        before={"document": at.document, "attached": at.attached, "policy_id": at.policy_id},
    )


def detach(
    target: Target,
    wanted: Wanted,
    at: Standing,
    before: Standing | None,
    did: Collection[str] = (),
    sent: Collection[Document] = (),
) -> Proposal:
    """Back to *before*, which is what there was when this program attached it; None where it never did.

    *did* are the operations by which it did, and *sent* the documents: what another call brought about, and
    what someone wrote since, is left.
    """
    if before is None:
        if not at.attached:
            return Proposal(already=f"{wanted.name} is not attached to {target.words}.")
        return Proposal(
            blocked=f"No case on this machine attached {wanted.name} to {target.words}: remove it by hand."
        )
    changed = at.document not in (None, before.document, *sent)
    if target.iam:
        calls = () if changed else _take(target, wanted, at, before)
    else:
        calls = _take_scp(target, at, before, did, changed=changed)
    if changed:
        told = f"The content of {wanted.name} was changed since, not by this case: put it right by hand."
        if calls:
            return Proposal(calls, left=(told,))
        if not at.attached:
            return Proposal(already=f"{wanted.name} is not attached to {target.words}.", left=(told,))
        return Proposal(blocked=told)
    if not calls:
        return Proposal(already=f"{target.words} is as it was before {wanted.name} was attached.")
    former = before.document if before.attached else None
    return Proposal(calls, diff(at.document if at.attached else None, former))


def compact(document: Mapping[str, Any]) -> str:
    """As it is sent: Organizations counts white space."""
    return json.dumps(document, separators=(",", ":"))


def _unfit(target: Target, wanted: Wanted) -> str | None:
    """Why the policy would do nothing there, or be refused."""
    if target.kind is TargetKind.ROLE and wanted.kind in (Kind.DENY_USE, Kind.WRITE):
        return "A role has no API keys: attach it to the users who have them, or to their group."
    if target.kind is TargetKind.SCP and (wanted.kind is Kind.WRITE or wanted.allow):
        return "A service control policy only denies: it grants nothing, so leave --allow out."
    return None


def _no_room(target: Target, wanted: Wanted, document: Document, at: Standing) -> str | None:
    size = policies.counted_length(document) if target.iam else len(compact(document))
    if at.used + size > target.quota:
        room = f"{at.used:,} of {target.quota:,} characters are used, and it takes {size:,}"
        return f"There is no room on {target.words}: {room}."
    if target.iam or at.attached:
        return None
    if at.count >= ATTACHED_QUOTA:
        return (
            f"{target.words} has {at.count} service control policies, and AWS allows {ATTACHED_QUOTA}: "
            "detach one first."
        )
    if at.elsewhere and at.document != document:
        return (
            f"{wanted.name} is attached to {', '.join(at.elsewhere)} with different content: it "
            "would change there too. Make it the same there first, or detach it."
        )
    return None


def _put(target: Target, wanted: Wanted, document: Document) -> tuple[Call, ...]:
    holder = HOLDERS[target.kind]
    params = {
        f"{holder}Name": target.name,
        "PolicyName": wanted.name,
        "PolicyDocument": json.dumps(document),
    }
    return (Call("iam", f"Put{holder}Policy", params),)


def _put_scp(target: Target, wanted: Wanted, document: Document, at: Standing) -> tuple[Call, ...]:
    calls: list[Call] = []
    if at.policy_id is None:
        made = {
            "Name": wanted.name,
            "Description": f"API keys of {wanted.short_service}: {wanted.told}.",
            "Type": SCP,
            "Content": compact(document),
        }
        calls.append(Call("organizations", "CreatePolicy", made))
    elif at.document != document:
        changed = {"PolicyId": at.policy_id, "Content": compact(document)}
        calls.append(Call("organizations", "UpdatePolicy", changed))
    if not at.attached:
        calls.append(_of_scp("AttachPolicy", at.policy_id or NEW_ID, target))
    return tuple(calls)


def _take(target: Target, wanted: Wanted, at: Standing, before: Standing) -> tuple[Call, ...]:
    former = before.document
    if at.document == former:
        return ()
    if former is not None:
        return _put(target, wanted, dict(former))
    holder = HOLDERS[target.kind]
    return (Call("iam", f"Delete{holder}Policy", {f"{holder}Name": target.name, "PolicyName": wanted.name}),)


def _take_scp(
    target: Target, at: Standing, before: Standing, did: Collection[str], *, changed: bool
) -> tuple[Call, ...]:
    """What was made is deleted, what was changed is changed back, what was attached is detached.

    What someone *changed* since is only detached.
    """
    if at.policy_id is None:
        return ()
    calls: list[Call] = []
    if at.attached and not before.attached and "AttachPolicy" in did:
        calls.append(_of_scp("DetachPolicy", at.policy_id, target))
    if changed:
        return tuple(calls)
    if before.policy_id is None:
        if not at.elsewhere and "CreatePolicy" in did and (calls or not at.attached):
            calls.append(Call("organizations", "DeletePolicy", {"PolicyId": at.policy_id}))
    elif (former := before.document) not in (None, at.document) and "UpdatePolicy" in did:
        params = {"PolicyId": at.policy_id, "Content": compact(former)}
        calls.append(Call("organizations", "UpdatePolicy", params))
    return tuple(calls)


def _of_scp(operation: str, policy_id: str, target: Target) -> Call:
    return Call("organizations", operation, {"PolicyId": policy_id, "TargetId": target.name})


def _warnings(target: Target, wanted: Wanted, at: Standing) -> tuple[str, ...]:
    found: list[str] = []
    if wanted.kind in (Kind.DENY, Kind.DENY_USE):
        found.append(warned(target, wanted))
    if wanted.kind is Kind.WRITE:
        found.append("It only adds: what other policies allow the user remains. Remove those afterwards.")
    if target.kind is TargetKind.SCP:
        found.append(f"The management account {at.management} is not subject to service control policies.")
    if at.attached and at.document is not None:
        found.append(f"What this case attached as {wanted.name} is replaced.")
    return tuple(found)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
