"""STS: sessions of users and roles that are checked and end, where moto has canned ones."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar
from xml.sax.saxutils import escape

import moto.sts.urls
from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import Role, iam_backends
from moto.sts.exceptions import STSValidationError
from moto.sts.responses import TokenResponse

from sandbox.account import organizations
from sandbox.account.world import World
from sandbox.iam.policy import conditions_met, like, statements
from sandbox.iam.sessions import Session, SessionKind, forget_sessions, open_session, session_of
from sandbox.wire.identity import signer_of

SHORTEST, LONGEST, USUAL = 900, 129_600, 43_200
"""Seconds of a session that a user asks for itself; a role says its own, and a chained one lasts an hour."""
OF_A_ROLE = 3600
_ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")
_PATTERN = r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
_BOUND = "Member must have value {} than or equal to {}"
_DENIED = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{}</Message></Error>"
    "<RequestId>{}</RequestId></ErrorResponse>"
)
NOTHING = '{"Version": "2012-10-17", "Statement": []}'


class AccessDenied(Exception):
    """STS's own refusal; its model doesn't know it, so moto can't say it."""


class StsOperations(TokenResponse):
    """One request; moto makes one of these for each, so install() leaves what they share on the class."""

    world: ClassVar[World]

    def call_action(self) -> Any:
        try:
            return super().call_action()
        except AccessDenied as denied:
            body = _DENIED.format(escape(str(denied)), uuid.uuid4())
            return 403, {"Content-Type": "text/xml"}, body

    def get_session_token(self) -> ActionResult:
        lasts = self._lasts(USUAL, LONGEST)
        return ActionResult({"Credentials": _credentials(self._of_user("GetSessionToken", "IAMUser", lasts))})

    def get_federation_token(self) -> ActionResult:
        name = self._get_param("Name") or ""
        if not re.fullmatch(r"[\w+=,.@-]{2,32}", name):
            raise _invalid("name", name, _PATTERN)
        lasts, policy = self._lasts(USUAL, LONGEST), self._get_param("Policy")
        made = self._of_user("GetFederationToken", "FederatedUser", lasts, name, policy or NOTHING)
        who = {"FederatedUserId": made.user_id, "Arn": made.arn}
        return ActionResult(
            {"Credentials": _credentials(made), "FederatedUser": who, "PackedPolicySize": 6 if policy else 0}
        )

    def assume_role(self) -> ActionResult:
        arn, name = self._get_param("RoleArn") or "", self._get_param("RoleSessionName") or ""
        found = _ROLE.fullmatch(arn)
        if found is None:
            raise STSValidationError(f"{arn} is invalid")
        if not re.fullmatch(r"[\w+=,.@-]{2,64}", name):
            raise _invalid("roleSessionName", name, _PATTERN)
        account, role_name = found[1], found[2]
        role, source = _role(account, arn), self._get_param("SourceIdentity")
        if source is not None and not re.fullmatch(r"[\w+=,.@-]{2,64}", source):
            raise _invalid("sourceIdentity", source, _PATTERN)
        for action in ("sts:AssumeRole", *(("sts:SetSourceIdentity",) if source else ())):
            if not self._may(action, role, account):
                raise AccessDenied(
                    f"User: {self._caller_arn()} is not authorized to perform: {action} on resource: {arn}"
                )
        most = int(role.max_session_duration or OF_A_ROLE) if role is not None else OF_A_ROLE
        lasts = self._lasts(OF_A_ROLE, 43_200)
        if lasts > timedelta(seconds=most):
            raise STSValidationError(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            )
        chained = session_of(self.access_key)
        if chained and chained.kind == "AssumedRole" and lasts > timedelta(hours=1):
            raise STSValidationError(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
                "chaining"
            )
        role_id = role.id if role is not None else None
        user_id = f"{role_id or 'AROA' + 'X' * 17}:{name}"
        made = open_session(
            "AssumedRole",
            account=account,
            arn=f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}",
            user_id=user_id,
            holder=role_name,
            holder_id=role_id,
            issued=self.world.clock.now(),
            lasts=lasts,
            role_arn=arn,
            policy=self._get_param("Policy"),
        )
        assumed = {"AssumedRoleId": made.user_id, "Arn": made.arn}
        answer = {"Credentials": _credentials(made), "AssumedRoleUser": assumed}
        return ActionResult(answer | ({"SourceIdentity": source} if source else {}))

    def get_caller_identity(self) -> ActionResult:
        if made := session_of(self.access_key):
            return ActionResult({"UserId": made.user_id, "Account": made.account, "Arn": made.arn})
        return super().get_caller_identity()

    def get_access_key_info(self) -> ActionResult:
        return ActionResult({"Account": account_of(self._get_param("AccessKeyId") or "")})

    def _of_user(
        self, operation: str, kind: SessionKind, lasts: timedelta, name: str = "", policy: str | None = None
    ) -> Session:
        if session_of(self.access_key):
            raise AccessDenied(f"Cannot call {operation} with session credentials")
        iam = iam_backends[self.current_account]["aws"]
        user = iam.get_user(iam.access_keys[self.access_key].user_name)
        federated = kind == "FederatedUser"
        sts = f"arn:aws:sts::{self.current_account}:federated-user/{name}"
        return open_session(
            kind,
            account=self.current_account,
            arn=sts if federated else user.arn,
            user_id=f"{self.current_account}:{name}" if federated else user.id,
            holder=user.name,
            holder_id=user.id,
            issued=self.world.clock.now(),
            lasts=lasts,
            policy=policy,
        )

    def _lasts(self, usual: int, longest: int) -> timedelta:
        asked = self._get_int_param("DurationSeconds", usual)
        if asked < SHORTEST:
            raise _invalid("durationSeconds", asked, _BOUND.format("greater", SHORTEST))
        if asked > longest:
            raise _invalid("durationSeconds", asked, _BOUND.format("less", longest))
        return timedelta(seconds=asked)

    def _may(self, action: str, role: Role | None, account: str) -> bool:
        """Of an account that nobody put in here all roles are there, and trust everybody."""
        member = organizations.member(account)
        if member is not None and member.status != "ACTIVE":
            return False
        return self._trusts(role, action.lower()) if role is not None else member is None

    def _trusts(self, role: Role, action: str) -> bool:
        caller = session_of(self.access_key)
        arn = self._caller_arn()
        account = arn.split(":")[4]
        names = {arn, account, f"arn:aws:iam::{account}:root"} | ({caller.principal_arn} if caller else set())
        said = [
            each["Effect"]
            for each in statements(_text(role.assume_role_policy_document))
            if any(like(action, pattern, fold=True) for pattern in _list(each.get("Action", ())))
            and any(named == "*" or named in names for named in _named(each))
            and self._conditions_fit(each)
        ]
        return "Deny" not in said and "Allow" in said

    def _conditions_fit(self, statement: Mapping[str, Any]) -> bool:
        """Nobody here has a second factor."""
        context = {"aws:multifactorauthpresent": "false"}
        if (external := self._get_param("ExternalId")) is not None:
            context["sts:externalid"] = external
        return conditions_met(statement.get("Condition", {}), context, deny=statement["Effect"] == "Deny")

    def _caller_arn(self) -> str:
        return signer_of(self.access_key).arn


