"""Where a new secret goes, as calls, as the journal says it, and in words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from services.aws import secretsmanager
from services.aws.call import SECRET, Call
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.base.arn import region_in
from services.base.keyservices import ACCESS_KEY
from services.cases.entry import look_into
from services.cases.secret import Destination, ToFile, ToScreen, ToSecretsManager, problem
from services.cases.state import CaseState


@dataclass(frozen=True, slots=True)
class NewSecret:
    """Of which key a secret is: *default_name* is what it is called where the responder names nothing."""

    user: str
    service: str
    default_name: str

    @property
    def description(self) -> str:
        if self.service == ACCESS_KEY:
            return f"access key of {self.user}"
        return f"{self.service.removesuffix('.amazonaws.com')} API key of {self.user}"


def wanted_place(destination: Destination) -> str:
    """As ``--secret-to`` takes it."""
    match destination:
        case ToSecretsManager(name=None):
            return "secretsmanager"
        case _:
            return delivered_to(destination, "")


def shown_name(user: str) -> str:
    """How the default name begins, for where the rest of it is not known yet."""
    return f"stanch/{user}/…"


def delivered_to(destination: Destination, default_name: str) -> str:
    """``kind:name``, as the journal says it."""
    match destination:
        case ToSecretsManager(name=name):
            return f"secretsmanager:{name or default_name}"
        case ToFile(path):
            return f"file:{path}"
        case ToScreen():
            return "screen"


def words_of(delivered: str) -> str:
    """The same for a person."""
    kind, _, name = delivered.partition(":")
    return {"secretsmanager": f"Secrets Manager as {name}", "file": f"the file {name}"}.get(kind, kind)


@dataclass(frozen=True, slots=True)
class Deposit:
    """The *calls* that take a secret there, none but for Secrets Manager; *blocked* says why it cannot go."""

    calls: tuple[Call, ...] = ()
    warnings: tuple[str, ...] = ()
    blocked: str | None = None

    @property
    def name(self) -> str | None:
        """Of the entry in Secrets Manager."""
        params = self.calls[0].params if self.calls else {}
        name = params.get("Name") or params.get("SecretId")
        return str(name) if name else None


async def deposit_of(
    aws: AwsSession, destination: Destination, secret: NewSecret, case: CaseState
) -> Deposit:
    """How *secret* goes to *destination*; what others made is described, and never taken by default."""
    if trouble := problem(destination):
        return Deposit(blocked=f"The secret has nowhere to go: {trouble}.")
    if not isinstance(destination, ToSecretsManager):
        return Deposit()
    if destination.name:
        return await _named(aws, destination, destination.name, secret, case)
    region, passed_over = await aws.home(), tuple[str, ...]()
    for number in range(1, _MOST_NAMES):
        name = f"{secret.default_name}-{number}" if number > 1 else secret.default_name
        try:
            found = await secretsmanager.describe(aws, name, region=region)
        except AwsError as error:
            unread = f"Whether the secret {name} exists could not be read: {error}"
            return Deposit((_create(destination, name, secret, region),), (unread,))
        if found is None:
            return Deposit((_create(destination, name, secret, region),), passed_over)
        if _ours(case, name, region) and not found.deleted:
            # Made by this case, and changed since by whoever may: what it is now counts.
            if unsafe := (await look_into(aws, found, region=region)).unsafe:
                passed_over += (f"The secret {name} of this case is not used again: {unsafe}.",)
                continue
            warning = f"The secret {name} gets a new version, and keeps the old one."
            return Deposit((_put(name, region),), (warning,))
    return Deposit(
        blocked=f"{secret.default_name} and similar names already exist: choose another (--secret-to)."
    )


_MOST_NAMES = 10


async def _named(
    aws: AwsSession, destination: ToSecretsManager, name: str, secret: NewSecret, case: CaseState
) -> Deposit:
    region = region_in(name) or await aws.home()
    try:
        found = await secretsmanager.describe(aws, name, region=region)
    except AwsError as error:
        unread = f"Whether the secret {name} exists could not be read: {error}"
        return Deposit((_create(destination, name, secret, region),), (unread,))
    if found is None:
        return Deposit((_create(destination, name, secret, region),))
    if found.deleted:
        restore = aws.where.aws(Call("secretsmanager", "RestoreSecret", {"SecretId": name}, region))
        return Deposit(
            blocked=f"The secret {name} is scheduled for deletion and accepts no value: "
            f"restore it (`{restore}`), or choose another (--secret-to)."
        )
    entry = await look_into(aws, found, region=region)
    if entry.unsafe and not destination.anyway:
        return Deposit(
            blocked=f"{entry.told} {entry.unsafe[:1].upper()}{entry.unsafe[1:]}: choose "
            "another (--secret-to), or store it there anyway (--secret-anyway)."
        )
    told = f"The secret {name} already exists:" if _ours(case, name, region) else entry.told
    warnings = [f"{told} {'it' if told.endswith(':') else 'It'} gets a new version and keeps the old one."]
    warnings += [f"The secret {name}: {entry.unsafe}."] if entry.unsafe else []
    if destination.kms_key or destination.tags:
        warnings.append(f"{name} keeps its KMS key and its tags: the ones given are for a new secret.")
    return Deposit((_put(name, region),), tuple(warnings))


def _ours(case: CaseState, name: str, region: str) -> bool:
    """Whether this case made the entry there, and nobody else; older journals name no Region."""
    made = (call for call in case.done if call.operation == "CreateSecret")
    return any(call.params.get("Name") == name and call.region in (None, region) for call in made)


def _put(name: str, region: str) -> Call:
    params = {"SecretId": name, "SecretString": SECRET, "ClientRequestToken": str(uuid.uuid4())}
    return Call("secretsmanager", "PutSecretValue", params, region)


def _create(destination: ToSecretsManager, name: str, secret: NewSecret, region: str) -> Call:
    params: dict[str, object] = {
        "Name": name,
        "SecretString": SECRET,
        "ClientRequestToken": str(uuid.uuid4()),
        "Description": secret.description,
    }
    if destination.kms_key:
        params["KmsKeyId"] = destination.kms_key
    if destination.tags:
        params["Tags"] = [{"Key": key, "Value": value} for key, value in destination.tags]
    return Call("secretsmanager", "CreateSecret", params, region)
