"""What is said of attaching a policy, and of detaching it: what its document does, by kind and target."""

from __future__ import annotations

from services.base.sizes import count
from services.goals.governance.documents import Kind, Wanted
from services.goals.governance.targets import Target, TargetKind
from services.goals.told import Told

_DENIES = {Kind.DENY: "create, reset or use", Kind.DENY_USE: "use"}


def attaching(target: Target, wanted: Wanted) -> Told:
    return Told(
        title=f"Attach {wanted.name} to {target.words}",
        stops=_stops(target, wanted),
        leaves=_leaves(target, wanted),
        undo="Remove it.",
        done=f"policy {wanted.name} attached to {target.words}",
    )


def detaching(target: Target, wanted: Wanted) -> Told:
    grants = wanted.kind is Kind.WRITE or wanted.allow
    return Told(
        title=f"Detach {wanted.name} from {target.words}",
        stops="What it allows, unless another policy does too." if grants else "Nothing: this undoes it.",
        leaves="Other policies.",
        undo="Attach it again.",
        done=f"policy {wanted.name} detached from {target.words}",
    )


def warned(target: Target, wanted: Wanted) -> str:
    """What a deny stops until it is removed."""
    keys = f"{wanted.short_service} key"
    whose = {
        TargetKind.USER: f"every {keys} of {target.name}, including a replacement",
        TargetKind.GROUP: f"every {keys} of everyone in {target.name}",
        TargetKind.ROLE: f"{target.words} from creating and resetting {keys}s",
        TargetKind.SCP: f"every {keys} of every user under {target.name}",
    }[target.kind]
    return f"It stops {whose}, until it is removed."


def _stops(target: Target, wanted: Wanted) -> str:
    keys = f"{wanted.short_service} keys"
    every, none = {
        TargetKind.USER: (f"{target.words} may", f"{target.words} may not"),
        TargetKind.GROUP: (f"everyone in {target.words} may", f"nobody in {target.words} may"),
        TargetKind.ROLE: (f"{target.words} may", f"{target.words} may not"),
        TargetKind.SCP: (f"everyone under {target.name} may", f"nobody under {target.name} may"),
    }[target.kind]
    match wanted.kind:
        case Kind.WRITE:
            return f"Nothing: from then on {every} send logs with a key to the log groups named."
        case Kind.EXPIRY:
            within = count(wanted.days, "day")
            return f"From then on {every} create {keys} only with an expiry within {within}."
        case Kind.DENY if target.kind is TargetKind.ROLE:
            denied = f"{none} create or reset {keys}"
        case kind:
            denied = f"{none} {_DENIES[kind]} {keys}, existing ones included"
    return f"From then on {'; '.join((denied, *wanted.beside))}."


def _leaves(target: Target, wanted: Wanted) -> str:
    if wanted.kind is Kind.WRITE:
        return "Anything: it only adds to what other policies allow."
    left = ["keys of other services"]
    if wanted.kind is Kind.EXPIRY:
        left = ["existing keys and resets of them", *left]
    elif target.kind is TargetKind.ROLE:
        left = ["existing keys", *left]
    else:
        left = [*(["creating and resetting keys"] * (wanted.kind is Kind.DENY_USE)), "access keys", *left]
    if target.kind in (TargetKind.USER, TargetKind.GROUP):
        # What a role may do goes by the role's policies, and by those above the account.
        left.append("role sessions already started")
    told = " and ".join(filter(None, (", ".join(left[:-1]), left[-1])))
    return f"{told[:1].upper()}{told[1:]}."
