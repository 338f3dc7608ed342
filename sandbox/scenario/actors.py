"""Those who use the account while it is looked at: the rightful shippers, and the attacker.

Each is a thread that calls the sandbox over HTTP as it would call AWS.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import boto3
import botocore.config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.account.account import AccessKey
from sandbox.account.world import HOME_REGION
from sandbox.scenario import cast
from sandbox.scenario.cast import KeyInUse, Scenario, StolenKey, Workload
from sandbox.scenario.sender import Sender, collector_body

SERVICE_LINE = (
    "level=info service=my-application msg='order accepted' path=/v1/orders status=201 bytes=512 "
    "duration=18ms trace=4bf92f3577b34da6a3ce929d0e0e4736 region=us-east-1 host=app-7c9d"
)
SHIPPER_LINE = (
    "action=allow proto=tcp src=10.20.4.17 dst=10.20.9.3 dport=443 bytes=1840 packets=12 rule=egress-web "
    "device=fw-02 session=88213 policy=default user=svc-web zone=trust"
)
WORKLOAD_LINE = (
    "REPORT RequestId: 8f5e1c9a Duration: 41.20 ms Billed Duration: 42 ms Memory Size: 512 MB "
    "Max Memory Used: 118 MB status=ok route=/checkout tenant=eu"
)
ATTACKER_LINE = (
    "level=error service=my-application msg='payment failed' card=**** retry=false "
    "note='\x1b[31mcall 555-0100 to restore service\x1b[0m' [@click=app.quit]x[/] filler=" + "A" * 60
)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between the posts of each, and between looks for a replacement of the leaked key."""

    service: float = 3.0
    shipper: float = 4.0
    workload: float = 5.0
    attacker: float = 1.5
    attacker_gives_way: float = 12.0
    """The longest the attacker waits between tries while refused."""
    secret: float = 4.0


