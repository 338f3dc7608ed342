"""Where a key is now: users are renamed, by an intruder too, and a key goes with its user.

That a name leads to nothing is no proof that a key is gone; nor that another user has that name now.
"""

from __future__ import annotations

from datetime import datetime

from services.aws import iam
from services.aws.errors import Denied, NotFound
from services.aws.iam import Credential, User
from services.aws.session import AwsSession
from services.keys.accesskeys import last_use
from services.keys.userkeys import ACCESS_KEYS, UserKeyKind


async def key_of(
    aws: AwsSession, kind: UserKeyKind, key_id: str, user: str, since: datetime | None = None
) -> Credential | None:
    """The key, whatever its user is called by now; None where it is gone, else an AwsError is raised.

    *since* is when it was that user's, by AWS's clock, as far as that is known.
    """
    try:
        found = await _held(aws, kind, key_id, user)
    except NotFound:
        return await _elsewhere(aws, kind, key_id, user)
    if found is None:
        try:
            return await _elsewhere(aws, kind, key_id, user)
        except Denied:
            # Who else might have it cannot be asked: gone it is where that is still the user who had it.
            if since is None or await _another(aws, user, since):
                raise
            return None
    return found


def younger(user: User, since: datetime) -> bool:
    """Whether *user* was made after that, so that whoever had the name then is another."""
    return user.created.replace(microsecond=0) > since


async def user_of(aws: AwsSession, unique: str, name: str) -> User | None:
    """The user of that id, whatever it is called by now."""
    try:
        found = await iam.get_user(aws, name)
    except NotFound:
        found = None
    if found is not None and found.id == unique:
        return found
    async for page in iam.user_pages(aws):
        for each in page:
            if each.id == unique:
                return each
    return None


async def _another(aws: AwsSession, user: str, since: datetime) -> bool:
    """Whether the user of that name may be another than the one who had it then."""
    try:
        return younger(await iam.get_user(aws, user), since)
    except (Denied, NotFound):
        return True


async def _held(aws: AwsSession, kind: UserKeyKind, key_id: str, user: str) -> Credential | None:
    return next((each for each in await kind.list(aws, user) if each.id == key_id), None)


async def _elsewhere(aws: AwsSession, kind: UserKeyKind, key_id: str, user: str) -> Credential | None:
    if kind is ACCESS_KEYS:
        used = await last_use(aws, key_id)
        if used is None or not used.user or used.user == user:
            return None
        try:
            return await _held(aws, kind, key_id, used.user)
        except NotFound:
            return None
    async for page in iam.credential_pages(aws):
        for each in page.credentials:
            if each.id == key_id:
                return each
    return None
