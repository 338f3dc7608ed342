"""The same key, Region and host as the AWS CLI in the same place, or a line in the docs that says why."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import Any

import botocore.loaders
import pytest
from botocore.exceptions import BotoCoreError

from services.aws.errors import AwsError
from services.aws.session import AwsSession
from tests.services.aws.credentials.endpoints import ENDPOINTS
from tests.services.aws.credentials.mixtures import MIXTURES
from tests.services.aws.credentials.setting import Setting
from tests.services.aws.credentials.ways_in import WAYS_IN
from tests.signin.aws import Aws, Seen

DOCS = Path(__file__).parents[4] / "docs" / "credentials.md"
CALLS = {
    "sts": ("GetCallerIdentity", ["sts", "get-caller-identity"]),
    "iam": ("ListAccountAliases", ["iam", "list-account-aliases"]),
    "logs": ("DescribeLogGroups", ["logs", "describe-log-groups"]),
    "s3": ("ListBuckets", ["s3api", "list-buckets"]),
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with Aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every session of the AWS CLI would read the models of all services anew."""
    monkeypatch.setattr("botocore.session.create_loader", lambda path: cli_loader())


@cache
def cli_loader() -> Any:
    import awscli

    return botocore.loaders.create_loader(str(Path(awscli.__file__).parent / "data"))


Home = Callable[[str], None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Gives each of the two a home of its own, so that neither lives on what the other has cached."""

    def use(name: str) -> None:
        place = tmp_path / name
        monkeypatch.setenv("HOME", str(place))
        # Worked out when they are imported.
        tokens = str(place / ".aws" / "sso" / "cache")
        monkeypatch.setattr("botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", tokens)
        monkeypatch.setattr("botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR", tokens)
        roles = str(place / ".aws" / "cli" / "cache")
        monkeypatch.setattr("awscli.customizations.assumerole.CACHE_DIR", roles)

    return use


def sign_in_to_sso(home: Path, state: str | None) -> None:
    """What `aws sso login` leaves there, for both forms."""
    if state is None:
        return
    hours = timedelta(hours=8 if state == "hours" else -8)
    token: dict[str, Any] = {
        "accessToken": "sso-token" if state == "hours" else "an-old-one",
        "expiresAt": (datetime.now(UTC) + hours).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "eu-north-1",
        "startUrl": "https://ex.awsapps.com/start",
    }
    if state.endswith("renewed"):
        token |= {"clientId": "c", "clientSecret": "s", "refreshToken": "r"}
        token["registrationExpiresAt"] = "2099-01-01T00:00:00Z"
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True)
    for name in (token["startUrl"], "corp"):
        (folder / f"{sha1(name.encode()).hexdigest()}.json").write_text(json.dumps(token))


def by_the_cli(setting: Setting) -> bool:
    """Whether it failed."""
    from awscli.clidriver import create_clidriver

    options = ["--profile", setting.profile] if setting.profile else []
    options += ["--region", setting.region] if setting.region else []
    try:
        return any(create_clidriver().main([*options, *CALLS[service][1]]) for service in setting.services)
    except BotoCoreError:
        # Its main ends with a traceback then.
        return True


def by_stanch(setting: Setting) -> AwsError | None:
    async def ask() -> None:
        async with AwsSession(setting.profile, (setting.region,) if setting.region else ()) as session:
            for service in setting.services:
                await session.read(service, CALLS[service][0])

    try:
        asyncio.run(ask())
    except AwsError as error:
        return error
    return None


def answers(seen: list[Seen]) -> set[tuple[str, str, str, str]]:
    return {(each.what, each.host, each.key, each.region) for each in seen}


# The AWS CLI leaves its connections to the end of its process.
@pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("setting", WAYS_IN + ENDPOINTS + MIXTURES, ids=lambda setting: setting.name)
def test_as_the_cli(
    setting: Setting,
    aws: Aws,
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filled = {"folder": str(tmp_path), "url": aws.proxy.url, "python": sys.executable}

    def fill(text: str) -> str:
        for name, value in filled.items():
            text = text.replace("{" + name + "}", value)
        return text

    texts = {"config": setting.config, "credentials": setting.credentials} | dict(setting.files)
    for name, text in texts.items():
        (tmp_path / name).write_text(fill(text))
    environment = {name: fill(value) for name, value in setting.environment.items()}
    environment["AWS_CONFIG_FILE"] = str(tmp_path / "config")
    environment["AWS_SHARED_CREDENTIALS_FILE"] = str(tmp_path / "credentials")
    for name, value in (aws.proxy.environment() | environment).items():
        monkeypatch.setenv(name, value)
    seen = {}
    for who in ("cli", "stanch"):
        home(who)
        sign_in_to_sso(tmp_path / who, setting.sso)
        aws.seen.clear()
        aws.tokens = {"sso-token"}
        failed = by_the_cli(setting) if who == "cli" else by_stanch(setting) is not None
        seen[who] = (answers(aws.seen), failed)
    if setting.differs:
        assert seen["stanch"] != seen["cli"], "it does not differ any more: docs/credentials.md"
        assert seen["stanch"] == (set(setting.ours), not setting.ours)
        assert setting.differs in DOCS.read_text()
    else:
        assert seen["stanch"] == seen["cli"]
