"""One log event sent with the new key, in the moment its secret is in hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.aws import ingestion
from services.aws.errors import AwsError
from services.aws.ingestion import Answered
from services.aws.session import AwsSession
from services.cases.secret import Secret
from services.goals.goal import Trial

FIRST_EVENT = "stanch setup: the first event"
"""What the trial and the printed curl send; a log group that holds nothing else is as good as new."""

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds: a key and a policy are not known everywhere at once."""
_NOT_YET = (401, 403, 404)


async def send_event(
    aws: AwsSession,
    region: str,
    log_group: str,
    log_stream: str,
    secret: Secret,
    sleep: Callable[[float], Awaitable[object]],
) -> Trial:
    try:
        base = await ingestion.endpoint(aws, region)
    except AwsError as error:
        return Trial(False, None, f"no event was sent: {error}")
    if not ingestion.safe(base):
        return Trial(False, None, f"no event was sent: {base} is not encrypted, and a key is a secret")
    for pause in (*PAUSES, None):
        answer = await ingestion.post_event(base, secret.reveal(), log_group, log_stream, FIRST_EVENT)
        if answer.status not in _NOT_YET or pause is None:
            break
        await sleep(pause)
    return _told(answer, log_group)


def _told(answer: Answered, log_group: str) -> Trial:
    if answer.status == 200:
        return Trial(True, 200, f"{log_group} accepted one event sent with the new key")
    said = answer.said.rstrip(".") or "without a message"
    if answer.status is None:
        return Trial(False, None, f"whether {log_group} accepted the event is unknown: {said}")
    return Trial(False, answer.status, f"the event for {log_group} was rejected with {answer.status}: {said}")
