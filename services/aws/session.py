"""The way to AWS: whose credentials, which Regions, how patient, and whether anything may be changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any, Self

from services.aws.awsclock import AwsClock
from services.aws.call import Call
from services.aws.errors import AwsError, NoCredentials, NotAws, ReadOnly, Unreachable, from_client_error
from services.aws.mark import add_mark, marked
from services.base.version import VERSION

DEFAULT_REGIONS = ("us-east-1", "us-west-1", "us-west-2", "us-east-2")
"""Where CloudWatch Logs API keys were first to be had; the user may name others."""

CONNECT_SECONDS = 5
READ_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What AWS said to one call: its body as botocore parses it, and the id to quote to AWS support."""

    body: Mapping[str, Any]
    request_id: str | None


@dataclass(frozen=True, slots=True)
class TemporaryCredentials:
    """A role session's, which are shown nowhere."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


class AwsSession:
    """An async context that sends calls; clients are made when first needed and closed with it.

    *regions* are the Regions to look into, the first being the home of Regional calls that name none.
    With *read_only*, any call that is not a read raises ReadOnly before anything is sent.
    """

    def __init__(
        self,
        profile: str | None = None,
        regions: tuple[str, ...] = (),
        *,
        more_regions: tuple[str, ...] = (),
        read_only: bool = False,
        endpoint_url: str | None = None,
        credentials: TemporaryCredentials | None = None,
    ) -> None:
        self.profile = profile
        self.read_only = read_only
        self._named_regions = regions
        self._more_regions = more_regions or DEFAULT_REGIONS
        self._endpoint_url = endpoint_url
        self._credentials = credentials
        self._session: Any = None
        self._stack = AsyncExitStack()
        self._clients: dict[tuple[str, str | None, bool], asyncio.Task[Any]] = {}
        self.clock = AwsClock()
        """What time it is by AWS's clock, as far as its answers have told."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
        self._clients.clear()

    async def renew(self) -> None:
        """Forget the credentials, so that the next call finds those that were renewed meanwhile."""
        await self._stack.aclose()
        self._stack, self._session = AsyncExitStack(), None
        self._clients.clear()

    async def assume(self, role_arn: str) -> AwsSession:
        """A session like this one that signs as that role, for an hour; raises an AwsError."""
        params = {"RoleArn": role_arn, "RoleSessionName": "stanch"}
        made = (await self.read("sts", "AssumeRole", **params))["Credentials"]
        credentials = TemporaryCredentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        return AwsSession(
            self.profile,
            self._named_regions,
            read_only=self.read_only,
            endpoint_url=self._endpoint_url,
            credentials=credentials,
        )

    async def regions(self) -> tuple[str, ...]:
        """The Regions named, else the profile's own first and then *more_regions*, or the defaults."""
        if self._named_regions:
            return self._named_regions
        session = await self._botocore()
        own = session.get_config_variable("region")
        return tuple(dict.fromkeys((*((own,) if own else ()), *self._more_regions)))

    async def home(self) -> str:
        return (await self.regions())[0]

    async def resolve_credentials(self) -> None:
        """Find credentials now, while a prompt for MFA or SSO can still be answered; raises NoCredentials."""
        session = await self._botocore()
        credentials = await self.translated("signing in", session.get_credentials())
        if credentials is None:
            raise NoCredentials("Signing in", "no AWS credentials were found")
        await self.translated("signing in", credentials.get_frozen_credentials())

    async def send(self, call: Call) -> Answer:
        """Send *call* and return AWS's answer; raises ReadOnly or an AwsError."""
        if self.read_only and not call.reads:
            raise ReadOnly(call.operation)
        client = await self.client(call.service, call.region, once=call.once)
        from botocore import xform_name

        method = getattr(client, xform_name(call.operation))
        with marked(call.mark):
            body = await self.translated(call.operation, method(**call.params))
        request_id = (body.get("ResponseMetadata") or {}).get("RequestId")
        if request_id is None and not call.reads:
            # Something between us and AWS answered: that a change was made is not to be believed.
            raise NotAws(call.operation, "the answer has no request id, so it is not AWS's")
        return Answer(body, request_id)

    async def read(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Any:
        """The body of AWS's answer to a call that changes nothing; what it lacks raises NotAws."""
        return _Body(operation, (await self.send(Call(service, operation, params, region))).body)

    async def client(self, service: str, region: str | None = None, *, once: bool = False) -> Any:
        key = (service, region, once)
        task = self._clients.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._clients[key] = asyncio.create_task(self._make_client(*key))
        return await asyncio.shield(task)

    async def _make_client(self, service: str, region: str | None, once: bool) -> Any:
        session = await self._botocore()
        from aiobotocore.config import AioConfig

        from services.aws.tls import HttpSession

        # Reading a service's model blocks for long; the loader keeps what a thread has read.
        loader = session.get_component("data_loader")
        await asyncio.to_thread(_read_model, loader, service)
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
            endpoint_url=self._endpoint_url,
            config=config,
        )
        client = await self.translated(f"connecting to {service}", self._stack.enter_async_context(context))
        # The last, as botocore puts the User-Agent together anew for each request; it is not signed.
        client.meta.events.register_last("request-created", add_mark)
        client.meta.events.register("after-call", self.clock.hear)
        return client

    async def _botocore(self) -> Any:
        """The session; before it is there nothing of botocore is imported elsewhere.

        A thread imports it, and two that import parts of it at once can wait for each other: Python ends that
        with an error in one of them.
        """
        if self._session is None:
            self._session = await asyncio.to_thread(_botocore_session, self.profile)
            if given := self._credentials:
                self._session.set_credentials(
                    given.access_key_id, given.secret_access_key, given.session_token
                )
        return self._session

    @staticmethod
    async def translated(operation: str, awaitable: Any) -> Any:
        """Await, with botocore's many exceptions turned into our tree."""
        import aiohttp
        from botocore import exceptions as boto
        from botocore.parsers import ResponseParserError

        try:
            return await awaitable
        except boto.ClientError as error:
            raise from_client_error(operation, error.response) from None
        except (
            boto.NoCredentialsError,
            boto.PartialCredentialsError,
            boto.ProfileNotFound,
            boto.CredentialRetrievalError,
            boto.TokenRetrievalError,
            boto.SSOError,
            boto.LoginError,
        ) as error:
            raise NoCredentials(operation, str(error)) from None
        except boto.ParamValidationError as error:
            raise AwsError(operation, str(error).replace("\n", " ")) from None
        except ResponseParserError:
            raise NotAws(operation, "the answer is not one of AWS's") from None
        except (boto.HTTPClientError, boto.EndpointConnectionError, aiohttp.ClientError, OSError) as error:
            raise Unreachable(operation, f"no answer ({type(error).__name__})") from None
        except boto.BotoCoreError as error:
            raise AwsError(operation, str(error)) from None


class _Body(dict[str, Any]):
    """An answer that may be rubbish which botocore could make nothing of."""

    def __init__(self, operation: str, body: Mapping[str, Any]) -> None:
        super().__init__(body)
        self._operation = operation

    def __missing__(self, key: str) -> Any:
        raise NotAws(self._operation, f"the answer has no {key}, so it is not AWS's")


def _botocore_session(profile: str | None) -> Any:
    from aiobotocore.session import AioSession

    session = AioSession(profile=profile)
    try:
        session.get_scoped_config()
    except Exception as error:
        from botocore.exceptions import BotoCoreError

        if isinstance(error, BotoCoreError):
            raise NoCredentials("Signing in", str(error)) from None
        raise
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    return session


@cache
def _loader(data_path: str | None) -> Any:
    """Keeps the service models it has read, for all sessions of the process."""
    from botocore.loaders import create_loader

    return create_loader(data_path)


def _read_model(loader: Any, service: str) -> None:
    for kind in ("service-2", "endpoint-rule-set-1"):
        # What is wrong with a model create_client will say, in the right place.
        with suppress(Exception):
            loader.load_service_model(service, kind)
