"""Ways to a key and back, on a user of its own, and how the account must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.secret import Destination, ToFile, ToScreen, ToSecretsManager
from services.cases.state import CaseState
from services.goals import book as cases
from services.goals.goal import Goal
from services.goals.issuing.issue import IssueGoal
from services.goals.issuing.setup import SetupGoal
from services.goals.issuing.wanted import KeySetup, PolicyChoice

LOGS = "logs.amazonaws.com"
REGION = "us-east-1"
MANAGED = "arn:aws:iam::aws:policy/CloudWatchLogsAPIKeyAccess"
CUSTOM = "stanch-write-logs"
SHARED = "shared"
SERVICES = ("iam", "logs", "secretsmanager")


@dataclass(frozen=True)
class Shop:
    """A user, its log group, and what boto3 says of them; *folder* takes its secret's file."""

    boto: Mapping[str, Any]
    user: str
    folder: Path

    @property
    def log_group(self) -> str:
        return f"/app/{self.user}"

    @property
    def file(self) -> Path:
        return self.folder / f"{self.user}.key"

    def there(self) -> bool:
        try:
            self.boto["iam"].get_user(UserName=self.user)
        except self.boto["iam"].exceptions.NoSuchEntityException:
            return False
        return True

    def keys(self) -> dict[str, str]:
        """Status by id."""
        listed = self.boto["iam"].list_service_specific_credentials(UserName=self.user)
        return {
            found["ServiceSpecificCredentialId"]: found["Status"]
            for found in listed["ServiceSpecificCredentials"]
        }

    def policies(self) -> set[str]:
        iam = self.boto["iam"]
        attached = iam.list_attached_user_policies(UserName=self.user)["AttachedPolicies"]
        inline = iam.list_user_policies(UserName=self.user)["PolicyNames"]
        return {*inline, *(policy["PolicyArn"] for policy in attached)}

    def group(self) -> dict[str, Any] | None:
        listed = self.boto["logs"].describe_log_groups(logGroupNamePrefix=self.log_group)["logGroups"]
        return next((group for group in listed if group["logGroupName"] == self.log_group), None)

    def streams(self) -> list[str]:
        listed = self.boto["logs"].describe_log_streams(logGroupName=self.log_group)["logStreams"]
        return [stream["logStreamName"] for stream in listed]

    def secrets(self) -> list[str]:
        return [found["Name"] for found in self.boto["secretsmanager"].list_secrets()["SecretList"]]

    def own_secrets(self) -> list[str]:
        """Names of those of this user's keys."""
        return [name for name in self.secrets() if name.startswith(f"stanch/{self.user}/")]

    def secret(self, name: str = "") -> str:
        named = name or self.own_secrets()[-1]
        return str(self.boto["secretsmanager"].get_secret_value(SecretId=named)["SecretString"])


def clients(boto: Callable[..., Any]) -> Mapping[str, Any]:
    made = {service: boto(service) for service in SERVICES}
    made["secretsmanager"].create_secret(Name=SHARED, SecretString="an older one")
    return made


def token(sandbox: Sandbox, key_id: str) -> str:
    made = sandbox.world.part(CredentialStore).get(key_id)
    assert made
    return made.token


async def bring_about(aws: AwsSession, book: CaseBook, goal: Goal) -> None:
    upkeep = await cases.look_up(aws, book, goal)
    with cases.begin(upkeep, book):
        await upkeep.resume()
        await upkeep.apply()
        if upkeep.secret:
            upkeep.secret.forget()
            upkeep.secret = None
            await upkeep.delivered("screen")
        await upkeep.told()


async def take_back(aws: AwsSession, book: CaseBook, goal: Goal) -> None:
    upkeep = await cases.look_up(aws, book, goal, undoing=True)
    with cases.begin(upkeep, book):
        await upkeep.resume()
        await upkeep.undo()


