"""What of an intruder's making still stands, read back from AWS; a namesake's is never taken for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.aws import cloudtrail, iam, logs
from services.aws.errors import AwsError, NotFound
from services.aws.iam import Credential
from services.aws.inlinepolicies import created, inline_text
from services.aws.session import AwsSession
from services.base.text import clean
from services.keys.userkeys import ACCESS_KEYS, API_KEYS
from services.keys.whereabouts import key_of, user_of, younger
from services.review.made import Kind, Made
from services.rights import intruderdenies


@dataclass(frozen=True, slots=True)
class Standing:
    """*there* is whether it is still the thing that was made, *works* whether it can be used.

    Both are None where AWS could not be asked.
    """

    words: str
    there: bool | None
    works: bool | None

    @property
    def over(self) -> bool:
        """Whether it is known that nobody can use it any more."""
        return self.works is False


GONE = Standing("gone", there=False, works=False)
_NAMELESS = Standing("unknown (nobody has that name now: deleted, or renamed)", None, None)
_YOUNGER = Standing(
    "unknown (another has that name now: the one that it was made for is gone, or renamed)", None, None
)
_OF_NAMES = frozenset({"attached policy", "console password", "group member", "inline policy", "MFA device"})
"""What a user or a group has, of which only the name is known; roles keep theirs."""


async def standing(aws: AwsSession, account: str, made: Made) -> Standing:
    """Raises nothing of AWS's: what cannot be read is unknown."""
    if made.account not in (None, account):
        return Standing(f"in account {clean(made.account)}: sign in there", None, None)
    try:
        of_user = made.kind in _OF_NAMES and made.holder == "User"
        if of_user and younger(await iam.get_user(aws, made.whose), made.at):
            return _YOUNGER
        if made.holder == "Group" and await _is_another_group(aws, made.whose, made):
            return _YOUNGER
        return await _READERS[made.kind](aws, made)
    except NotFound:
        return _NAMELESS if made.kind in _OF_NAMES and made.holder != "Role" else GONE
    except AwsError as error:
        return Standing(f"unknown ({error})", None, None)


async def _user(aws: AwsSession, made: Made) -> Standing:
    user = await user_of(aws, made.unique, made.name) if made.unique else None
    if user is not None and user.name != made.name:
        return Standing(f"there, and called {user.name} now", there=False, works=True)
    return await _identity(aws, made, (user or await iam.get_user(aws, made.name)).id)


async def _role(aws: AwsSession, made: Made) -> Standing:
    return await _identity(aws, made, (await iam.get_role(aws, made.name)).id)


async def _identity(aws: AwsSession, made: Made, unique: str) -> Standing:
    """Whoever took the name later is somebody else."""
    if not made.unique or not unique:
        return Standing("unknown (no id tells it from a namesake)", None, None)
    if unique != made.unique:
        return Standing(f"gone; the {made.kind} of that name now is another", there=False, works=False)
    kind = "User" if made.kind == "user" else "Role"
    text = await inline_text(aws, "User" if kind == "User" else "Role", made.name, intruderdenies.NAME)
    denied = text is not None and intruderdenies.alike(text, intruderdenies.EVERYTHING)
    return Standing("denied everything" if denied else "there", there=True, works=not denied)


async def _access_key(aws: AwsSession, made: Made) -> Standing:
    return _key(await key_of(aws, ACCESS_KEYS, made.name, made.whose, made.at), made)


async def _api_key(aws: AwsSession, made: Made) -> Standing:
    return _key(await key_of(aws, API_KEYS, made.name, made.whose, made.at), made)


def _key(key: Credential | None, made: Made) -> Standing:
    if key is None:
        return GONE
    works, there = key.status == "Active", key.user == made.whose
    return Standing(key.status if there else f"{key.status}, of user {key.user} now", there, works)


async def _password(aws: AwsSession, made: Made) -> Standing:
    return _there(await iam.has_login_profile(aws, made.whose))


async def _device(aws: AwsSession, made: Made) -> Standing:
    return _there(made.name in await iam.list_mfa_devices(aws, made.whose))


