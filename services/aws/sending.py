"""The one place where a call goes out, and where what comes back becomes an answer or an AwsError."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.aws.call import Call
from services.aws.errors import AwsError, NotAws, TimedOut, Unexpected

if TYPE_CHECKING:
    from services.aws.attempts import Attempts

CALL_SECONDS = 90.0
"""From the first attempt to the last byte of the last one: a server may send a byte now and then for ever."""


Judge = Callable[[AwsError], AwsError]
"""Knows the credentials that signed: what is said of them is said in its words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What AWS said to one call: its body as botocore parses it, and the id to quote to AWS support."""

    body: Mapping[str, Any]
    request_id: str | None


async def exchange(
    client: Any, call: Call, attempts: Attempts, known_in: Collection[str], judged: Judge
) -> Answer:
    """AWS's answer to *call*, or an AwsError; *known_in* are Regions where AWS took the credentials.

    *attempts* are those that this task has watched_attempts() for; *judged* hears of what AWS refuses.
    """
    from botocore import xform_name

    from services.aws.conform import conformed
    from services.aws.refusals import request_id_of

    operation, meta = call.operation, client.meta
    try:
        async with asyncio.timeout(CALL_SECONDS) as limit:
            body = await getattr(client, xform_name(operation))(**call.params)
    except Exception as error:  # noqa: BLE001 - whatever a library makes of what a network sends
        if isinstance(error, TimeoutError) and limit.expired():
            failure: AwsError = TimedOut(operation, f"no whole answer within {CALL_SECONDS:.0f} s")
        else:
            failure = judged(_failure(operation, error, meta, attempts, known_in))
        # What is raised before an attempt goes out, as by signing it, is no answer to the last.
        unsure = attempts.unsure if isinstance(error, AwsError) else attempts.unsure_before_the_last
        raise _unsure(call, failure) if unsure else failure from None
    request_id = request_id_of(body)
    if request_id is None or attempts.page:
        # Something between us and AWS answered: neither a change nor what was read is to be believed.
        if close := getattr(body.get("Body"), "close", None):
            close()
        raise NotAws(operation, "something other than AWS answered: a proxy, a gateway or a guest network")
    shape = meta.service_model.operation_model(operation).output_shape
    return Answer(conformed(operation, shape, body), request_id)


def _failure(
    operation: str, error: Exception, meta: Any, attempts: Attempts, known_in: Collection[str]
) -> AwsError:
    if isinstance(error, AwsError):
        return error
    from botocore.exceptions import ClientError

    from services.aws.failures import from_exception
    from services.aws.refusals import from_client_error, unreadable

    region, ahead = meta.region_name, attempts.ahead
    elsewhere = bool(known_in) and region not in known_in
    if isinstance(error, ClientError):
        return from_client_error(
            operation, error.response, ahead=ahead, region=region, known_elsewhere=elsewhere
        )
    if attempts.last and (found := unreadable(operation, attempts.last)):
        return found
    return from_exception(operation, error, sent=attempts.begun > 0, endpoint=meta.endpoint_url)


def _unsure(call: Call, failure: AwsError) -> AwsError:
    """*failure* is of the last attempt alone: of a change, an earlier one may have been heard."""
    if call.reads or failure.outcome_unknown:
        return failure
    said = f"AWS refused the last attempt ({failure.said.rstrip('.')}), and may have received an earlier one"
    return Unexpected(call.operation, said, code=failure.code, request_id=failure.request_id)