def account_of(access_key_id: str) -> str:
    """The account an access key's id tells, base32 behind its first four letters."""
    try:
        number = int.from_bytes(base64.b32decode(access_key_id[4:20])[:6], "big")
    except ValueError:
        raise STSValidationError(f"{access_key_id} is not a valid access key id") from None
    if not re.fullmatch(r"A(KIA|SIA)[A-Z2-7]{16}", access_key_id):
        raise STSValidationError(f"{access_key_id} is not a valid access key id")
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012}"


def install(world: World) -> None:
    """Put these in moto's place; must come before the API's first request."""
    forget_sessions()
    StsOperations.world = world
    moto.sts.urls.url_paths["{0}/$"] = StsOperations.dispatch


def _role(account: str, arn: str) -> Role | None:
    try:
        return iam_backends[account]["aws"].get_role_by_arn(arn)
    except NotFoundException:
        return None


def _credentials(made: Session) -> dict[str, object]:
    return {
        "AccessKeyId": made.access_key_id,
        "SecretAccessKey": made.secret,
        "SessionToken": made.token,
        "Expiration": made.expires,
    }


def _named(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal", {})
    return _list(principal.get("AWS", ()) if isinstance(principal, Mapping) else principal)


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _invalid(name: str, value: object, constraint: str) -> STSValidationError:
    return STSValidationError(
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {constraint}"
    )
