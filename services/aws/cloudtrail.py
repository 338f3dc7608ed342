"""CloudTrail: the trails there are, what they record, and the event history."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from services.aws.errors import NotFound, Throttled
from services.aws.paging import lister, pages
from services.aws.session import AwsSession
from services.base.arn import account_in
from services.base.text import clean

HISTORY_KEPT = timedelta(days=90)
LOOKUPS_PER_SECOND = 2.0
PAGE = 50
BACKOFF_SECONDS = (1.0, 2.0, 4.0, 8.0)

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Trail:
    """*bucket* and *prefix* are as AWS needs them back, so not cleaned."""

    name: str
    arn: str
    home_region: str
    bucket: str
    prefix: str | None = None
    multi_region: bool = False
    organization: bool = False
    global_events: bool = True
    log_group_arn: str | None = None
    validates: bool = False
    """Whether CloudTrail delivers digest files too."""

    @property
    def account(self) -> str:
        """Whose it is: of an organization's trail, the management account's."""
        return account_in(self.arn)


@dataclass(frozen=True, slots=True)
class TrailStatus:
    """*started* and *stopped* are the latest of each; AWS keeps no earlier ones."""

    logging: bool
    started: datetime | None = None
    stopped: datetime | None = None
    delivered: datetime | None = None
    digested: datetime | None = None
    """The latest delivery of a digest file."""
    delivery_error: str | None = None


@dataclass(frozen=True, slots=True)
class BasicSelector:
    read_write: str
    management: bool
    data_types: tuple[str, ...] = ()
    excluded_sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """*tests* holds (operator, values): every operator must hold, by any of its values."""

    field: str
    tests: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class AdvancedSelector:
    name: str
    fields: tuple[FieldSelector, ...]


@dataclass(frozen=True, slots=True)
class EventSelectors:
    """A trail has selectors of one kind only."""

    basic: tuple[BasicSelector, ...] = ()
    advanced: tuple[AdvancedSelector, ...] = ()


RawSelectors: TypeAlias = Mapping[str, Any]
"""``EventSelectors`` or ``AdvancedEventSelectors`` as AWS wrote them and takes them back, so not cleaned."""


class Pacer:
    """Spaces LookupEvents calls; the limit is by account and Region, so make one for each Region."""

    def __init__(self, *, per_second: float | None = None, sleep: Sleep = asyncio.sleep) -> None:
        self.sleep = sleep
        self._apart = 1 / (per_second or LOOKUPS_PER_SECOND)
        self._next = 0.0

    async def turn(self) -> None:
        now = asyncio.get_running_loop().time()
        wait = max(0.0, self._next - now)
        self._next = max(now, self._next) + self._apart
        if wait:
            await self.sleep(wait)


async def describe_trails(aws: AwsSession, region: str) -> tuple[Trail, ...]:
    """The trails that record *region*: its own, and the shadows of other Regions' trails."""
    body = await aws.read("cloudtrail", "DescribeTrails", region=region, includeShadowTrails=True)
    return tuple(_trail(raw, region) for raw in body["trailList"])


async def trail_status(aws: AwsSession, trail: Trail) -> TrailStatus:
    body = await aws.read("cloudtrail", "GetTrailStatus", region=trail.home_region, Name=trail.arn)
    error = body.get("LatestDeliveryError")
    return TrailStatus(
        logging=bool(body["IsLogging"]),
        started=_utc(body.get("StartLoggingTime")),
        stopped=_utc(body.get("StopLoggingTime")),
        delivered=_utc(body.get("LatestDeliveryTime")),
        digested=_utc(body.get("LatestDigestDeliveryTime")),
        delivery_error=clean(error) if error else None,
    )


async def is_logging(aws: AwsSession, region: str, trail: str) -> bool | None:
    """Whether the trail of that name or ARN logs; None where there is none."""
    try:
        return bool((await aws.read("cloudtrail", "GetTrailStatus", region=region, Name=trail))["IsLogging"])
    except NotFound:
        return None


async def public_keys(aws: AwsSession, region: str, since: datetime, until: datetime) -> Mapping[str, bytes]:
    """By fingerprint: the keys that digest files of *region* were signed with, each as PKCS #1 in DER."""
    ask = lister(aws, "cloudtrail", "ListPublicKeys", region=region, StartTime=since, EndTime=until)
    return {
        str(raw["Fingerprint"]): bytes(raw["Value"])
        async for body in pages(ask, "ListPublicKeys", "NextToken")
        for raw in body["PublicKeyList"]
    }


