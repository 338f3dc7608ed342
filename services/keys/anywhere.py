"""Whose several credentials are, each asked in the account that it names, where a role leads there."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from services.aws.errors import AwsError
from services.aws.reach import Reach
from services.keys.recognise import AnyKey
from services.keys.whose import Answer, KeyFacts, look_up

AT_ONCE = 4


async def look_up_all(
    reach: Reach, keys: Sequence[AnyKey], now: datetime, decoys: Collection[str] = ()
) -> list[KeyFacts]:
    """As `look_up` has it, in their order; an account that lets nobody in is a sentence, no end."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(key: AnyKey) -> KeyFacts:
        async with turns:
            return await look_up_anywhere(reach, key, now, decoys)

    return list(await asyncio.gather(*map(one, keys)))


async def look_up_anywhere(
    reach: Reach, key: AnyKey, now: datetime, decoys: Collection[str] = ()
) -> KeyFacts:
    here = await reach.at(None)
    found = await look_up(here, key, now, decoys)
    if found.answer is not Answer.OTHER_ACCOUNT or not reach.leads_to(found.account):
        return replace(found, where=here.where)
    try:
        there = await reach.at(found.account)
        return replace(await look_up(there, key, now, decoys), where=there.where)
    except AwsError as error:
        return replace(found, said=(f"Not looked up in account {found.account}. {error}",))
