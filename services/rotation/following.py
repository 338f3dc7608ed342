"""Waits with a rotation for what only others or time can bring: the import, and a flow that is sure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from services.aws.errors import AwsError, Throttled, Unexpected, Unreachable
from services.incident.situation import Options
from services.rotation.engine import Rotation
from services.rotation.stages import Next, Standing

PAUSES = {Next.IMPORT: 60.0, Next.WATCH: 20.0}
"""Seconds between looks: the import may take days, and CloudWatch has a point a minute."""


async def follow(
    rotation: Rotation,
    options: Options,
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> AsyncIterator[Standing | AwsError]:
    """Each standing that is new, until going on, going back or nothing at all is to be done.

    An error that may pass is told and waited out; others are raised.
    """
    told = ""
    pause = PAUSES[Next.WATCH]
    while True:
        try:
            found = await rotation.standing(options)
        except (Throttled, Unreachable, Unexpected) as error:
            yield error
        else:
            if found.words != told:
                told = found.words
                yield found
            if found.next not in PAUSES or (found.verdict and found.verdict.bad):
                return
            pause = PAUSES[found.next]
        await sleep(pause)
