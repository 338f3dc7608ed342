"""The pretend AWS account, served on 127.0.0.1.

moto keeps its accounts in process-wide tables, so a process can run one Sandbox at a time.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from types import TracebackType
from typing import Self

from werkzeug.http import http_date
from werkzeug.wrappers import Response

from sandbox.account import organizations
from sandbox.account.account import AccessKey, empty_account
from sandbox.account.regions import Regions
from sandbox.account.s3 import S3
from sandbox.account.world import HOME_REGION, Settings, World
from sandbox.admission.authentication import Authenticated
from sandbox.admission.door import Door
from sandbox.admission.keys import find_key
from sandbox.athena import responses as athena
from sandbox.bedrock.mantle import Mantle
from sandbox.client.environment import NOWHERE
from sandbox.cloudtrail import install as cloudtrail
from sandbox.iam import accessanalyzer, iam, lastaccessed, sts
from sandbox.iam.accessanalyzer import AccessAnalyzer
from sandbox.iam.enforce import Enforced
from sandbox.insights import responses as insights
from sandbox.lake import responses as lake
from sandbox.logs import ingest, logs, metrics
from sandbox.logs.bearer import Bearer
from sandbox.securityir import cases as incidents
from sandbox.securityir.cases import SecurityIr, Uploads
from sandbox.wire import errors
from sandbox.wire.call import Request
from sandbox.wire.dispatch import Moto
from sandbox.wire.faults import FaultBoard
from sandbox.wire.faulty import Faulty
from sandbox.wire.observe import Observed
from sandbox.wire.wire import ConnectionDropped, Handler, Server, log

MOST_SIGNED = 64 * 1024 * 1024
MOST_UNSIGNED = 2 * ingest.MAX_BODY
"""Bytes of a body, where no key of the account is named; a little more than the bearer endpoints take."""


class Sandbox:
    """A running pretend account.

    `world` is new after every start() and reset(); `settings` given here are the
    ones each new world begins with.
    """

    _running = threading.Lock()

    def __init__(self, *, port: int = 0, settings: Settings | None = None) -> None:
        self.faults = FaultBoard()
        self.world = World()
        self.endpoint_url = ""
        self._port = port
        self._settings = settings or Settings()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._key: AccessKey | None = None
        self._handler: Handler | None = None

    @property
    def access_key_id(self) -> str:
        return self._key.access_key_id if self._key else ""

    @property
    def secret_access_key(self) -> str:
        return self._key.secret_access_key if self._key else ""

    def environment(self) -> dict[str, str]:
        """What points any AWS client here, whatever is configured; the caller also drops AWS_PROFILE."""
        return {
            **{name: value for name, value in NOWHERE.items() if name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": HOME_REGION,
            "AWS_DEFAULT_REGION": HOME_REGION,
        }

    def start(self) -> Self:
        if not Sandbox._running.acquire(blocking=False):
            raise RuntimeError("a sandbox is already running in this process")
        try:
            self._server = Server(self._port, self._answer, self._most)
            self.endpoint_url = f"http://127.0.0.1:{self._server.server_port}"
            self.reset()
        except BaseException:
            if self._server:
                self._server.server_close()
            Sandbox._running.release()
            raise
        self._thread = self._server.serve_in_thread()
        return self

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self.faults.clear()
        self._server.close_connections()
        self._server.server_close()
        self.world.close()
        self._server = self._thread = None
        Sandbox._running.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def reset(self) -> None:
        """Empty the account: no users but the responder, with the key it had, no faults, a fresh world."""
        self.world.close()
        self.faults.clear()
        self._key = empty_account(self._key)
        self.world = World(settings=replace(self._settings))
        self.faults.settings = self.world.settings
        self._handler = self._compose(self.world)

    def _compose(self, world: World) -> Handler:
        for extension in (
            iam,
            sts,
            lastaccessed,
            accessanalyzer,
            metrics,
            logs,
            cloudtrail,
            insights,
            lake,
            athena,
            organizations,
            incidents,
        ):
            extension.install(world)
        allowed = Enforced(world, AccessAnalyzer(world, SecurityIr(world, Regions(S3(world, Moto(world))))))
        served = Observed(world, Faulty(self.faults, Bearer(world, Mantle(world, allowed))))
        return Door(self._serves_on, Uploads(world, Authenticated(world, served)))

    def _serves_on(self) -> int:
        return self._server.server_port if self._server else 0

    def _most(self, request: Request) -> int:
        with self.world.lock:
            key = find_key(request.access_key_id or "")
        return MOST_SIGNED if key else MOST_UNSIGNED

    def _answer(self, request: Request) -> Response:
        assert self._handler is not None
        try:
            answer = self._handler(request)
            # By the account's own clock, as whatever it says of when something was made.
            answer.headers.setdefault("Date", http_date(self.world.clock.now()))
            return answer
        except ConnectionDropped:
            raise
        except Exception:  # noqa: BLE001 (a defect must reach the client as a 500, and the log)
            log.exception("the sandbox failed at %s %s", request.service, request.operation)
            return errors.internal_failure(request).answer(request)