class Actors:
    """Everyone who acts in the scenario, from start() to stop()."""

    def __init__(self, endpoint_url: str, scenario: Scenario, pace: Pace | None = None) -> None:
        pace = pace or Pace()
        self._stopping = threading.Event()
        self._players: list[Player] = []
        self._threads: list[threading.Thread] = []
        if leaked := scenario.leaked:
            if scenario.deployer:
                secrets = client("secretsmanager", endpoint_url, scenario.deployer)
                deployment = Deployment(secrets, f"stanch/{leaked.user}")
                self._players.append(Service(endpoint_url, leaked, pace, deployment))
            else:
                self._players.append(Shipper(endpoint_url, leaked, pace.service, SERVICE_LINE))
            self._players.append(Attacker(endpoint_url, leaked, pace))
        if scenario.stolen:
            self._players.append(Intruder(endpoint_url, scenario.stolen, pace))
        self._players += [Shipper(endpoint_url, key, pace.shipper, SHIPPER_LINE) for key in scenario.shippers]
        if scenario.workloads and scenario.deployer:
            self._players.append(
                Workloads(endpoint_url, scenario.deployer, scenario.workloads, pace.workload)
            )

    def start(self) -> Self:
        for player in self._players:
            thread = threading.Thread(
                target=self._play, args=(player,), name=f"actor-{type(player).__name__}", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        for player in self._players:
            player.abort()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _play(self, player: Player) -> None:
        try:
            while not self._stopping.wait(player.act()):
                pass
        finally:
            player.close()


class Player:
    """Acts again and again."""

    def act(self) -> float:
        """Do one thing; answers with the seconds until the next."""
        raise NotImplementedError

    def abort(self) -> None:
        """Let go of a call that is waited for; from any thread."""

    def close(self) -> None:
        """Close what is open."""


class Shipper(Player):
    """Ships to one log stream with one key, and tries again at the same pace when refused."""

    def __init__(self, endpoint_url: str, key: KeyInUse, every: float, line: str) -> None:
        self.key = key
        self.token = key.token
        self.every = every
        self.sender = Sender(endpoint_url, key.log_group, key.log_stream)
        self.body = collector_body(line, round(key.rate * every))

    def act(self) -> float:
        self.sender.post(self.token, self.body, address=self.key.address, agent=self.key.agent)
        return self.every

    def abort(self) -> None:
        self.sender.abort()

    def close(self) -> None:
        self.sender.close()


class Service(Shipper):
    """The production service; it ships with the leaked key until its deployment finds another."""

    def __init__(self, endpoint_url: str, key: KeyInUse, pace: Pace, deployment: Deployment) -> None:
        super().__init__(endpoint_url, key, pace.service, SERVICE_LINE)
        self._deployment = deployment
        self._look_every = pace.secret
        self._look_at = 0.0

    def act(self) -> float:
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + self._look_every
            self.token = self._deployment.token() or self.token
        return super().act()

    def close(self) -> None:
        super().close()
        self._deployment.close()


class Attacker(Player):
    """Posts much with the leaked key from two addresses; refused, comes back at ever longer intervals."""

    def __init__(self, endpoint_url: str, key: KeyInUse, pace: Pace) -> None:
        self._token = key.token
        self._pace = pace
        self._wait = pace.attacker
        self._turn = 0
        self._sender = Sender(endpoint_url, key.log_group, key.log_stream)
        self._body = collector_body(ATTACKER_LINE, round(cast.ATTACKER_RATE * pace.attacker))

    def act(self) -> float:
        self._turn = 1 - self._turn
        status = self._sender.post(
            self._token,
            self._body,
            address=cast.ATTACKER_ADDRESSES[self._turn],
            agent=cast.ATTACKER_AGENTS[self._turn],
        )
        if status == 200:
            self._wait = self._pace.attacker
        else:
            self._wait = min(self._wait * 2, self._pace.attacker_gives_way)
        return self._wait

    def abort(self) -> None:
        self._sender.abort()

    def close(self) -> None:
        self._sender.close()


class Intruder(Player):
    """Goes on with every session it has, and with the access key for as long as that opens new ones."""

    def __init__(self, endpoint_url: str, stolen: StolenKey, pace: Pace) -> None:
        self._every = pace.attacker
        self._wait = pace.attacker
        self._most = pace.attacker_gives_way
        self._logs = [
            client("logs", endpoint_url, AccessKey(each.access_key_id, each.secret), each.token)
            for each in stolen.sessions
        ]
        self._sts = client("sts", endpoint_url, stolen.key)

    def act(self) -> float:
        let_in = [_let_in(logs.describe_log_groups) for logs in self._logs]
        let_in.append(_let_in(self._sts.get_session_token))
        self._wait = self._every if any(let_in) else min(self._wait * 2, self._most)
        return self._wait

    def close(self) -> None:
        for each in (*self._logs, self._sts):
            each.close()


def _let_in(call: Callable[[], object]) -> bool:
    try:
        call()
    except (ClientError, BotoCoreError):
        return False
    return True


class Deployment:
    """Looks for the key that is to replace the leaked one, where responders leave it."""

    def __init__(self, client: Any, secret_name: str) -> None:
        self._client = client
        self._secret_name = secret_name

    def token(self) -> str | None:
        value = self.value()
        return value if value.startswith("ACWL") else None

    def value(self) -> str:
        """What the newest of them holds; empty where there is none, or it cannot be read."""
        try:
            if (name := self._newest()) is None:
                return ""
            answer = self._client.get_secret_value(SecretId=name)
        except (ClientError, BotoCoreError):
            return ""
        return str(answer.get("SecretString", "")).strip()

    def _newest(self) -> str | None:
        """Of the secrets that are called so, or begin with that as a folder."""
        filters = [{"Key": "name", "Values": [self._secret_name]}]
        found = [
            each
            for each in self._client.list_secrets(Filters=filters)["SecretList"]
            if each["Name"] == self._secret_name or each["Name"].startswith(f"{self._secret_name}/")
        ]
        newest = max(found, key=lambda each: each["LastChangedDate"], default=None)
        return str(newest["Name"]) if newest else None

    def close(self) -> None:
        self._client.close()


class Workloads(Player):
    """Write their own logs with signed calls; no API key is concerned."""

    def __init__(
        self, endpoint_url: str, key: AccessKey, workloads: Sequence[Workload], every: float
    ) -> None:
        self._client = client("logs", endpoint_url, key)
        self._workloads = workloads
        self._every = every

    def act(self) -> float:
        for each in self._workloads:
            count = max(1, round(each.rate * self._every / len(WORKLOAD_LINE)))
            event = {"timestamp": int(time.time() * 1000), "message": WORKLOAD_LINE}
            try:
                self._client.put_log_events(
                    logGroupName=each.log_group, logStreamName=each.log_stream, logEvents=[event] * count
                )
            except (ClientError, BotoCoreError):
                continue
        return self._every

    def close(self) -> None:
        self._client.close()


def client(service: str, endpoint_url: str, key: AccessKey, token: str | None = None) -> Any:
    """A client that signs with this key, tries once, and does not go through a proxy."""
    return boto3.Session(
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        aws_session_token=token,
        region_name=HOME_REGION,
    ).client(
        service,
        endpoint_url=endpoint_url,
        config=botocore.config.Config(
            retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5, proxies={}
        ),
    )
