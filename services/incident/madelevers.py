"""For each kind of thing that an intruder makes: the one call that stops it, the call that undoes that.

Nothing is ever deleted. What has no reversible lever has the command that removes it for good, for a person
to decide on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.aws.call import Call
from services.aws.where import Where
from services.incident.groups import switch
from services.review.made import Kind, Made
from services.rights import intruderdenies


@dataclass(frozen=True, slots=True)
class Lever:
    """*does* and *undoes* are imperatives about the thing, which is put in for ``{}``."""

    does: str
    undoes: str
    stops: str
    leaves: str
    stop: Callable[[Made], Call | None]
    back: Callable[[Made], Call]
    stopped: str
    """What is so once it was pulled, in words."""


def lever_of(made: Made) -> Lever | None:
    """None where there is none that can be undone."""
    lever = _LEVERS.get(made.kind)
    return lever if lever is not None and lever.stop(made) is not None else None


def by_hand(made: Made, where: Where) -> str:
    """How it is removed where there is no reversible lever."""
    call = _BY_HAND[made.kind](made) if made.kind in _BY_HAND else None
    if call is not None:
        return f"no reversible lever; to remove it for good: {where.aws(call)}"
    match made.kind:
        case "trail deleted" | "trail changed":
            return (
                "what it was before is in no record; to record again: "
                f"{where.stanch('harden', options=(('--trail', made.name),))}"
            )
        case "trust policy":
            read = where.aws(Call("iam", "GetRole", {"RoleName": made.whose}))
            return f"no reversible lever; read who may assume it, and put right the document in IAM: {read}"
    return f"no reversible lever: in IAM, look at {made.text}"


def _deny_all(made: Made) -> Call:
    kind = made.kind.title()
    params = {f"{kind}Name": made.name, "PolicyName": intruderdenies.NAME}
    return Call("iam", f"Put{kind}Policy", {**params, "PolicyDocument": intruderdenies.EVERYTHING})


def _allow_all(made: Made) -> Call:
    kind = made.kind.title()
    params = {f"{kind}Name": made.name, "PolicyName": intruderdenies.NAME}
    return Call("iam", f"Delete{kind}Policy", params)


def _access_key(status: str) -> Callable[[Made], Call]:
    return lambda made: Call(
        "iam", "UpdateAccessKey", {"UserName": made.whose, "AccessKeyId": made.name, "Status": status}
    )


def _api_key(status: str) -> Callable[[Made], Call]:
    return lambda made: Call(
        "iam",
        "UpdateServiceSpecificCredential",
        {"UserName": made.whose, "ServiceSpecificCredentialId": made.name, "Status": status},
    )


def _managed(verb: str) -> Callable[[Made], Call]:
    return lambda made: Call(
        "iam", f"{verb}{made.holder}Policy", {f"{made.holder}Name": made.whose, "PolicyArn": made.name}
    )


def _deny_inline(made: Made) -> Call | None:
    document = intruderdenies.denying(made.document)
    if document is None:
        return None
    return Call("iam", f"Put{made.holder}Policy", {**_of_inline(made), "PolicyDocument": document})


def _allow_inline(made: Made) -> Call:
    return Call("iam", f"Delete{made.holder}Policy", _of_inline(made))


def _of_inline(made: Made) -> dict[str, object]:
    return {f"{made.holder}Name": made.whose, "PolicyName": intruderdenies.name_of(made.name)}


def _member(verb: str) -> Callable[[Made], Call]:
    return lambda made: Call("iam", verb, {"GroupName": made.name, "UserName": made.whose})


def _trail(verb: str) -> Callable[[Made], Call]:
    return lambda made: Call("cloudtrail", verb, {"Name": made.name}, made.region)


_IDENTITY = "What it made or opened before, which has levers of its own."
_LEVERS: Mapping[Kind, Lever] = {
    "user": Lever(
        "Deny {} everything",
        "Remove the deny policy from {}",
        "Whatever the user may do, by any key, password or session of its own.",
        f"Sessions of roles that it assumed. {_IDENTITY}",
        _deny_all,
        _allow_all,
        "denied everything",
    ),
    "role": Lever(
        "Deny {} everything",
        "Remove the deny policy from {}",
        "Whatever the role may do, sessions that are open included.",
        _IDENTITY,
        _deny_all,
        _allow_all,
        "denied everything",
    ),
    "access key": Lever(
        "Make {} inactive",
        "Make {} active again",
        "Calls signed with this access key.",
        "Sessions that it opened.",
        _access_key("Inactive"),
        _access_key("Active"),
        "Inactive",
    ),
    "API key": Lever(
        "Make {} inactive",
        "Make {} active again",
        "Calls with this API key.",
        "The user's other keys.",
        _api_key("Inactive"),
        _api_key("Active"),
        "Inactive",
    ),
    "attached policy": Lever(
        "Detach {}",
        "Attach {} again",
        "What this policy allows, where nothing else allows it too.",
        "The policy itself, and others that it is attached to.",
        _managed("Detach"),
        _managed("Attach"),
        "detached",
    ),
    "inline policy": Lever(
        "Deny what {} allows",
        "Remove the deny of what {} allows",
        "What this policy allows, also where another policy allows the same.",
        "The policy itself, which stays as it is.",
        _deny_inline,
        _allow_inline,
        "denied what it allows",
    ),
    "group member": Lever(
        "End the {}",
        "Restore the {}",
        "What the group's policies allow this user.",
        "The user's own policies and other groups.",
        _member("RemoveUserFromGroup"),
        _member("AddUserToGroup"),
        "not in the group",
    ),
    "log group": Lever(
        "Turn off {}",
        "Turn on {}",
        "Every bearer token on this group, whoever sends it.",
        "Signed calls, and other groups.",
        lambda made: switch(made.name, made.region, enabled=False),
        lambda made: switch(made.name, made.region, enabled=True),
        "off",
    ),
    "trail stopped": Lever(
        "Undo {}: start logging",
        "Restore {}: stop logging",
        "Nothing: what happens from now on is recorded again.",
        "What was not recorded meanwhile, which stays unknown.",
        _trail("StartLogging"),
        _trail("StopLogging"),
        "logging again",
    ),
}

_BY_HAND: Mapping[Kind, Callable[[Made], Call]] = {
    "console password": lambda made: Call("iam", "DeleteLoginProfile", {"UserName": made.whose}),
    "MFA device": lambda made: Call(
        "iam", "DeactivateMFADevice", {"UserName": made.whose, "SerialNumber": made.name}
    ),
    "identity provider": lambda made: (
        Call("iam", "DeleteSAMLProvider", {"SAMLProviderArn": made.name})
        if ":saml-provider/" in made.name
        else Call("iam", "DeleteOpenIDConnectProvider", {"OpenIDConnectProviderArn": made.name})
    ),
    "inline policy": lambda made: Call(
        "iam", f"Delete{made.holder}Policy", {f"{made.holder}Name": made.whose, "PolicyName": made.name}
    ),
}
