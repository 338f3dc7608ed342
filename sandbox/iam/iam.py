"""IAM's service-specific credential operations, which moto lacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from xml.sax.saxutils import escape

import moto.iam.urls
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import InvalidInput, LimitExceededException, NoSuchEntity, ValidationError

from sandbox.account.world import World
from sandbox.iam.credentials import PREFIXES, QUOTA, Credential, CredentialStore, QuotaExceeded
from sandbox.iam.grants import IamHistory
from sandbox.iam.iam_request import invalid
from sandbox.iam.lastaccessed import LastAccessedOperations
from sandbox.iam.roles import RoleOperations
from sandbox.iam.simulate import SimulationOperations
from sandbox.iam.users import UserOperations

STATUSES = ("Active", "Inactive", "Expired")
LIST_ANSWER = (
    '<ListServiceSpecificCredentialsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
    "<ListServiceSpecificCredentialsResult>"
    "<ServiceSpecificCredentials>{members}</ServiceSpecificCredentials>{more}"
    "</ListServiceSpecificCredentialsResult>"
    "<ResponseMetadata><RequestId>-</RequestId></ResponseMetadata>"
    "</ListServiceSpecificCredentialsResponse>"
)


class IamOperations(LastAccessedOperations, SimulationOperations, RoleOperations, UserOperations):
    """IAM as moto has it, and what it lacks."""

    def create_service_specific_credential(self) -> ActionResult:
        user, service, age = self.user_name(), self._service(), self._get_param("CredentialAgeDays")
        if service is None:
            raise invalid("serviceName", "null", "Member must not be null")
        if age is not None and age < 1:
            raise invalid("credentialAgeDays", age, "Member must have value greater than or equal to 1")
        if age is not None and age > 36600:
            raise invalid("credentialAgeDays", age, "Member must have value less than or equal to 36600")
        now = self.world.clock.now()
        expires = now + timedelta(days=age) if age is not None else None
        try:
            made = self.credentials.seed(user, service, created=now, expires=expires)
        except QuotaExceeded:
            raise LimitExceededException(
                f"Cannot exceed quota for ContextSpecificCredentialsPerUserPerContext: {QUOTA}"
            ) from None
        return ActionResult({"ServiceSpecificCredential": self._with_secret(made)})

    def list_service_specific_credentials(self) -> tuple[int, dict[str, str], str]:
        service, limit = self._service(), self.limit()
        if self._get_bool_param("AllUsers", False):
            if self._get_param("UserName"):
                raise InvalidInput("Cannot list credentials for all users if a username is given")
            candidates = self.credentials.after(self.marker())
        else:
            marker = self.marker()
            candidates = (each for each in self.credentials.of_user(self.user_name()) if each.id > marker)
        found = (each for each in candidates if service in (None, each.service))
        shown, more = self.page(list(islice(found, limit + 1)), lambda each: each.id)
        # moto's own serializer takes 0.15 s over a thousand of these.
        members = "".join(f"<member>{_xml(self._metadata(each))}</member>" for each in shown)
        return 200, {"Content-Type": "text/xml"}, LIST_ANSWER.format(members=members, more=_xml(more))

    def update_service_specific_credential(self) -> ActionResult:
        status = self._get_param("Status")
        if status not in STATUSES:
            raise invalid("status", status, f"Member must satisfy enum value set: [{', '.join(STATUSES)}]")
        found = self._credential()
        if status == "Expired":
            raise InvalidInput("Operation does not support status Expired")
        self.credentials.enable(found.id, status == "Active")
        return EmptyResult()

    def reset_service_specific_credential(self) -> ActionResult:
        found = self._credential()
        if found.status(self.world.clock.now()) == "Expired":
            # That AWS refuses is documented; with which code is not.
            raise InvalidInput(f"The credential {found.id} has expired and cannot be reset")
        return ActionResult(
            {"ServiceSpecificCredential": self._with_secret(self.credentials.reset(found.id))}
        )

    def delete_service_specific_credential(self) -> ActionResult:
        self.credentials.delete(self._credential().id)
        return EmptyResult()

    def _service(self) -> str | None:
        named = self._get_param("ServiceName")
        if named is None:
            return None
        service: str = named.lower()
        if service not in PREFIXES:
            raise NoSuchEntity(f"No such service {named} is supported for Service Specific Credentials")
        return service

    def _credential(self) -> Credential:
        """The credential the request is about, if it is the named user's (or the caller's)."""
        wanted = self._get_param("ServiceSpecificCredentialId") or ""
        if len(wanted) < 20:
            bound = "Member must have length greater than or equal to 20"
            raise invalid("serviceSpecificCredentialId", wanted, bound)
        if len(wanted) > 128 or not re.fullmatch(r"\w+", wanted, re.ASCII):
            pattern = "Member must satisfy regular expression pattern: [\\w]+"
            raise invalid("serviceSpecificCredentialId", wanted, pattern)
        user = self.user_name()
        found = self.credentials.get(wanted)
        if found is None:
            raise NoSuchEntity(f"No such credential {wanted} exists")
        if found.user != user:
            raise ValidationError(f"User {user} does not have a service specific credential with id {wanted}")
        return found

    def _metadata(self, credential: Credential) -> dict[str, object]:
        api_key = PREFIXES[credential.service] is not None
        return {
            "UserName": credential.user,
            "Status": credential.status(self.world.clock.now()),
            "ServiceCredentialAlias" if api_key else "ServiceUserName": credential.alias,
            "CreateDate": credential.created,
            "ExpirationDate": credential.expires,
            "ServiceSpecificCredentialId": credential.id,
            "ServiceName": credential.service,
        }

    def _with_secret(self, credential: Credential) -> dict[str, object]:
        api_key = PREFIXES[credential.service] is not None
        secret = {"ServiceCredentialSecret" if api_key else "ServicePassword": credential.token}
        return self._metadata(credential) | secret


def install(world: World) -> None:
    """Give the world its credentials, and moto's IAM the operations on them."""
    credentials = CredentialStore()
    world.add(credentials)
    world.add(IamHistory(world, credentials))
    IamOperations.world = world
    moto.iam.urls.url_paths["{0}/$"] = IamOperations.dispatch


def _xml(fields: Mapping[str, object]) -> str:
    return "".join(f"<{name}>{_text(value)}</{name}>" for name, value in fields.items() if value is not None)


def _text(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case _:
            return escape(str(value))
