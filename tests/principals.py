"""Users and roles with exactly the policies a test gives them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.account import iam_backend

DOCS = Path(__file__).parent.parent / "docs"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

Key = tuple[str, str]
"""An access key's id and secret."""


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(*actions, resource=resource, **more) | {"Effect": "Deny"}


def documented(name: str, *, bucket: str = "audit-trail") -> dict[str, Any]:
    """The policy of that name as the README gives it, with the trail's bucket filled in."""
    text = (DOCS / f"policy-{name}.json").read_text().replace("YOUR-TRAIL-BUCKET", bucket)
    document: dict[str, Any] = json.loads(text)
    return document


def make_user(iam: Any, name: str, *documents: dict[str, Any], path: str = "/") -> Key:
    """A user with those policies attached; managed ones, for the quota of inline ones is small."""
    iam.create_user(UserName=name, Path=path)
    for number, document in enumerate(documents):
        made = iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=json.dumps(document))
        iam.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def make_role(iam: Any, name: str, *documents: dict[str, Any], path: str = "/") -> str:
    """A role that anybody may assume; answers with its ARN."""
    trust = policy({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(trust))
    for number, document in enumerate(documents):
        iam.put_role_policy(RoleName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(document))
    return str(role["Role"]["Arn"])


def sign_as(monkeypatch: pytest.MonkeyPatch, key: Key, token: str | None = None) -> None:
    """From here on the environment's credentials are those."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key[1])
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)


def session_key(made: dict[str, Any]) -> tuple[str, str, str]:
    """The `Credentials` that STS answered with, as `boto(key=…)` takes them."""
    return made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]


def assume(sts: Any, monkeypatch: pytest.MonkeyPatch, role_arn: str) -> None:
    """From here on the environment's credentials are a session's of that role."""
    made = sts.assume_role(RoleArn=role_arn, RoleSessionName="night")["Credentials"]
    sign_as(monkeypatch, (made["AccessKeyId"], made["SecretAccessKey"]), made["SessionToken"])


def inline_documents() -> dict[str, dict[str, str]]:
    """The inline policies of every user and role, to the byte: as the account keeps them."""
    iam = iam_backend()
    return {
        **{f"user {name}": dict(user.policies) for name, user in iam.users.items()},
        **{f"role {role.name}": dict(role.policies) for role in iam.get_roles()},
    }