@dataclass(frozen=True)
class Route:
    """*ends* asks boto3 whether all is as it must be; *back* takes all back in the end."""

    goal: Callable[[Shop], Goal]
    ends: Callable[[Shop, Sandbox], None]
    exists: bool = False
    """Whether the user is there before."""
    back: bool = False
    like: tuple[str, ...] = ()
    """Routes that have some of its boundaries."""

    async def take(self, aws: AwsSession, book: CaseBook, shop: Shop) -> None:
        """Whatever of it was not done yet, as who was told where the case stands would do it."""
        goal = self.goal(shop)
        step = _newest(book).step(goal.deed)
        if not (_newest(book).told or step.undoing):
            await bring_about(aws, book, goal)
        if self.back and _newest(book).closed_at is None:
            await take_back(aws, book, goal)


async def take_route(name: str, user: str, folder: Path, aws: AwsSession, book: CaseBook) -> None:
    """As it is taken in a process of its own."""
    await ROUTES[name].take(aws, book, Shop({}, user, folder))


def _newest(book: CaseBook) -> CaseState:
    return next((case.state() for case in book.cases()), CaseState())


def open_shop(route: Route, boto: Mapping[str, Any], user: str, folder: Path) -> Shop:
    if route.exists:
        boto["iam"].create_user(UserName=user)
    return Shop(boto, user, folder)


def setup(shop: Shop, **more: Any) -> SetupGoal:
    return SetupGoal(KeySetup(shop.user, REGION, (shop.log_group,), **more))


def issue(shop: Shop, to: Destination, service: str = LOGS) -> IssueGoal:
    return IssueGoal(shop.user, service, 30, to)


def _stands(shop: Shop, sandbox: Sandbox, policy: str = CUSTOM) -> str:
    """Everything there, and once; the key's token."""
    (key,) = shop.keys()
    assert shop.keys() == {key: "Active"}
    assert shop.policies() == {policy}
    group = shop.group()
    assert group
    assert group["bearerTokenAuthenticationEnabled"] is True
    assert shop.streams() == ["default"]
    return token(sandbox, key)


def _in_secret(shop: Shop, sandbox: Sandbox) -> None:
    assert shop.secret() == _stands(shop, sandbox)


def _in_file(shop: Shop, sandbox: Sandbox) -> None:
    assert shop.file.read_text() == _stands(shop, sandbox, MANAGED) + "\n"
    assert shop.file.stat().st_mode & 0o777 == 0o600


def _on_screen(shop: Shop, sandbox: Sandbox) -> None:
    _stands(shop, sandbox)


def _gone(shop: Shop, sandbox: Sandbox) -> None:
    assert not shop.there()
    assert shop.group() is None
    assert shop.own_secrets() == []


def _issued(shop: Shop, sandbox: Sandbox) -> None:
    (key,) = shop.keys()
    assert shop.keys() == {key: "Active"}
    assert shop.secret(SHARED) == token(sandbox, key)
    assert shop.policies() == set()


def _unissued(shop: Shop, sandbox: Sandbox) -> None:
    assert shop.there()
    assert shop.keys() == {}
    assert shop.own_secrets() == []


def _managed_to_file(shop: Shop) -> Goal:
    return setup(shop, secret_to=ToFile(shop.file), policy=PolicyChoice.MANAGED, age_days=None)


ROUTES = {
    "set up": Route(setup, _in_secret),
    "set up to a file": Route(_managed_to_file, _in_file, like=("set up",)),
    "set up to the screen": Route(
        lambda shop: setup(shop, secret_to=ToScreen()), _on_screen, exists=True, like=("set up",)
    ),
    "taken back": Route(setup, _gone, back=True, like=("set up",)),
    "managed taken back": Route(_managed_to_file, _gone, back=True, like=("set up to a file", "taken back")),
    "issued": Route(lambda shop: issue(shop, ToSecretsManager(SHARED)), _issued, exists=True),
    "issue taken back": Route(
        lambda shop: issue(shop, ToSecretsManager()), _unissued, exists=True, back=True, like=("issued",)
    ),
}


def check(sandbox: Sandbox, shop: Shop, book: CaseBook, route: Route) -> None:
    """The account is as the route ends, and the journal agrees with it."""
    route.ends(shop, sandbox)
    (case,) = book.cases()
    assert case.flaws() == ()
    assert case.state().unsettled == {}
