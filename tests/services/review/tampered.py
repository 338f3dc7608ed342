"""An account with a trail that has been logging for a while, to be tampered with."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from moto.cloudtrail.models import cloudtrail_backends

from sandbox.cloudtrail import bucket
from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.review.model import Athena
from services.review.plan import NO_ATHENA
from services.review.review import Review, Subject, Window, run_review

ACCOUNT, OTHER = "123456789012", "999999999999"
BUCKET = "trail-bucket"
ORGANIZATION = "o-exampleorgid"
LOGS = "logs.amazonaws.com"
Record = dict[str, Any]


def data(kind: str) -> Record:
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": [kind]},
    ]
    return {"FieldSelectors": fields}


MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
USE = data("AWS::Logs::LogGroupAuthorization")


@dataclass
class Account:
    """A trail of all Regions that has been logging for 40 hours, with an object each half an hour."""

    boto: Callable[..., Any]
    cloudtrail: CloudTrail
    sandbox: Sandbox
    make_trail: Callable[..., str]
    bearer: Callable[..., Record]
    record: Callable[..., Record]
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    late: timedelta = timedelta()
    root: str = f"AWSLogs/{ACCOUNT}"
    selectors: tuple[Record, ...] = (MANAGEMENT, USE)
    options: Record = field(default_factory=dict)

    def at(self, hours: float) -> datetime:
        return self.now + timedelta(hours=hours)

    @contextmanager
    def then(self, hours: float) -> Any:
        """What is done in here was done so many hours from now, and its records are in the history alone."""
        with time_machine.travel(self.at(hours)):
            yield
            with self.sandbox.world.lock:
                self.cloudtrail.delivery._waiting.clear()

    def begin(self) -> None:
        with self.then(-40):
            self.make_trail(*self.selectors, **self.options)
        for half_hours in range(-79, 0):
            self.deliver(half_hours / 2, self.bearer(user="bob"))
        self.trail.status.delivered = self.now

    @property
    def trail(self) -> Any:
        return cloudtrail_backends[ACCOUNT]["us-east-1"].trails["audit"]

    def deliver(self, hours: float, *records: Record, region: str = "us-east-1") -> None:
        """One object of records that are all of that time."""
        when = self.at(hours)
        made = [each | {"eventTime": f"{when - self.late:%Y-%m-%dT%H:%M:%SZ}"} for each in records]
        name = f"{ACCOUNT}_CloudTrail_{region}_{when:%Y%m%dT%H%MZ}_{uuid.uuid4().hex[:16]}.json.gz"
        key = f"{self.root}/CloudTrail/{region}/{when:%Y/%m/%d}/{name}"
        bucket.write(self.trail, key, made, when)

    def lose(self, since: float, until: float) -> int:
        """Delete the objects of those hours; how many there were."""
        s3, gone = self.boto("s3"), 0
        for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            stamp = each["Key"].split("_CloudTrail_")[1].split("_")[1]
            when = datetime.strptime(stamp, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
            if self.at(since) <= when < self.at(until):
                s3.delete_object(Bucket=BUCKET, Key=each["Key"])
                gone += 1
        return gone

    def update(self, hours: float, **settings: Any) -> None:
        with self.then(hours):
            self.boto("cloudtrail").update_trail(Name="audit", **settings)


ATHENA = Athena(output="s3://trail-bucket/answers/", create=True)


async def reviewed(
    aws: AwsSession,
    account: Account,
    hours: float = -24,
    subject: Subject | None = None,
    source: str = "auto",
    until: float = 0,
) -> Review:
    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    window = Window(account.at(hours), account.at(until))
    subject = subject or Subject("alice", service=LOGS)
    return await run_review(
        aws, subject, window, source=source, athena=ATHENA if source == "athena" else NO_ATHENA, sleep=at_once
    )
