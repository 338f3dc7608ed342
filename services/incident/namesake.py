"""Whether the user that a plan is about is the key's, or another that only has its name."""

from __future__ import annotations

from collections.abc import Collection

from services.aws import iam
from services.aws.errors import Denied, NotFound
from services.base import clock
from services.cases.plan import Plan
from services.incident.situation import Situation
from services.keys.userkeys import key_named


async def namesake(at: Situation, made: Collection[str], plan: Plan) -> str | None:
    """Why the user of that name is another than the key's, where *plan* is about the user itself."""
    key = at.key
    ours = (key.id, *made)
    named = (call.params.get("UserName") == key.user and key_named(call) not in ours for call in plan.calls)
    if not key.user or not any(named):
        return None
    try:
        if any(each.id == key.id for each in await at.credentials()):
            return None
        user = await iam.get_user(at.aws, key.user)
    except (NotFound, Denied):
        # What it is about the calls themselves will tell.
        return None
    if user.created.replace(microsecond=0) <= key.created:
        return None
    return (
        f"User {user.name} was created {clock.stamp(user.created)}, after the key {key.id}: it is "
        "another user of that name, and is left alone."
    )
