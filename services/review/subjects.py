"""What AWS says beside the records of whom a review is about."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from services.aws import iam
from services.aws.cloudtrail import Pacer, Sleep
from services.aws.errors import AwsError, Expired
from services.aws.session import AwsSession
from services.base.keyservices import SIGNS
from services.base.text import clean
from services.review.changes import renamings
from services.review.collect import Collector
from services.review.model import Subject, Window
from services.review.sources.history import iam_region


async def created(aws: AwsSession, subject: Subject) -> datetime | None:
    """When the key was created, of those that records may not name; None where AWS does not say."""
    if not (subject.user and subject.key_id) or subject.service in SIGNS:
        return None
    try:
        keys = await iam.list_credentials(aws, subject.user)
    except Expired:
        raise
    except AwsError:
        return None
    return next((key.created for key in keys if key.id == subject.key_id), None)


async def renamed_since(
    aws: AwsSession, subject: Subject, window: Window, collector: Collector, now: datetime, sleep: Sleep
) -> None:
    """Note every renaming after the window: in it, the user was called otherwise than it is now."""
    try:
        home = iam_region(await aws.home())
        pacers: defaultdict[str, Pacer] = defaultdict(lambda: Pacer(sleep=sleep))
        for event in await renamings(aws, home, window.until, now, pacers):
            collector.renamings[event.event_id] = event
    except Expired:
        raise
    except AwsError as error:
        why = clean(error, limit=300).rstrip(".")
        collector.notes[f"Whether {subject.user} was renamed after this period could not be read: {why}."] = (
            None
        )
