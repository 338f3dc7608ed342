"""What scenarios are built with: people, keys in use, duties, and an intruder who comes back."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.account.account import AccessKey
from sandbox.account.world import ACCOUNT, World
from sandbox.bedrock import mantle
from sandbox.drill.caller import Callers, Credentials, Place, Temporary, allowed
from sandbox.drill.model import Difficulty, Duty, Foothold, FootholdKind, Staging
from sandbox.scenario import cast, people
from sandbox.scenario.actors import ATTACKER_LINE, Deployment
from sandbox.scenario.cast import KeyInUse
from sandbox.scenario.past import Past
from sandbox.scenario.sender import Sender, collector_body
from sandbox.wire.server import Sandbox

INTRUDER = Place(cast.ATTACKER_ADDRESSES[0], "Boto3/1.34.46 md/Botocore#1.34.46 ua/2.0 os/linux")
OWNER = Place(cast.SERVICE_ADDRESS, cast.DEPLOYER_AGENT)
COLLEAGUE = Place(cast.VENDOR_ADDRESS, cast.DEPLOYER_AGENT)
DEPLOYER = Place(cast.DEPLOYER_ADDRESS, cast.DEPLOYER_AGENT)
DEPLOYER_PERSON = next(each for each in people.PEOPLE if each.name == people.DEPLOYER)
EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


def reads(who: str, user: str) -> str:
    """What every alert ends with: where a replacement is looked for."""
    return f"{who} reads a new key from Secrets Manager, stanch/{user} or a name below it."


@dataclass(frozen=True, slots=True)
class Stage:
    """An empty account, and all that may be random about a scenario: *rng* is drawn from in one order."""

    sandbox: Sandbox
    callers: Callers
    rng: random.Random
    difficulty: Difficulty

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def told(self, hard: str, normal: str, easy: str) -> str:
        """What the alert gives away."""
        return (hard, normal, easy)[self.difficulty.told]

    def past(self, now: datetime) -> Past:
        """The days before, with their own dice: how often they are thrown depends on the hour."""
        return Past(now, random.Random(self.rng.random()))

    def about(self, seconds: float) -> float:
        """A time that nobody can know by heart."""
        return round(seconds * self.rng.uniform(0.75, 1.25), 1)

    def foothold(
        self, kind: FootholdKind, name: str, key: Credentials, *, manages_keys: bool = False
    ) -> Foothold:
        """A key or a session that looks at the log groups, which a policy can deny it."""

        def use() -> bool:
            return allowed(self.callers.client("logs", key, INTRUDER).describe_log_groups)

        return Foothold(kind, f"{name} {key.access_key_id}", use, manages_keys)

    def duty(self, name: str, key: AccessKey) -> Duty:
        """Someone's rightful work with a key that nobody stole."""

        def work() -> tuple[bool, bool]:
            return allowed(self.callers.client("logs", key, COLLEAGUE).describe_log_groups), False

        return Duty(name, work)

    def steady(self, name: str, post: Callable[[str], bool], token: str) -> Duty:
        """The same with a token."""
        return Duty(name, lambda: (post(token), False))

    def automation(self, name: str, leaked: AccessKey, handed: Deployment) -> Duty:
        """Runs with the leaked access key until it is *handed* another one."""
        held = [leaked]

        def work() -> tuple[bool, bool]:
            held[0] = _access_key(handed.value()) or held[0]
            could = allowed(self.callers.client("logs", held[0], OWNER).describe_log_groups)
            return could, held[0].access_key_id == leaked.access_key_id

        return Duty(name, work, recovers=True)

    def posting(self, name: str, post: Callable[[str], bool], leaked: str, handed: Deployment) -> Duty:
        """Posts with the leaked token until it is *handed* another one of the same kind."""
        held = [leaked]

        def work() -> tuple[bool, bool]:
            value = handed.value()
            held[0] = value if value.startswith(leaked[:4]) else held[0]
            return post(held[0]), held[0] == leaked

        return Duty(name, work, recovers=True)

    def handed(self, user: str, account: str = ACCOUNT) -> Deployment:
        """What reads a replacement for *user*'s key, where responders put it."""
        with self.world.lock:
            people.make(DEPLOYER_PERSON, self.now, account)
            key = people.add_access_key(people.DEPLOYER, self.now - timedelta(days=20), account=account)
        return self.deployment(key, user)

    def deployment(self, deployer: AccessKey, user: str) -> Deployment:
        return Deployment(self.callers.client("secretsmanager", deployer, DEPLOYER), f"stanch/{user}")

    def shipping(self, key: KeyInUse, *, attacks: bool = False) -> Callable[[str], bool]:
        """Posts to the key's log stream with the token that it is given."""
        sender = Sender(self.sandbox.endpoint_url, key.log_group, key.log_stream)
        self.callers.on_close.append(sender.close)
        body = collector_body(ATTACKER_LINE if attacks else "order accepted status=201", 4000)
        place = INTRUDER if attacks else Place(key.address, key.agent)
        return lambda token: sender.post(token, body, address=place.address, agent=place.agent) == 200

    def inference(self, place: Place) -> Callable[[str], bool]:
        """Asks bedrock-mantle for an answer with the token that it is given."""
        connection = http.client.HTTPConnection(urlsplit(self.sandbox.endpoint_url).netloc, timeout=5)
        self.callers.on_close.append(connection.close)

        def ask(token: str) -> bool:
            headers = {
                "Authorization": f"Bearer {token}",
                "User-Agent": place.agent,
                "X-Forwarded-For": place.address,
            }
            try:
                connection.request("POST", mantle.PATHS[0], b"{}", headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                return False
            return answer.status == 200

        return ask


@dataclass(slots=True)
class Intruder:
    """Holds *keys* by the names of their footholds, and makes more while one of them still can."""

    stage: Stage
    staging: Staging
    keys: dict[str, Credentials]

    def take(
        self, kind: FootholdKind, name: str, key: Credentials, *, manages_keys: bool = False
    ) -> Foothold:
        made = self.stage.foothold(kind, name, key, manages_keys=manages_keys)
        self.staging.footholds.append(made)
        self.keys[made.name] = key
        return made

    def open_session(self, foothold: Foothold, name: str) -> str | None:
        """Another session by the leaked key, while that lives."""
        sts = self.stage.callers.client("sts", self.keys[foothold.name], INTRUDER)
        try:
            made = sts.get_federation_token(Name=name, Policy=EVERYTHING, DurationSeconds=129_600)
        except (ClientError, BotoCoreError):
            return None
        given = made["Credentials"]
        self.take(
            "session",
            "federation session",
            Temporary(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]),
        )
        return f"opened another federation session, {given['AccessKeyId']}, for 36 hours"

    def come_back(self, user: str) -> str | None:
        """Make another access key of *user*, once one was taken away and while another can still do it."""
        if all(each.alive for each in self.staging.footholds):
            return None
        for each in self.staging.footholds:
            if each.manages_keys and each.alive:
                iam = self.stage.callers.client("iam", self.keys[each.name], INTRUDER)
                try:
                    made = iam.create_access_key(UserName=user)["AccessKey"]
                except (ClientError, BotoCoreError):
                    continue
                key = AccessKey(made["AccessKeyId"], made["SecretAccessKey"])
                self.take("persistence", f"access key of {user}", key, manages_keys=True)
                return f"came back: made the access key {key.access_key_id} of {user} by the {each.name}"
        return None


def _access_key(value: str) -> AccessKey | None:
    """The key in a secret, in the form that `stanch` and the console write it."""
    try:
        found = json.loads(value)
        return AccessKey(str(found["AccessKeyId"]), str(found["SecretAccessKey"]))
    except (ValueError, TypeError, KeyError):
        return None
