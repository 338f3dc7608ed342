"""Responders who know where everything is, as boto3 does it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sandbox.drill.game import Drill

Boto: TypeAlias = Callable[..., Any]


def points(result: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {each["part"]: (each["points"], each["of"]) for each in result["parts"]}


def lost(result: dict[str, Any]) -> set[str]:
    return {part for part, (got, of) in points(result).items() if got < of}


def report(**claims: Any) -> dict[str, Any]:
    """An honest one, where it is not said otherwise."""
    honest = {"use": "used", "stopped": True, "sessions_ended": True, "nothing_left": True}
    return {"claims": honest | claims}


@dataclass
class Responder:
    """*key* signs: the responder's own, or that of a role in the account where it happened."""

    drill: Drill
    boto: Boto
    key: tuple[str, ...] | None = None

    def client(self, service: str) -> Any:
        return self.boto(service, key=self.key)

    @property
    def iam(self) -> Any:
        return self.client("iam")

    def access_keys(self, user: str, status: str = "Inactive") -> None:
        """Make all of the user's access keys so."""
        for each in self.iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
            self.iam.update_access_key(UserName=user, AccessKeyId=each["AccessKeyId"], Status=status)

    def delete_access_keys(self, user: str) -> None:
        for each in self.iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
            self.iam.delete_access_key(UserName=user, AccessKeyId=each["AccessKeyId"])

    def api_key(self, user: str, key_id: str, status: str = "Inactive") -> None:
        self.iam.update_service_specific_credential(
            UserName=user, ServiceSpecificCredentialId=key_id, Status=status
        )

    def deny(self, user: str, *actions: str, before_now: bool = False) -> None:
        self.iam.put_user_policy(
            UserName=user, PolicyName="stop", PolicyDocument=self._deny(actions, before_now)
        )

    def deny_role(self, role: str) -> None:
        self.iam.put_role_policy(RoleName=role, PolicyName="stop", PolicyDocument=self._deny(("*",), True))

    def _deny(self, actions: tuple[str, ...], before_now: bool) -> str:
        now = f"{self.drill.now:%FT%TZ}"
        statement: dict[str, Any] = {"Effect": "Deny", "Action": list(actions), "Resource": "*"}
        if before_now:
            statement["Condition"] = {"DateLessThan": {"aws:TokenIssueTime": now}}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def replace_access_key(self, user: str) -> None:
        made = self.iam.create_access_key(UserName=user)["AccessKey"]
        value = {name: made[name] for name in ("AccessKeyId", "SecretAccessKey")}
        self.hand_over(user, json.dumps(value))

    def replace_api_key(self, user: str, service: str) -> None:
        made = self.iam.create_service_specific_credential(UserName=user, ServiceName=service)
        self.hand_over(user, made["ServiceSpecificCredential"]["ServiceCredentialSecret"])

    def hand_over(self, user: str, secret: str) -> None:
        self.client("secretsmanager").create_secret(Name=f"stanch/{user}/new", SecretString=secret)
