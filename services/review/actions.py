"""The calls that matter in themselves, as a table: to know one more is one more line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["high", "medium", "low", "info"]


@dataclass(frozen=True, slots=True)
class Action:
    """What a call does for an intruder; *technique* is its id in MITRE ATT&CK."""

    kind: str
    severity: Severity
    technique: str


_CREDENTIALS = Action("persistence", "high", "T1098.001")
_POLICY = Action("persistence", "high", "T1098.003")
_ACCOUNT = Action("persistence", "high", "T1136.003")
_FACTOR = Action("persistence", "high", "T1098")
_BLINDING = Action("blinding", "high", "T1562.008")
_ASSUMED = Action("lateral", "medium", "T1550.001")
_SECRETS = Action("secrets", "medium", "T1555.006")

ACTIONS: Mapping[str, Action] = {
    "CreateServiceSpecificCredential": _CREDENTIALS,
    "ResetServiceSpecificCredential": _CREDENTIALS,
    "UpdateServiceSpecificCredential": _CREDENTIALS,
    "CreateAccessKey": _CREDENTIALS,
    "UpdateAccessKey": _CREDENTIALS,
    "UploadSSHPublicKey": _CREDENTIALS,
    "UploadSigningCertificate": _CREDENTIALS,
    "CreateLoginProfile": _CREDENTIALS,
    "UpdateLoginProfile": _CREDENTIALS,
    "GetFederationToken": _ASSUMED,
    "CreateUser": _ACCOUNT,
    "CreateRole": _ACCOUNT,
    "UpdateAssumeRolePolicy": _POLICY,
    "AttachUserPolicy": _POLICY,
    "PutUserPolicy": _POLICY,
    "AttachGroupPolicy": _POLICY,
    "PutGroupPolicy": _POLICY,
    "AttachRolePolicy": _POLICY,
    "PutRolePolicy": _POLICY,
    "CreatePolicyVersion": _POLICY,
    "SetDefaultPolicyVersion": _POLICY,
    "AddUserToGroup": _POLICY,
    "DeleteUserPermissionsBoundary": _POLICY,
    "PutUserPermissionsBoundary": _POLICY,
    "CreateVirtualMFADevice": _FACTOR,
    "EnableMFADevice": _FACTOR,
    "DeactivateMFADevice": _FACTOR,
    "AssumeRole": _ASSUMED,
    "GetSecretValue": _SECRETS,
    "StopLogging": _BLINDING,
    "DeleteTrail": _BLINDING,
    "UpdateTrail": _BLINDING,
    "PutEventSelectors": _BLINDING,
    "DeleteEventDataStore": _BLINDING,
    "DeleteLogGroup": _BLINDING,
    "DeleteLogStream": _BLINDING,
    "PutRetentionPolicy": _BLINDING,
    "DeleteDetector": _BLINDING,
}
"""Done by the subject."""

ON_THE_USER = frozenset(
    {
        "CreateServiceSpecificCredential",
        "ResetServiceSpecificCredential",
        "UpdateServiceSpecificCredential",
        "DeleteServiceSpecificCredential",
        "CreateAccessKey",
        "UpdateAccessKey",
        "CreateLoginProfile",
        "UpdateLoginProfile",
        "AttachUserPolicy",
        "DetachUserPolicy",
        "PutUserPolicy",
        "DeleteUserPolicy",
        "AddUserToGroup",
        "UploadSSHPublicKey",
        "EnableMFADevice",
        "DeactivateMFADevice",
    }
)
"""Done to the subject by others: the responder's own steps are among them."""
