"""The event history: what the user did, and what was done to it, among management events."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

from services.aws.cloudtrail import HISTORY_KEPT, Pacer, lookup_events
from services.aws.credentials.regions import global_region, partition_of
from services.aws.errors import AwsError, Expired, NoCredentials
from services.aws.session import AwsSession
from services.review.actions import ON_THE_USER
from services.review.batch import Batch, missed
from services.review.coverage import HISTORY
from services.review.flight import merged
from services.review.model import Subject, Window
from services.review.scan import Scanner

_ACCESS_KEY = re.compile(r"A(KI|SI)A[A-Z0-9]{12,124}")


def iam_region(region: str) -> str:
    """Where the events of IAM are kept, in the partition of *region*."""
    return global_region(partition_of(region))


def read_history(
    aws: AwsSession,
    scanner: Scanner,
    regions: Sequence[str],
    window: Window,
    pacers: Mapping[str, Pacer],
    *,
    now: datetime,
    done_to: bool = True,
) -> AsyncGenerator[Batch, None]:
    """All of *regions* at once; with *done_to* also the calls of others on the user."""
    home = iam_region(regions[0])
    kept = Window(max(window.since, now - HISTORY_KEPT), window.until)
    matcher = scanner.matcher
    who = [(_attribute(text), text) for text in matcher.texts if _asked(text, matcher.subject)]
    questions = {region: list(who) for region in (*regions, home)}
    if done_to and matcher.subject.user in matcher.texts:
        # One by one, since Username finds the actor alone.
        questions[home] += [("EventName", name) for name in sorted(ON_THE_USER)]
    if kept.since >= kept.until:
        questions.clear()
    return merged(
        _region(aws, scanner, region, asked, kept, pacers[region]) for region, asked in questions.items()
    )


def _asked(text: str, subject: Subject) -> bool:
    """Where the user is known, its name finds what its key did as well."""
    return text != subject.key_id or (not subject.user and _ACCESS_KEY.fullmatch(text) is not None)


def _attribute(text: str) -> str:
    """What to look *text* up by: an access key id, or a name; a role's session is listed by its own name."""
    return "AccessKeyId" if _ACCESS_KEY.fullmatch(text) else "Username"


async def _region(
    aws: AwsSession,
    scanner: Scanner,
    region: str,
    questions: Sequence[tuple[str, str]],
    window: Window,
    pacer: Pacer,
) -> AsyncGenerator[Batch, None]:
    what = f"the event history of {region}"
    try:
        for attribute in questions:
            pages = lookup_events(
                aws, region, pacer, attribute=attribute, since=window.since, until=window.until
            )
            async with aclosing(pages):
                async for page in pages:
                    raws = (text.encode("utf-8", "surrogatepass") for text in page)
                    yield Batch(HISTORY, region, scanner.records(what, raws))
    except Expired:
        raise
    except NoCredentials as error:
        # The caller is known by now, so it is the Region that does not know it.
        yield missed(HISTORY, what, f"{error.said}: the Region may not be enabled", region)
    except AwsError as error:
        yield missed(HISTORY, what, error, region)
