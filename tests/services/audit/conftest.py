"""An account in which an audit finds nothing: what each test then spoils."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore import xform_name

from sandbox.account.world import ACCOUNT, World
from sandbox.cloudtrail.install import CloudTrail
from sandbox.iam.credentials import Credential, CredentialStore
from sandbox.iam.lastaccessed import LastAccess
from sandbox.logs.logs import enable_bearer, log_groups
from sandbox.logs.meter import Meter
from sandbox.scenario.audit import make_trail
from sandbox.scenario.sender import Sender
from sandbox.wire.server import Sandbox
from services.audit.audit import audit
from services.audit.model import Audit
from services.aws.session import AwsSession
from tests.principals import allow, policy
from tests.printed import guarded
from tui import cli
from tui.exits import Exit

LOGS = "logs.amazonaws.com"
REGION = "us-east-1"
GROUP = "/app/web"
SHIP = policy(
    allow("logs:CallWithBearerToken"),
    allow("logs:PutLogEvents", resource=f"arn:aws:logs:{REGION}:123456789012:log-group:{GROUP}:*"),
)


@dataclass
class Account:
    """*world* for what only time brings about, *boto* for what a person would do."""

    world: World
    boto: Callable[..., Any]
    endpoint_url: str
    keys: dict[str, Credential] = field(default_factory=dict)

    @property
    def iam(self) -> Any:
        return self.boto("iam")

    def ago(self, **units: float) -> datetime:
        return self.world.clock.now() - timedelta(**units)

    def add_key(
        self, user: str = "web", *, days: float = 10, life: float | None = 60, service: str = LOGS
    ) -> str:
        """A key made *days* ago that lasts *life* days; its id."""
        made = self.ago(days=days)
        expires = made + timedelta(days=life) if life else None
        key = self.world.part(CredentialStore).seed(user, service, created=made, expires=expires)
        self.keys[key.id] = key
        return key.id

    def renew(self, old: str, *, days: float = 10, life: float | None = 60) -> str:
        """Another in the place of *old*."""
        self.drop(old)
        return self.add_key(days=days, life=life)

    def drop(self, key_id: str) -> None:
        user = self.keys.pop(key_id).user
        self.iam.delete_service_specific_credential(UserName=user, ServiceSpecificCredentialId=key_id)

    def reached(self, when: datetime, user: str = "web", namespace: str = "logs") -> None:
        self.world.part(LastAccess).seen[ACCOUNT, user, namespace] = (when, REGION)

    def ship(self, key_id: str) -> None:
        """Send an event with that key, which the trail delivers at once."""
        self.boto("logs").create_log_stream(logGroupName=GROUP, logStreamName="one")
        sender = Sender(self.endpoint_url, GROUP, "one")
        token = self.keys[key_id].token
        assert sender.post(token, b'{"event":"x"}', address="198.51.100.7", agent="test") == 200
        sender.close()
        self.world.part(CloudTrail).flush()

    def put(self, name: str, document: dict[str, Any], user: str = "web") -> None:
        self.iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=json.dumps(document))

    def group(self, name: str, *, days: int = 100, bytes_ago: float | None = 1) -> None:
        """A log group *days* old that takes bearer tokens; its last bytes came so many hours ago."""
        self.boto("logs").create_log_group(logGroupName=name)
        found = log_groups(REGION)[name]
        found.creation_time = self.ago(days=days).replace(tzinfo=None)
        enable_bearer(found, True)
        if bytes_ago is not None:
            self.world.part(Meter).add(REGION, name, self.ago(hours=bytes_ago), 1000)


@pytest.fixture
def account(sandbox: Sandbox, boto: Callable[..., Any]) -> Account:
    """A user `web` who may ship logs to one group, with a key of ten days that expires."""
    sandbox.world.settings.lookup_per_second = None
    made = Account(sandbox.world, boto, sandbox.endpoint_url)
    make_trail(sandbox.world, made.ago(days=30))
    made.iam.create_user(UserName="web")
    made.put("ship", SHIP)
    made.group(GROUP)
    made.add_key()
    made.reached(made.ago(hours=1))
    return made


Look = Callable[..., Awaitable[Audit]]


@pytest.fixture
async def look(account: Account) -> AsyncIterator[Look]:
    """`await look()`: the audit of that account."""
    async with AwsSession(None, (REGION,)) as aws:

        async def ask(**options: Any) -> Audit:
            return await audit(aws, **options)

        yield ask


def found(audited: Audit) -> set[tuple[str, str]]:
    """The findings, as (kind, subject)."""
    return {(each.kind, each.subject) for each in audited.findings}


async def obey(account: Account, command: str) -> None:
    """Do what a command says: one of the AWS CLI by boto3, one of this program by itself."""
    program, *words = shlex.split(command)
    if program == "stanch":
        # In a thread, for it has a loop of its own.
        assert await asyncio.to_thread(cli.run, [*words, "--yes"]) == Exit.DONE
    else:
        allowed, meant = guarded(command)
        assert allowed == account.boto("sts").get_caller_identity()["Account"]
        _by_boto3(account, meant)


def _by_boto3(account: Account, command: str) -> None:
    _, service, operation, *rest = shlex.split(command)
    region = rest[rest.index("--region") + 1] if "--region" in rest else REGION
    client = account.boto(service, region=region)
    shape = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[operation.replace("-", "_")]
    ).input_shape
    rest = rest[: rest.index("--region")]
    names = {f"--{xform_name(name, '-')}": name for name in shape.members}
    params: dict[str, Any] = {}
    for word, value in zip(rest, [*rest[1:], ""], strict=True):
        if word in names:
            flag = value.startswith("--") or not value
            params[names[word]] = True if flag else json.loads(value) if value[:1] in "[{" else value
        elif word.removeprefix("--no-") in {name.removeprefix("--") for name in names}:
            params[names["--" + word.removeprefix("--no-")]] = False
    getattr(client, operation.replace("-", "_"))(**params)
