"""Whether the user that a plan is about is the key's, or another that only has its name."""

from __future__ import annotations

from collections.abc import Collection

from services.aws import iam
from services.aws.errors import AwsError, Denied, NotFound
from services.base import clock
from services.base.keyservices import SESSIONS_ALONE
from services.cases.plan import LeverName, Plan, StepName
from services.incident.situation import Situation
from services.keys.userkeys import key_named
from services.keys.whereabouts import user_of, younger

_OF_THE_USER = frozenset({StepName.DENY, LeverName.ACCESS_KEYS, LeverName.SESSIONS})
"""What is about the user itself: that there is nothing to do is said of that user too."""


async def namesake(at: Situation, made: Collection[str], plan: Plan) -> str | None:
    """Why the user of that name is another than the key's, where *plan* is about the user itself."""
    key = at.key
    if not key.user or not _about_the_user(at, made, plan):
        return None
    try:
        found = None if key.service in SESSIONS_ALONE else await at.credential()
    except (NotFound, Denied):
        # Where the key is cannot be asked; how old the user is may tell still.
        found = None
    if found is not None:
        return _renamed(at, found.user) if found.user != key.user else None
    try:
        user = await iam.get_user(at.aws, key.user)
    except (NotFound, Denied):
        # What it is about the calls themselves will tell.
        return None
    if younger(user, key.created):
        why, onward = f"User {user.name} was created {clock.stamp(user.created)}, after the key {key.id}", ""
    elif at.case.user_id not in (None, user.id):
        why = f"User {user.name} has the id {user.id}, and who had the key {key.id} had {at.case.user_id}"
        onward = f" {await _called_now(at, str(at.case.user_id))}"
    else:
        return None
    return f"{why}: it is another user of that name, and is left alone.{onward}"


async def _called_now(at: Situation, unique: str) -> str:
    try:
        user = await user_of(at.aws, unique, at.key.user)
    except AwsError:
        return "What the key's own user is called now could not be read: look for that id among the users."
    if user is None:
        return "No user has the other id any more."
    return f"The key's own user is called {user.name} now: do by hand to that one what this step would do."


def _about_the_user(at: Situation, made: Collection[str], plan: Plan) -> bool:
    if not plan.calls:
        return plan.step in _OF_THE_USER
    ours = (at.key.id, *made)
    return any(
        call.params.get("UserName") == at.key.user and key_named(call) not in ours for call in plan.calls
    )


def _renamed(at: Situation, user: str) -> str:
    return (
        f"The key {at.key.id} is user {user}'s now: {at.key.user} was renamed, and whoever has that name is "
        f"left alone. Leave this case and open it again to act on {user}."
    )
