"""Finds credentials as the AWS CLI does: by botocore's own chain, in a thread, with the CLI's cache."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.credentials import EnvProvider
from botocore.exceptions import ClientError

from services.aws.credentials.cache import RoleCache
from services.aws.credentials.failures import REFUSALS, SignInEnded, SignInFailed, explained, nothing_found
from services.aws.credentials.found import Found
from services.aws.credentials.helper import Helper
from services.aws.credentials.profiles import environment_signs, named_profile
from services.aws.credentials.settings import prepare
from services.aws.credentials.source import Source, source_of

CONNECT_SECONDS = 5
READ_SECONDS = 20

Ask = Callable[[str], str]
"""Asks a person for an MFA code, and blocks until it is typed."""


def find(
    option: str | None,
    region: str | None,
    ask: Ask,
    *,
    refused: frozenset[str] = frozenset(),
    detached: bool = False,
    account: str | None = None,
    sts_url: str | None = None,
) -> Found:
    """What signs now; those whose access key ids AWS has *refused* are not taken from the cache.

    *detached* keeps helpers off the terminal, which is the screen's then; *account* is the one that they must
    be of, where that is known, which *sts_url* is asked. Raises an AwsError.
    """
    profile = named_profile(option) or "default"
    cache = RoleCache(refused)
    with explained(option):
        if environment_signs(option):
            # The chain would come to the same, but makes clients for machines and containers first.
            return _found(EnvProvider().load(), Source(EnvProvider.METHOD))
        session = open_sync(option, region)
        try:
            found = _walk(session, region, ask, cache, detached)
        except ClientError as error:
            # A session from the cache may have been ended by others; a role further on was asked for with it.
            if not cache.served or error.response.get("Error", {}).get("Code") not in REFUSALS:
                raise
            found = _walk(session, region, ask, RoleCache(refused | cache.served), detached)
        if found is None:
            raise nothing_found(option, profile)
        return found if account is None else check_account(session, found, account, sts_url)


def _walk(session: Any, region: str | None, ask: Ask, cache: RoleCache, detached: bool) -> Found | None:
    """Along the chain, once; raises whatever botocore does."""
    credentials = _resolver(session, region, ask, cache, detached).load_credentials()
    if credentials is None:
        return None
    profile = session.get_config_variable("profile") or "default"
    return _found(credentials, source_of(credentials.method, profile, session.get_scoped_config()))


def _found(credentials: Any, source: Source) -> Found:
    frozen = credentials.get_frozen_credentials()
    _check(frozen, source)
    # The AWS CLI reads it in the same way: there is no other.
    expires = getattr(credentials, "_expiry_time", None)
    return Found(frozen.access_key, frozen.secret_key, frozen.token, frozen.account_id, expires, source)


def _check(frozen: Any, source: Source) -> None:
    """Raise SignInFailed for what nothing can be signed with: libraries fail at it, each in its own way."""
    parts = {
        "access key ID": frozen.access_key,
        "secret access key": frozen.secret_key,
        "session token": frozen.token or "-",
    }
    for name, value in parts.items():
        if not isinstance(value, str) or not re.fullmatch(r"[!-~]+", value):
            raise SignInFailed(
                f"{source}: the {name} is empty, or has a space or a letter that none has",
                "Copy it once more.",
            )


def check_account(session: Any, found: Found, account: str, sts_url: str | None = None) -> Found:
    """*found*, if AWS says it is of *account*; raises SignInEnded where it is another's."""
    client = session.create_client(
        "sts",
        endpoint_url=sts_url,
        aws_access_key_id=found.access_key_id,
        aws_secret_access_key=found.secret_access_key,
        aws_session_token=found.session_token,
    )
    try:
        theirs = client.get_caller_identity()["Account"]
    finally:
        client.close()
    if theirs == account:
        return found
    raise SignInEnded(
        f"the renewed credentials ({found.source}) belong to account {theirs}; you are working in {account}",
        f"Start again to work in {theirs}, or sign in to {account}.",
    )


def instance_region(option: str | None) -> str | None:
    """The Region of the machine, if it is one of EC2."""
    from botocore.utils import IMDSRegionProvider

    found: str | None = IMDSRegionProvider(open_sync(option, None)).provide()
    return found


def is_instance(source: Source) -> bool:
    return source.method == "iam-role"


def open_sync(option: str | None, region: str | None) -> Any:
    """botocore's own session, for a thread; raises what botocore makes of the files."""
    from botocore.config import Config
    from botocore.session import Session

    from services.aws.loader import loader

    session = Session()
    prepare(session, option, region)
    session.get_scoped_config()
    session.register_component("data_loader", loader(session.get_config_variable("data_path")))
    session.set_default_client_config(
        Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 3},
        )
    )
    return session


def _resolver(session: Any, region: str | None, ask: Ask, cache: RoleCache, detached: bool) -> Any:
    from botocore.credentials import ProcessProvider, create_credential_resolver

    resolver = create_credential_resolver(session, cache=cache, region_name=region)
    roles = resolver.get_provider("assume-role")
    # botocore takes another prompter only where the provider is made, and makes it itself.
    roles._prompter = ask
    popen = partial(Helper, detached=detached)
    resolver.get_provider("custom-process")._popen = popen
    roles._profile_provider_builder._create_process_provider = lambda profile_name: ProcessProvider(
        profile_name, load_config=lambda: session.full_config, popen=popen
    )
    return resolver
