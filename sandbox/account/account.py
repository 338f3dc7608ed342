"""The account as it stands before anything happens in it: empty but for the responder."""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, iam_backends

from sandbox.account.world import ACCOUNT, HOME_REGION

RESPONDER = "responder"
NOT_AWS = "SANDBOX/NOT/AWS/"
"""How the secret of the responder's key begins."""

# moto knows all of AWS's managed policies; making all 1,600 at each reset would cost more than it gives.
MANAGED_POLICIES = (
    "AdministratorAccess",
    "AmazonBedrockFullAccess",
    "AWSCompromisedKeyQuarantineV2",
    "AWSCompromisedKeyQuarantineV3",
    "CloudWatchAPIKeyAccess",
    "CloudWatchLogsAPIKeyAccess",
    "CloudWatchLogsFullAccess",
    "IAMFullAccess",
    "ReadOnlyAccess",
)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """Credentials as an SDK takes them."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


def iam_backend(account: str = ACCOUNT) -> IAMBackend:
    return iam_backends[account]["aws"]


def empty_account(known: AccessKey | None = None) -> AccessKey:
    """Forget everything moto holds, make the responder and answer with its key: a new one, or *known*."""
    BackendDict.reset()
    reset_model_data()
    iam = iam_backend()
    for name, document in _managed_policies().items():
        policy = AWSManagedPolicy.from_data(name, ACCOUNT, HOME_REGION, document)
        iam.managed_policies[policy.arn] = policy
    iam.create_user(HOME_REGION, RESPONDER)
    key = iam.create_access_key(user_name=RESPONDER, prefix="AKIA")
    made = known or _made_up(key.access_key_id)
    del iam.access_keys[key.access_key_id]
    key.access_key_id, key.secret_access_key = made.access_key_id, made.secret_access_key
    iam.access_keys[key.access_key_id] = key
    return made


def _made_up(access_key_id: str) -> AccessKey:
    """A key that nobody takes for one of AWS's, and nobody guesses; its id still tells the account."""
    chars = string.ascii_letters + string.digits
    unguessable = "".join(secrets.choice(chars) for _ in range(40 - len(NOT_AWS)))
    return AccessKey(access_key_id[:-7] + "SANDBOX", NOT_AWS + unguessable)


@cache
def _managed_policies() -> dict[str, dict[str, Any]]:
    known = json.loads(aws_managed_policies_data)
    return {name: known[name] for name in MANAGED_POLICIES}
