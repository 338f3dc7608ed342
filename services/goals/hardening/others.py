"""Keys of services whose use nobody asked to have recorded."""

from __future__ import annotations

from collections.abc import Sequence

from services.aws import iam
from services.aws.errors import AwsError, Expired
from services.aws.session import AwsSession
from services.base.keyservices import short_service
from services.review.recorded import USES


async def other_keys(aws: AwsSession, services: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each service that has keys here and could be named; none where they cannot be read."""
    found: set[str] = set()
    try:
        async for page in iam.credential_pages(aws):
            found |= {each.service for each in page.credentials if each.status == "Active"}
    except Expired:
        raise
    except AwsError:
        # It only reminds: that keys cannot be listed is the inventory's to say.
        return ()
    return tuple(
        f"There are active {short} keys: --service {short} records their use too."
        for service, short in ((each, short_service(each)) for each in USES)
        if service in found and service not in services
    )
