"""IAM's service-last-accessed data: which services a user's calls reached, and when they last did."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from moto.core.responses import ActionResult
from moto.iam.exceptions import NoSuchEntity
from moto.iam.models import AccessKeyLastUsed, iam_backends

from sandbox.account.account import iam_backend
from sandbox.account.world import ApiCall, BearerCall, World
from sandbox.iam.grants import grants_of
from sandbox.iam.iam_request import IamRequest
from sandbox.iam.policy import statements

TRACKED = timedelta(days=400)
SERVICES = (
    "aws-external-anthropic",
    "bedrock",
    "cassandra",
    "cloudtrail",
    "cloudwatch",
    "codecommit",
    "iam",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "sts",
)
"""What a policy that allows everything grants here."""


@dataclass(frozen=True, slots=True)
class Job:
    account: str
    user: str
    asked: datetime


@dataclass
class LastAccess:
    """When each user last reached a service; `world.part(LastAccess)` finds it. Hold world.lock."""

    seen: dict[tuple[str, str, str], tuple[datetime, str]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

    def on_api_call(self, call: ApiCall) -> None:
        if call.actor.kind == "IAMUser" and call.actor.name:
            self._note(call.account, call.actor.name, call.service, call.time, call.region)
        key = iam_backends[call.account]["aws"].access_keys.get(call.actor.access_key_id)
        if key is not None and key.role_arn is None:
            # moto's own dates are UTC without saying so.
            key.last_used = AccessKeyLastUsed(call.time.replace(tzinfo=None), call.service, call.region)

    def on_bearer_call(self, call: BearerCall) -> None:
        # Whether AWS notes inference there is not known.
        if call.service == "logs" and call.user is not None and call.status != 401:
            self._note(call.account, call.user, "logs", call.time, call.region)

    def _note(self, account: str, user: str, namespace: str, when: datetime, region: str) -> None:
        before = self.seen.get((account, user, namespace))
        if before is None or before[0] < when:
            self.seen[account, user, namespace] = (when, region)


class LastAccessedOperations(IamRequest):
    def generate_service_last_accessed_details(self) -> ActionResult:
        arn = self._get_param("Arn")
        user = next((user for user in self.backend.users.values() if user.arn == arn), None)
        if user is None:
            raise NoSuchEntity(f"ARN {arn} does not exist.")
        job_id = str(uuid.uuid4())
        self.world.part(LastAccess).jobs[job_id] = Job(
            self.current_account, user.name, self.world.clock.now()
        )
        return ActionResult({"JobId": job_id})

    def get_service_last_accessed_details(self) -> ActionResult:
        job = self.world.part(LastAccess).jobs.get(self._get_param("JobId"))
        if job is None:
            raise NoSuchEntity(f"The job {self._get_param('JobId')} does not exist.")
        now = self.world.clock.now()
        answer: dict[str, object] = {"JobType": "SERVICE_LEVEL", "JobCreationDate": job.asked}
        if now < job.asked + timedelta(seconds=self.world.settings.last_accessed_takes):
            return ActionResult(answer | {"JobStatus": "IN_PROGRESS", "ServicesLastAccessed": []})
        found = [self._reached(job, namespace, now) for namespace in _granted(job)]
        after = int(self.marker() or 0)
        shown, more = self.page(list(enumerate(found, 1))[after:], lambda numbered: str(numbered[0]))
        services = [service for _, service in shown]
        done = {"JobStatus": "COMPLETED", "JobCompletionDate": now, "ServicesLastAccessed": services}
        return ActionResult(answer | done | more)

    def _reached(self, job: Job, namespace: str, now: datetime) -> dict[str, object]:
        service: dict[str, object] = {"ServiceName": namespace, "ServiceNamespace": namespace}
        last = self.world.part(LastAccess).seen.get((job.account, job.user, namespace))
        if last is None or now - last[0] > TRACKED:
            return service | {"TotalAuthenticatedEntities": 0}
        arn = f"arn:aws:iam::{job.account}:user/{job.user}"
        return service | {
            "LastAuthenticated": last[0],
            "LastAuthenticatedEntity": arn,
            "LastAuthenticatedRegion": last[1],
            "TotalAuthenticatedEntities": 1,
        }


def _granted(job: Job) -> list[str]:
    """The services that the user's policies allow anything of; AWS tells of no others."""
    found: set[str] = set()
    holder = iam_backend(job.account).users.get(job.user)
    for document in grants_of(holder).documents if holder else ():
        for statement in statements(document):
            if statement.get("Effect") != "Allow":
                continue
            actions = statement.get("Action", "*")
            for action in actions if isinstance(actions, list) else [actions]:
                found |= set(SERVICES) if action == "*" else {action.partition(":")[0].lower()}
    return sorted(found)


def install(world: World) -> None:
    """Let the world remember who reached what."""
    part = LastAccess()
    world.add(part)
    world.on_api_call.append(part.on_api_call)
    world.on_bearer_call.append(part.on_bearer_call)
