"""Whether a key's user may use it, asked of IAM's simulation before the key is made."""

from __future__ import annotations

from services.aws.errors import AwsError
from services.goals.goal import Ground
from services.goals.issuing.standing import UserStanding
from services.keys.keydetails import may_use
from services.rights import policies
from services.rights.permissions import CAVEAT, May

_NOTHING_ALLOWS = "no policy allows it"


async def tokens_denied(
    ground: Ground, there: UserStanding, service: str, *, must_allow: bool = False
) -> list[str]:
    """What stands against tokens of *service*; also that nothing allows them, where something must by now."""
    if there.user is None or service not in policies.BEARER_ACTIONS:
        return []
    try:
        answers = await may_use(ground.aws, ground.caller.account, there.user.name, service)
    except AwsError as error:
        return [f"Whether {there.user.name} may use its keys could not be read: {error}"]
    found = [
        f"{there.user.name} may not {answer.action}: {answer.reason} ({CAVEAT}). Its keys are denied "
        "until that is fixed."
        for answer in answers
        if answer.may is May.NO and (must_allow or answer.reason != _NOTHING_ALLOWS)
    ]
    if must_allow:
        found += [
            f"Whether {there.user.name} may {answer.action} is not known: {answer.reason}."
            for answer in answers
            if answer.may is May.UNKNOWN
        ]
    return found
