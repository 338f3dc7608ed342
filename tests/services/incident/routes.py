"""Ways through the runbook: deeds in their order, on an account made for them, and how it must end."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moto.logs.models import logs_backends

from sandbox.account.account import iam_backend
from sandbox.account.world import ACCOUNT, HOME_REGION
from sandbox.iam.credentials import CredentialStore
from sandbox.logs.logs import enable_bearer
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.plan import Deed, LeverName, State, StepName
from services.cases.secret import ToFile, ToSecretsManager
from services.incident import opening
from services.incident.intruder import touched
from services.incident.situation import Options
from services.keys.accesskeys import ROLE_ID
from services.rights.endedsessions import NAME
from services.rotation import opening as rotating
from services.rotation.stages import STEP, Next
from tests.services.incident.intrusion import as_left, intrude
from tests.storedsecrets import name_of

LOGS = "logs.amazonaws.com"
MANAGED = "arn:aws:iam::aws:policy/CloudWatchLogsAPIKeyAccess"
GROUP = "shippers"
SHARED = "shared"
ROLE = "night"
OTHERS = '{ "Version":"2012-10-17",\n "Statement": {"Effect":"Deny","Action":"s3:*","Resource":"\\u002a"} }'
"""A document of somebody else's under the name of ours, with its own spaces and escapes."""
HOLD = "arn:aws:iam::123456789012:policy/hold"


def document(effect: str, action: str) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@dataclass(frozen=True)
class Patient:
    """A user with a leaked key and all that the levers act on, and what boto3 says of them."""

    boto: Mapping[str, Any]
    user: str
    key_id: str
    access_key: str

    @property
    def who(self) -> tuple[str, str, str]:
        """What makes it again in another process."""
        return self.user, self.key_id, self.access_key

    @property
    def new_user(self) -> str:
        return f"{self.user}-new"

    @property
    def log_group(self) -> str:
        return f"/app/{self.user}"

    def keys(self, user: str | None = None) -> dict[str, str]:
        """Status by id."""
        listed = self.boto["iam"].list_service_specific_credentials(UserName=user or self.user)
        return {
            found["ServiceSpecificCredentialId"]: found["Status"]
            for found in listed["ServiceSpecificCredentials"]
        }

    def policies(self, user: str | None = None) -> set[str]:
        """Names of the inline ones and ARNs of the attached ones."""
        iam, name = self.boto["iam"], user or self.user
        inline = iam.list_user_policies(UserName=name)["PolicyNames"]
        attached = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
        return {*inline, *(policy["PolicyArn"] for policy in attached)}

    def groups(self, user: str) -> list[str]:
        listed = self.boto["iam"].list_groups_for_user(UserName=user)["Groups"]
        return [group["GroupName"] for group in listed]

    def access_keys(self) -> list[str]:
        listed = self.boto["iam"].list_access_keys(UserName=self.user)["AccessKeyMetadata"]
        return [key["Status"] for key in listed]

    @property
    def file(self) -> Path:
        """Where its new secret goes, on routes with a file."""
        return Path(tempfile.gettempdir()) / f"{self.user}-{self.key_id}.key"

    def bearer(self) -> bool:
        listed = self.boto["logs"].describe_log_groups(logGroupNamePrefix=self.log_group)["logGroups"]
        (found,) = [group for group in listed if group["logGroupName"] == self.log_group]
        return bool(found["bearerTokenAuthenticationEnabled"])

    def moved(self) -> bool:
        """Whether there is a new user; that the old one is there is seen by its keys."""
        try:
            self.boto["iam"].get_user(UserName=self.new_user)
        except self.boto["iam"].exceptions.NoSuchEntityException:
            return False
        return True

    def secret(self, name: str) -> str:
        return str(self.boto["secretsmanager"].get_secret_value(SecretId=name)["SecretString"])


