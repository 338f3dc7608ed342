"""The way to AWS: whose credentials, which Regions, how patient, and whether anything may be changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from services.aws import endpoints
from services.aws.awsclock import ABOUT_A_SECOND, AwsClock
from services.aws.bearings import Bearings
from services.aws.call import Call
from services.aws.callrecord import CallRecord, record_of_run
from services.aws.credentials.chain import by_chain
from services.aws.credentials.regions import check_region, partition_of, with_more
from services.aws.credentials.role import by_account, by_role
from services.aws.credentials.signer import Signer, in_thread
from services.aws.credentials.ways import Hop, Ways
from services.aws.errors import AwsError, Expired, NoCredentials, ReadOnly, RegionDisabled
from services.aws.mark import add_mark, marked
from services.aws.policytext import OPERATIONS, keep_text
from services.aws.sending import Answer as Answer
from services.aws.sending import exchange
from services.aws.waiting import Waiting
from services.aws.where import Where
from services.base import clock
from services.base.version import VERSION

if TYPE_CHECKING:
    from services.aws.credentials.found import Found
    from services.aws.credentials.signer import Find, Prompt
    from services.aws.credentials.source import Source

DEFAULT_REGIONS = ("us-east-1", "us-west-1", "us-west-2", "us-east-2")
"""Where CloudWatch Logs API keys were first to be had; the user may name others."""

NO_WAYS = Ways()

CONNECT_SECONDS = 5
READ_SECONDS = 20


class AwsSession:
    """An async context that sends calls; clients are made when first needed and closed with it.

    *regions* are the Regions to look into, the first being the home of Regional calls that name none.
    *prompt* asks for an MFA code, and *find* takes the place of the standard credential chain; *role_arn* is
    assumed with what that finds. With *read_only*, any call that is not a read raises ReadOnly before it is
    sent; with *account*, any call raises WrongAccount where the credentials are of another and none of *ways*
    leads there. *base* signs for the role in place of a session of its own.
    """

    def __init__(
        self,
        profile: str | None = None,
        regions: tuple[str, ...] = (),
        *,
        more_regions: tuple[str, ...] = (),
        read_only: bool = False,
        endpoint_url: str | None = None,
        endpoint_urls: Mapping[str, str] | None = None,
        prompt: Prompt | None = None,
        find: Find | None = None,
        account: str | None = None,
        role_arn: str | None = None,
        ways: Ways = NO_WAYS,
        base: AwsSession | None = None,
        state_dir: str | None = None,
        calls: CallRecord | None = None,
    ) -> None:
        self.profile = profile
        self.read_only = read_only
        self.ways = ways
        self._named_regions = regions
        self._more_regions = more_regions or DEFAULT_REGIONS
        everywhere = dict.fromkeys(endpoints.SERVICES, endpoint_url) if endpoint_url else {}
        self._bearings = Bearings(account, role_arn, state_dir, everywhere | dict(endpoint_urls or {}))
        self._base, self._owns_base = base, base is None
        if find is None and (role_arn or (account and (base or ways.may_lead_to(account)))):
            self._base = base or AwsSession(
                profile, regions, endpoint_urls=self._bearings.given, prompt=prompt
            )
            if role_arn:
                find = by_role(self._base, ways.hop_by(role_arn))
            elif account:
                find = by_account(self._base, account, ways, self._bearings.go_by)
        home, sts_url = regions[0] if regions else None, self._bearings.given.get("sts")
        self._waiting: Waiting = self._base._waiting if self._base else Waiting()
        self.calls: CallRecord = calls or (self._base.calls if self._base else record_of_run())
        """What was asked of AWS, by this session and those that it shares that with."""
        self._signer = Signer(find or by_chain(profile, home, sts_url), prompt, self._waiting)
        self._session: Any = None
        self._opening: asyncio.Task[Any] | None = None
        self._regions: tuple[str, ...] | None = None
        self._stack = AsyncExitStack()
        self._clients: dict[tuple[str, str | None, bool], asyncio.Task[Any]] = {}
        self._known_in: dict[str, int] = {}
        """The Regions where AWS took the credentials, each with the last that it took by their count."""
        self.clock_ahead: timedelta | None = None
        """How far this machine's clock is ahead, by the newest answer that carried a time."""
        self.clock = AwsClock()
        """What time it is by AWS's clock, as far as its answers have told."""
        self.bucket_regions: dict[str, str] = {}

    @property
    def waiting(self) -> tuple[str, float] | None:
        """What has been waited for longest, and for how many seconds; None while a person is asked."""
        return self._waiting.longest()

    async def __aenter__(self) -> Self:
        if self._bearings.unchecked:
            try:
                await self.read("sts", "GetCallerIdentity")
            except BaseException:
                await self._close()
                raise
        return self

    @property
    def where(self) -> Where:
        """Where its calls go, as far as that is known by now."""
        return self._bearings.where(self.profile, self._named_regions)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        await self._stack.aclose()
        self._clients.clear()
        if self._base is not None and self._owns_base:
            await self._base._close()

    async def renew(self) -> None:
        """Forget the credentials, so that the next call finds those that were renewed meanwhile."""
        self._signer.distrust(self._signer.generation)

    def ask_by(self, prompt: Prompt) -> None:
        """Let *prompt* ask for MFA codes from now on."""
        self._signer.prompt = prompt
        if self._base is not None:
            self._base.ask_by(prompt)

    @property
    def source(self) -> Source | None:
        """Which credentials sign, and from where, once they are found."""
        return self._signer.source

    async def found(self) -> Found:
        """The credentials that sign now; raises an AwsError."""
        await self._botocore()
        return await self._signer.current()

    def sign_as(self, other: AwsSession) -> None:
        """Sign with what *other*, of the same profile, has found, as far as they go to the same place."""
        if self._base is None:
            self._signer.adopt((other._base or other)._signer)
            return
        self._base.sign_as(other)
        mine, theirs = self._bearings, other._bearings
        if other._base and (mine.expected, mine.asked_role) == (theirs.expected, theirs.asked_role):
            self._signer.adopt(other._signer)
            mine.role_arn = theirs.role_arn

    async def assume(self, hop: Hop) -> AwsSession:
        """A session like this one that signs as that role, renewed while it is used; raises an AwsError."""
        return await self._elsewhere(find=by_role(self, hop), role_arn=hop.role_arn)

    async def to_account(self, account: str, role: str | None = None) -> AwsSession:
        """A session like this one in that account, by *role* or what is configured; raises an AwsError.

        It stands on what this one does: from the account that one came to, no role is gone on from.
        """
        return await self._elsewhere(base=self._base or self, account=account, ways=self.ways.by(role))

    async def _elsewhere(self, **there: Any) -> AwsSession:
        session = AwsSession(
            self.profile,
            self._named_regions,
            more_regions=self._more_regions,
            read_only=self.read_only,
            endpoint_urls=self._bearings.given,
            state_dir=self._bearings.state_dir,
            calls=self.calls,
            **{"ways": self.ways, **there},
        )
        await session.resolve_credentials()
        return session

    def now(self) -> datetime:
        """By AWS's clock where that is known and differs, else by this machine's, which is finer."""
        ours, theirs = clock.now(), self.clock.now()
        return theirs if theirs and abs(theirs - ours) > ABOUT_A_SECOND else ours

    async def regions(self) -> tuple[str, ...]:
        """The Regions named, else the one configured first and then *more_regions*, or the defaults.

        Of the latter, those of the same partition. Raises UnknownRegion where one of them is none.
        """
        if self._regions is None:
            from services.aws.credentials.open import own_region

            found = self._named_regions
            if not found:
                session = await self._botocore()
                own = await own_region(session, self.profile, self._signer)
                self._signer.region_assumed = own is None
                found = await in_thread(partial(with_more, own, self._more_regions))
            self._regions = await in_thread(lambda: tuple(check_region(region) for region in found))
        return self._regions

    @property
    def named_regions(self) -> tuple[str, ...]:
        """The Regions that were asked for, none where all count."""
        return self._named_regions

    async def known_regions(self, service: str) -> tuple[str, ...]:
        """Every Region of the partition in which botocore knows *service*, enabled or not."""
        session = await self._botocore()
        partition = partition_of(await self.home())
        return tuple(sorted(await session.get_available_regions(service, partition)))

    async def home(self) -> str:
        self._bearings.home = (await self.regions())[0]
        return self._bearings.home

    async def resolve_credentials(self) -> None:
        """Find credentials now, while a prompt for MFA can still be answered; raises an AwsError."""
        await self._botocore()
        await self._signer.current()

    async def send(self, call: Call) -> Answer:
        """Send *call* and return AWS's answer; raises ReadOnly or an AwsError."""
        if self.read_only and not call.reads:
            raise ReadOnly(call.operation)
        asks_who = call.operation == "GetCallerIdentity"
        if self._bearings.unchecked and not asks_who:
            await self.read("sts", "GetCallerIdentity")
        from services.aws.attempts import watched_attempts

        with self._waiting.for_call(call), self.calls.kept(call, lambda: self.where) as made:
            try:
                client = await self.client(call.service, call.region, once=call.once)
            except AwsError as error:
                # Whatever became of signing in, the call itself was not sent.
                error.outcome_unknown = False
                raise
            made.watched = attempts = watched_attempts()
            generation = self._signer.generation
            known_in = [region for region, last in self._known_in.items() if last == generation]
            judged = partial(self._signer.judged, generation=generation)
            try:
                with marked(call.mark):
                    answer = await exchange(client, call, attempts, known_in, judged)
            except RegionDisabled as error:
                if error.inferred and not asks_who:
                    await self._check_still_taken()
                raise
            finally:
                if attempts.ahead is not None:
                    self.clock_ahead = attempts.ahead
            made.request_id = answer.request_id
        self._known_in[client.meta.region_name] = generation
        if asks_who:
            self._signer.account = self._bearings.learn(answer.body)
        return answer

    async def _check_still_taken(self) -> None:
        """Raises where AWS takes the credentials nowhere any longer: then it is no matter of a Region."""
        try:
            await self.read("sts", "GetCallerIdentity")
        except AwsError as error:
            if isinstance(error, NoCredentials | Expired):
                raise

    async def read(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Any:
        """The body of AWS's answer to a call that changes nothing; what it lacks raises NotAws."""
        return (await self.send(Call(service, operation, params, region))).body

    async def upload(self, call: Call, url: str, content: bytes) -> None:
        """Put *content* where AWS's answer to *call* said, once; raises ReadOnly or an AwsError."""
        if self.read_only:
            raise ReadOnly(call.operation)
        from services.aws.uploading import upload

        client = await self.client(call.service, call.region, once=True)
        await upload(client, call.service, url, content)

    async def client(self, service: str, region: str | None = None, *, once: bool = False) -> Any:
        # Before any client: many are made at once, and a person is asked once.
        await self.resolve_credentials()
        key = (service, region, once)
        task = self._clients.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._clients[key] = asyncio.create_task(self._make_client(*key))
        return await asyncio.shield(task)

    async def _make_client(self, service: str, region: str | None, once: bool) -> Any:
        session = await self._botocore()
        from aiobotocore.config import AioConfig

        from services.aws.attempts import watch
        from services.aws.loader import read_model
        from services.aws.transport import HttpSession

        # Reading a service's model blocks for long; the loader keeps what a thread has read.
        loader = session.get_component("data_loader")
        await asyncio.to_thread(read_model, loader, service)
        config = AioConfig(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 1 if once else 4},
            max_pool_connections=16,
            user_agent_extra=f"stanch/{VERSION}",
            http_session_cls=HttpSession,
        )
        context = session.create_client(
            service,
            region_name=region or await self.home(),
            endpoint_url=self._bearings.given.get(service),
            config=config,
        )
        client = await self.translated(f"connecting to {service}", self._stack.enter_async_context(context))
        watch(client)
        self._bearings.connected(service, client.meta)
        # The last, as botocore puts the User-Agent together anew for each request; it is not signed.
        client.meta.events.register_last("request-created", add_mark)
        client.meta.events.register("after-call", self.clock.hear)
        if service == "iam":
            for operation in OPERATIONS:
                client.meta.events.register(f"after-call.iam.{operation}", keep_text)
        return client

    async def _botocore(self) -> Any:
        """The session; before it is there nothing of botocore is imported elsewhere.

        A thread imports it, and two that import parts of it at once can wait for each other: Python ends that
        with an error in one of them.
        """
        if self._session is None:
            if self._opening is None or self._opening.done():
                self._opening = asyncio.create_task(asyncio.to_thread(self._open))
            self._session = await asyncio.shield(self._opening)
        return self._session

    def _open(self) -> Any:
        from services.aws.credentials.failures import explained
        from services.aws.credentials.open import open_session

        home = self._named_regions[0] if self._named_regions else None
        with explained(self.profile):
            session = open_session(self.profile, home, self._signer)
            self._bearings.opened(session)
        return session

    @staticmethod
    async def translated(operation: str, awaitable: Any) -> Any:
        """Await what changes nothing, with whatever is raised turned into our tree."""
        from botocore.exceptions import ClientError

        from services.aws.failures import from_exception
        from services.aws.refusals import from_client_error

        try:
            return await awaitable
        except ClientError as error:
            raise from_client_error(operation, error.response) from None
        except Exception as error:  # noqa: BLE001 - whatever a library makes of what it is given
            raise from_exception(operation, error, sent=False) from None