async def _provider(aws: AwsSession, made: Made) -> Standing:
    return _there(made.name in await iam.list_identity_providers(aws))


async def _is_another_group(aws: AwsSession, name: str, made: Made) -> bool:
    """Whether the group of that name was made later; raises NotFound where none is called so by now."""
    return (await created(aws, "Group", name)).replace(microsecond=0) > made.at


async def _attached(aws: AwsSession, made: Made) -> Standing:
    assert made.holder
    there = made.name in await iam.list_attached_policies(aws, made.whose, made.holder)
    return Standing("attached", there=True, works=True) if there else _NOT_ATTACHED


async def _inline(aws: AwsSession, made: Made) -> Standing:
    assert made.holder
    text = await inline_text(aws, made.holder, made.whose, made.name)
    if text is None:
        return GONE
    if not intruderdenies.alike(text, made.document):
        return Standing("changed since, so it is not as the record has it", there=False, works=None)
    denying = intruderdenies.denying(made.document)
    name = intruderdenies.name_of(made.name)
    denied = denying and await inline_text(aws, made.holder, made.whose, name)
    if denied and denying and intruderdenies.alike(denied, denying):
        return Standing("denied what it allows", there=True, works=False)
    return Standing("there", there=True, works=True)


async def _trust(aws: AwsSession, made: Made) -> Standing:
    text = (await iam.get_role(aws, made.whose)).trust
    if text is None or not intruderdenies.alike(text, made.document):
        return Standing("changed since, so it is not as the record has it", there=False, works=None)
    return Standing("there", there=True, works=True)


async def _member(aws: AwsSession, made: Made) -> Standing:
    groups = await iam.list_groups(aws, made.whose)
    # In a group that was renamed since it is a member still, and not by that name.
    if groups and await _is_another_group(aws, made.name, made):
        return _YOUNGER
    return Standing("a member", there=True, works=True) if made.name in groups else _NO_MEMBER


async def _log_group(aws: AwsSession, made: Made) -> Standing:
    group = await logs.find_log_group(aws, made.region, made.name)
    if group is None:
        return GONE
    if group.created is not None and group.created > made.at + timedelta(seconds=1):
        return Standing("gone; the log group of that name now is another", there=False, works=False)
    on = bool(group.bearer_enabled)
    return Standing("on" if on else "off", there=True, works=on)


async def _trail_stopped(aws: AwsSession, made: Made) -> Standing:
    logging = await cloudtrail.is_logging(aws, made.region, made.name)
    if logging is None:
        return Standing("the trail is gone: nothing is recorded by it", there=False, works=None)
    return Standing("logging again" if logging else "not logging", there=True, works=not logging)


async def _trail_deleted(aws: AwsSession, made: Made) -> Standing:
    logging = await cloudtrail.is_logging(aws, made.region, made.name)
    if logging is None:
        return Standing("the trail is gone", there=True, works=True)
    return Standing(f"a trail of that name is {'logging' if logging else 'not logging'}", False, not logging)


async def _trail_changed(aws: AwsSession, made: Made) -> Standing:
    logging = await cloudtrail.is_logging(aws, made.region, made.name)
    if logging is None:
        return GONE
    return Standing("compare its settings: what they were is not recorded", there=True, works=True)


def _there(there: bool) -> Standing:
    return Standing("there", there=True, works=True) if there else GONE


_NOT_ATTACHED = Standing("detached", there=False, works=False)
_NO_MEMBER = Standing("not in the group", there=False, works=False)
_READERS: Mapping[Kind, Callable[[AwsSession, Made], Awaitable[Standing]]] = {
    "user": _user,
    "role": _role,
    "access key": _access_key,
    "API key": _api_key,
    "console password": _password,
    "attached policy": _attached,
    "inline policy": _inline,
    "trust policy": _trust,
    "group member": _member,
    "MFA device": _device,
    "identity provider": _provider,
    "log group": _log_group,
    "trail stopped": _trail_stopped,
    "trail deleted": _trail_deleted,
    "trail changed": _trail_changed,
}