def prepare(boto: Callable[..., Any]) -> Mapping[str, Any]:
    """What all patients share: a group, a hold made beforehand, a secret, and a trail with an object."""
    clients: dict[str, Any] = {service: boto(service) for service in ("iam", "logs", "secretsmanager")}
    clients["as"] = lambda key: boto("sts", key=key)
    clients["secretsmanager"].create_secret(Name=SHARED, SecretString="an older one")
    _trail(boto("s3"), boto("cloudtrail"))
    clients["iam"].create_group(GroupName=GROUP)
    trust = document("Allow", "sts:AssumeRole").replace('"Resource"', '"Principal"')
    clients["iam"].create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
    clients["iam"].put_role_policy(RoleName=ROLE, PolicyName=NAME, PolicyDocument=OTHERS)
    clients["iam"].create_policy(
        PolicyName="hold", PolicyDocument=document("Deny", "logs:CallWithBearerToken")
    )
    return clients


def _trail(s3: Any, cloudtrail: Any) -> None:
    s3.create_bucket(Bucket="trail")
    allowed = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    statements = [
        allowed | {"Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::trail"},
        allowed | {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::trail/*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    s3.put_bucket_policy(Bucket="trail", Policy=policy)
    day = datetime.now(UTC).strftime("%Y/%m/%d")
    key = f"AWSLogs/123456789012/CloudTrail/us-east-1/{day}/empty.json.gz"
    s3.put_object(Bucket="trail", Key=key, Body=gzip.compress(b'{"Records":[]}'))
    cloudtrail.create_trail(Name="audit", S3BucketName="trail")
    cloudtrail.start_logging(Name="audit")


def admit(boto: Mapping[str, Any], sandbox: Sandbox, user: str) -> Patient:
    """Put straight into the account, for that is done more often than anything else."""
    iam, now = iam_backend(), sandbox.world.clock.now()
    iam.create_user(HOME_REGION, user)
    key = sandbox.world.part(CredentialStore).seed(user, LOGS, created=now)
    access_key = iam.create_access_key(user_name=user)
    iam.attach_user_policy(MANAGED, user)
    iam.put_user_policy(user, "read", document("Allow", "s3:Get*"))
    iam.add_user_to_group(GROUP, user)
    patient = Patient(boto, user, key.id, access_key.access_key_id)
    enable_bearer(logs_backends[ACCOUNT][HOME_REGION].create_log_group(patient.log_group, {}), True)
    return patient


def untouched(patient: Patient, *, but: str = "") -> None:
    """All of the patient is as it was admitted, save what is named."""
    seen = {
        "keys": patient.keys() == {patient.key_id: "Active"},
        "policies": patient.policies() == {MANAGED, "read"},
        "access keys": patient.access_keys() == ["Active"],
        "log group": patient.bearer(),
        "users": not patient.moved(),
    }
    assert [name for name, as_it_was in seen.items() if not as_it_was and name != but] == []


def _replaced(patient: Patient, sandbox: Sandbox) -> None:
    (new,) = patient.keys()
    assert new != patient.key_id
    assert patient.keys() == {new: "Active"}
    _holds_secret_of(patient, sandbox, new)
    untouched(patient, but="keys")


def _replaced_in_file(patient: Patient, sandbox: Sandbox) -> None:
    (new,) = patient.keys()
    assert patient.keys() == {new: "Active"}
    made = sandbox.world.part(CredentialStore).get(new)
    assert made
    assert patient.file.read_text() == made.token + "\n"
    patient.file.unlink()
    untouched(patient, but="keys")


def _reset(patient: Patient, sandbox: Sandbox) -> None:
    assert patient.keys() == {patient.key_id: "Active"}
    _holds_secret_of(patient, sandbox, patient.key_id)
    untouched(patient)


def _moved(patient: Patient, sandbox: Sandbox) -> None:
    (new,) = patient.keys(patient.new_user)
    assert patient.keys(patient.new_user) == {new: "Active"}
    assert patient.policies(patient.new_user) == {MANAGED, "read"}
    assert patient.groups(patient.new_user) == [GROUP]
    _holds_secret_of(patient, sandbox, new)
    untouched(patient, but="users")


def _in_file(patient: Patient, sandbox: Sandbox) -> None:
    (new,) = set(patient.keys()) - {patient.key_id}
    assert patient.keys() == {patient.key_id: "Active", new: "Active"}
    made = sandbox.world.part(CredentialStore).get(new)
    assert made
    assert patient.file.read_text() == made.token + "\n", "the file holds another secret than the key's"
    patient.file.unlink()
    untouched(patient, but="keys")


def _reset_to_file(patient: Patient, sandbox: Sandbox) -> None:
    made = sandbox.world.part(CredentialStore).get(patient.key_id)
    assert made
    assert patient.file.read_text() == made.token + "\n", "the file holds another secret than the key's"
    patient.file.unlink()
    untouched(patient)


def _shared(patient: Patient, sandbox: Sandbox) -> None:
    (new,) = set(patient.keys()) - {patient.key_id}
    assert patient.keys() == {patient.key_id: "Active", new: "Active"}
    _holds_secret_of(patient, sandbox, new, SHARED)
    untouched(patient, but="keys")


def _holds_secret_of(patient: Patient, sandbox: Sandbox, key_id: str, name: str = "") -> None:
    made = sandbox.world.part(CredentialStore).get(key_id)
    assert made
    secret = patient.secret(name or name_of(patient.boto["secretsmanager"], made.user))
    assert secret == made.token, "the secret delivered is not the key's"


def _signs(patient: Patient, made: Mapping[str, str]) -> None:
    """The secret is that of the patient's only access key, which is Active: AWS takes it."""
    (key,) = patient.boto["iam"].list_access_keys(UserName=patient.user)["AccessKeyMetadata"]
    assert (key["AccessKeyId"], key["Status"]) == (made["AccessKeyId"], "Active")
    assert key["AccessKeyId"] != patient.access_key
    sts = patient.boto["as"]((made["AccessKeyId"], made["SecretAccessKey"]))
    assert sts.get_caller_identity()["Arn"].endswith(f":user/{patient.user}")


def _access_key_replaced(patient: Patient, sandbox: Sandbox) -> None:
    secrets = patient.boto["secretsmanager"]
    _signs(patient, json.loads(patient.secret(name_of(secrets, patient.user))))
    untouched(patient)


def _access_key_taken_all_through(patient: Patient, sandbox: Sandbox) -> None:
    _access_key_replaced(patient, sandbox)
    assert _of_the_role() == {NAME: OTHERS}


def _of_the_role() -> dict[str, str]:
    role = next(each for each in iam_backend().get_roles() if each.name == ROLE)
    return dict(role.policies)


def _access_key_in_file(patient: Patient, sandbox: Sandbox) -> None:
    _signs(patient, json.loads(patient.file.read_text()))
    patient.file.unlink()
    untouched(patient)


def _restored(patient: Patient, sandbox: Sandbox) -> None:
    """What stood on the role is there to the byte, and on the user, where nothing stood, there is nothing."""
    assert _of_the_role() == {NAME: OTHERS}
    untouched(patient)


def _as_the_intruder_left_it(patient: Patient, sandbox: Sandbox) -> None:
    assert as_left(patient.user, HOLD)
    untouched(patient)


def _as_before(patient: Patient, sandbox: Sandbox) -> None:
    untouched(patient)


@dataclass(frozen=True)
class Route:
    """*deeds* are taken, then *undone* are taken back; *ends* asks boto3 whether all is as it must be."""

    deeds: tuple[Deed, ...]
    undone: tuple[Deed, ...] = ()
    choices: Mapping[str, Any] = field(default_factory=dict)
    ends: Callable[[Patient, Sandbox], None] = _as_before
    like: tuple[str, ...] = ()
    """Routes that have some of its boundaries."""

    def options(self, patient: Patient) -> Options:
        chosen = {name: value(patient) if callable(value) else value for name, value in self.choices.items()}
        return Options(override="the service is deleted", **{"source": "s3", **chosen})

    def key_of(self, patient: Patient) -> str:
        return patient.key_id

    def user_of(self, patient: Patient) -> str | None:
        return patient.user

    def before(self, patient: Patient, sandbox: Sandbox) -> None:
        """What is in the account besides."""

    async def take(self, aws: AwsSession, book: CaseBook, patient: Patient) -> None:
        """Whatever of it was not done yet, as a responder would who is told where the case stands."""
        runbook = await opening.look_up(aws, book, self.key_of(patient), user=self.user_of(patient))
        with opening.begin(runbook, book):
            await runbook.resume()
            options = self.options(patient)
            for deed in self.deeds:
                state = runbook.state.step(deed).state
                if not state.holds and state is not State.UNDONE:
                    await runbook.apply(deed, options)
            for deed in self.undone:
                if runbook.state.step(deed).state is not State.UNDONE:
                    # The user's sessions too, and not those of the role alone.
                    await runbook.undo(deed, replace(options, roles=()))


@dataclass(frozen=True)
class OfAccessKey(Route):
    """The same for the patient's access key."""

    def key_of(self, patient: Patient) -> str:
        return patient.access_key


@dataclass(frozen=True)
class OfSession(Route):
    """The same for a session of the patient's, of which no more is known than its id."""

    def key_of(self, patient: Patient) -> str:
        return "ASIA" + patient.access_key[4:]


@dataclass(frozen=True)
class OfRole(Route):
    """The same for a role, whoever opened its sessions."""

    def key_of(self, patient: Patient) -> str:
        return f"{ROLE_ID}{ROLE}"

    def user_of(self, patient: Patient) -> str | None:
        return None


@dataclass(frozen=True)
class OfIntruder(OfAccessKey):
    """Each thing that the review finds an intruder to have made is stopped, and then all are restored."""

    def before(self, patient: Patient, sandbox: Sandbox) -> None:
        intrude(sandbox, patient.user, patient.access_key, HOLD)

    async def take(self, aws: AwsSession, book: CaseBook, patient: Patient) -> None:
        runbook = await opening.look_up(aws, book, self.key_of(patient), user=patient.user)
        with opening.begin(runbook, book):
            await runbook.resume()
            if not runbook.state.reviews:
                await runbook.apply(StepName.REVIEW, self.options(patient))
            elif not runbook.state.made:
                # It was cut right after the review was kept.
                await runbook.review(self.options(patient))
            for undo in (False, True):
                for each in runbook.state.made:
                    options, done = Options(made=(each["event_id"],)), touched(runbook.situation())
                    if not undo and each["event_id"] not in done:
                        await runbook.apply(LeverName.INTRUDER, options)
                    if undo and not done[each["event_id"]][1]:
                        await runbook.undo(LeverName.INTRUDER, options)


@dataclass(frozen=True)
class Rotating(Route):
    """A rotation, gone on with as it stands: to its end, or *back* again once the old key is Inactive."""

    back: bool = False

    async def take(self, aws: AwsSession, book: CaseBook, patient: Patient) -> None:
        if any(case.state().closed_at for case in book.cases()):
            return
        rotation = await rotating.look_up(aws, book, patient.key_id, user=patient.user)
        with opening.begin(rotation, book):
            await rotation.resume()
            options, undone = self.options(patient), State.UNDONE
            while rotation.state.step(StepName.DEACTIVATE).state is not undone:
                match (await rotation.standing(options)).next:
                    case Next.REPLACE | Next.DEACTIVATE as stage:
                        await rotation.apply(STEP[stage], options)
                    case Next.IMPORT:
                        await rotation.imported("imported (reported by the test)")
                    case Next.DONE:
                        await rotation.close()
                        return
                    case _ if self.back:
                        await rotation.undo(StepName.DEACTIVATE, options)
                    case _:
                        await rotation.apply(StepName.DELETE, options)
            await rotation.abandon(options)


def _new_user(patient: Patient) -> str:
    return patient.new_user


def _file(patient: Patient) -> ToFile:
    # Of a run that was killed before the key was made known, a file is left that holds no key's secret.
    return ToFile(patient.file)


def _log_group(patient: Patient) -> tuple[str, ...]:
    return (patient.log_group,)


_ALL = (StepName.DEACTIVATE, StepName.REVIEW, StepName.REPLACE, StepName.DELETE, StepName.DENY)

ROUTES = {
    "five steps": Route(
        _ALL, (StepName.DENY,), ends=_replaced, like=("deactivate", "review", "replace and delete", "deny")
    ),
    "deactivate": Route((StepName.DEACTIVATE,), (StepName.DEACTIVATE,)),
    "review": Route((StepName.REVIEW,)),
    "review of the history": Route((StepName.REVIEW,), (), {"source": "history"}),
    "replace into a secret": Route(
        (StepName.REPLACE,), (), {"secret_to": ToSecretsManager(SHARED)}, ends=_shared
    ),
    "replace into a file": Route((StepName.REPLACE,), (), {"secret_to": _file}, ends=_in_file),
    "reset into a file": Route(
        (StepName.REPLACE,), (), {"secret_to": _file, "in_place": True}, _reset_to_file
    ),
    "rotation into a file": Rotating(
        (), (), {"secret_to": _file}, ends=_replaced_in_file, like=("rotation",)
    ),
    "replace and delete": Route((StepName.REPLACE, StepName.DELETE), ends=_replaced),
    "deny": Route((StepName.DENY,), (StepName.DENY,)),
    "managed hold": Route((StepName.DENY,), (StepName.DENY,), {"hold_policy": HOLD}),
    "reset": Route(
        (StepName.DEACTIVATE, StepName.REPLACE), (), {"in_place": True}, _reset, like=("deactivate",)
    ),
    "new user": Route((StepName.REPLACE,), (), {"new_user": _new_user}, _moved),
    "new user taken back": Route(
        (StepName.REPLACE,), (StepName.REPLACE,), {"new_user": _new_user}, like=("new user",)
    ),
    "access key": OfAccessKey(
        (StepName.DEACTIVATE, LeverName.SESSIONS, *_ALL[1:]),
        (StepName.DENY, LeverName.SESSIONS),
        {"roles": (ROLE,)},
        _access_key_taken_all_through,
        ("five steps", "sessions"),
    ),
    "access key into a file": OfAccessKey(
        (StepName.REPLACE, StepName.DELETE), (), {"secret_to": _file}, _access_key_in_file, ("access key",)
    ),
    "access key left": OfAccessKey(
        (StepName.DEACTIVATE, StepName.REPLACE), (StepName.REPLACE, StepName.DEACTIVATE)
    ),
    "sessions": OfAccessKey((LeverName.SESSIONS,), (LeverName.SESSIONS,), {"roles": (ROLE,)}, _restored),
    "session alone": OfSession(
        (StepName.DENY, LeverName.SESSIONS), (LeverName.SESSIONS, StepName.DENY), like=("deny", "sessions")
    ),
    "role alone": OfRole((LeverName.SESSIONS,), (LeverName.SESSIONS,), {}, _restored),
    "intruder": OfIntruder((), (), {"source": "history"}, _as_the_intruder_left_it),
    "access keys": Route((LeverName.ACCESS_KEYS,), (LeverName.ACCESS_KEYS,)),
    "log groups": Route((LeverName.GROUPS,), (LeverName.GROUPS,), {"log_groups": _log_group}),
    "rotation": Rotating((), ends=_replaced),
    "rotation taken back": Rotating((), like=("rotation",), back=True),
}


async def take_route(name: str, who: tuple[str, str, str], aws: AwsSession, book: CaseBook) -> None:
    """As it is taken in a process of its own."""
    await ROUTES[name].take(aws, book, Patient({}, *who))


def check(sandbox: Sandbox, patient: Patient, book: CaseBook, route: Route) -> None:
    """The account is as the route ends, and the journal agrees with it."""
    route.ends(patient, sandbox)
    (case,) = book.cases()
    assert case.flaws() == ()
    assert case.state().unsettled == {}
