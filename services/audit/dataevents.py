"""CloudTrail's word on keys that look unused: the review's own reading, key by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from services.audit.facts import DataEvents, Facts
from services.audit.keyrules import unused
from services.audit.model import Finding
from services.aws.errors import AwsError, Expired, NoCredentials
from services.aws.session import AwsSession
from services.review.model import SourceUnavailable, Subject, Window
from services.review.review import run_review


async def ask(
    aws: AwsSession,
    account: str,
    facts: Facts,
    on_progress: Callable[[str], None],
    now: Callable[[], datetime],
) -> Mapping[str, DataEvents]:
    """By key id, for those that last-accessed data leaves unused or unknown; one after the other."""
    doubtful = {each.subject for each in unused(facts) if isinstance(each, Finding) or each.kind == "unused"}
    window = Window(facts.now - facts.limits.unused, facts.now)
    found: dict[str, DataEvents] = {}
    for key in facts.keys:
        if key.id not in doubtful:
            continue
        on_progress(f"asking CloudTrail about {key.id}, {len(found) + 1} of {len(doubtful)}…")
        subject = Subject(key.user, key.id, key.service, account)
        try:
            review = await run_review(aws, subject, window, now=now)
        except (Expired, NoCredentials):
            raise
        except (AwsError, SourceUnavailable) as error:
            found[key.id] = DataEvents("unknown", str(error))
            continue
        found[key.id] = DataEvents(review.verdict, review.verdict_words)
    return found