async def event_selectors(aws: AwsSession, trail: Trail) -> EventSelectors:
    return parsed_selectors(await raw_selectors(aws, trail))


async def raw_selectors(aws: AwsSession, trail: Trail) -> RawSelectors:
    body = await aws.read("cloudtrail", "GetEventSelectors", region=trail.home_region, TrailName=trail.arn)
    kind = "AdvancedEventSelectors" if body.get("AdvancedEventSelectors") else "EventSelectors"
    # Whatever this is merged with is put in its place: what was not answered must not seem to be nothing.
    return {kind: list(body[kind])}


def parsed_selectors(raw: RawSelectors) -> EventSelectors:
    return EventSelectors(
        basic=tuple(_basic(each) for each in raw.get("EventSelectors") or ()),
        advanced=tuple(advanced_selector(each) for each in raw.get("AdvancedEventSelectors") or ()),
    )


async def lookup_events(
    aws: AwsSession,
    region: str,
    pacer: Pacer,
    *,
    attribute: tuple[str, str] | None,
    since: datetime,
    until: datetime,
) -> AsyncGenerator[tuple[str, ...], None]:
    """Management events of *region*, newest first: each page the records' JSON, as CloudTrail wrote it.

    Reaches back 90 days; *attribute* is one (key, value) of LookupAttributes, None for all events.
    """
    one = [{"AttributeKey": attribute[0], "AttributeValue": attribute[1]}] if attribute else []
    params: dict[str, Any] = {
        **({"LookupAttributes": one} if one else {}),
        "StartTime": since,
        # Sent in whole seconds, cut: without one more the last fraction would be lost.
        "EndTime": until + timedelta(seconds=1),
        "MaxResults": PAGE,
    }

    async def ask(**more: Any) -> Any:
        return await _patiently(aws, region, pacer, params | more)

    async for body in pages(ask, "LookupEvents", "NextToken"):
        # Without its record the answer has the most of it in fields of its own.
        yield tuple(raw.get("CloudTrailEvent") or json.dumps(raw, default=str) for raw in body["Events"])


async def _patiently(aws: AwsSession, region: str, pacer: Pacer, params: Mapping[str, Any]) -> Any:
    for pause in BACKOFF_SECONDS:
        await pacer.turn()
        try:
            return await aws.read("cloudtrail", "LookupEvents", region=region, **params)
        except Throttled:
            await pacer.sleep(pause)
    await pacer.turn()
    return await aws.read("cloudtrail", "LookupEvents", region=region, **params)


def _trail(raw: Mapping[str, Any], region: str) -> Trail:
    return Trail(
        name=clean(raw.get("Name") or ""),
        arn=str(raw["TrailARN"]),
        home_region=str(raw.get("HomeRegion") or region),
        bucket=str(raw.get("S3BucketName") or ""),
        prefix=raw.get("S3KeyPrefix") or None,
        multi_region=bool(raw.get("IsMultiRegionTrail")),
        organization=bool(raw.get("IsOrganizationTrail")),
        global_events=bool(raw.get("IncludeGlobalServiceEvents", True)),
        log_group_arn=raw.get("CloudWatchLogsLogGroupArn") or None,
        validates=bool(raw.get("LogFileValidationEnabled")),
    )


def _basic(raw: Mapping[str, Any]) -> BasicSelector:
    return BasicSelector(
        read_write=str(raw.get("ReadWriteType") or "All"),
        management=bool(raw.get("IncludeManagementEvents", True)),
        data_types=_words(resource.get("Type") for resource in raw.get("DataResources") or ()),
        excluded_sources=_words(raw.get("ExcludeManagementEventSources") or ()),
    )


def advanced_selector(raw: Mapping[str, Any]) -> AdvancedSelector:
    return AdvancedSelector(
        name=clean(raw.get("Name") or ""),
        fields=tuple(
            FieldSelector(
                field=clean(rule.get("Field") or ""),
                tests=tuple((name, _words(values)) for name, values in rule.items() if name != "Field"),
            )
            for rule in raw.get("FieldSelectors") or ()
        ),
    )


def _words(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(clean(value) for value in values if value is not None)


def _utc(when: datetime | None) -> datetime | None:
    return when.astimezone(UTC) if when else None
