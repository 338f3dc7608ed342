"""What each part of the program needs to be allowed; `doctor` and the documented policies go by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.aws.simulation import Context
from services.base.keyservices import KeyService
from services.rights.permissions import SIMULATE

USERS = "arn:{partition}:iam::{account}:user/*"
ROLES = "arn:{partition}:iam::{account}:role/*"
IAM_GROUPS = "arn:{partition}:iam::{account}:group/*"
SECRETS = "arn:{partition}:secretsmanager:{region}:{account}:secret:stanch/*"
GROUPS = "arn:{partition}:logs:{region}:{account}:log-group:*"
TRAILS = "arn:{partition}:cloudtrail:{region}:{account}:trail/*"
BUCKET = "arn:{partition}:s3:::{bucket}"
API_KEY_ACCESS: Context = (("iam:PolicyARN", "arn:{partition}:iam::aws:policy/CloudWatchLogsAPIKeyAccess"),)
NEW_BUCKET = "arn:{partition}:s3:::stanch-key-use-{account}-{region}"
LOGS_KEYS: Context = (("iam:ServiceSpecificCredentialServiceName", KeyService.LOGS),)


@dataclass(frozen=True, slots=True)
class Probe:
    """A read that tells by being made, where the simulation does not."""

    params: Mapping[str, object] = field(default_factory=dict)
    """May hold whatever a Place knows: ``{user}``, ``{bucket}``, ``{trail}``, ``{partition}`` and so on."""
    operation: str | None = None
    """Where the permission is not named for it."""


@dataclass(frozen=True, slots=True)
class Need:
    """*action* on *resource*, whose placeholders are filled in for each account."""

    action: str
    resource: str = "*"
    context: Context = ()
    probe: Probe | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the program; *document* is the documented policy that grants what it needs."""

    name: str
    does: str
    without: str
    """What to do where it may not."""
    document: Literal["look", "act", "intruder", "setup", "govern", "harden"]
    needs: tuple[Need, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(need.action for need in self.needs)


def _of_user(*operations: str) -> tuple[Need, ...]:
    return tuple(Need(f"iam:{name}", USERS, probe=Probe({"UserName": "{user}"})) for name in operations)


def _on(resource: str, *actions: str, context: Context = ()) -> tuple[Need, ...]:
    return tuple(Need(action, resource, context) for action in actions)


LIST_KEYS, LIST_USERS = "iam:ListServiceSpecificCredentials", "iam:ListUsers"
_METRIC = {
    "MetricDataQueries": [
        {
            "Id": "q0",
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Logs", "MetricName": "IncomingBytes"},
                "Period": 60,
                "Stat": "Sum",
            },
        }
    ],
    "StartTime": 0,
    "EndTime": 60,
}

PARTS = (
    Part(
        "inventory",
        "see every key, and what else its user has",
        "Name a user with --user: that needs permission only on that user.",
        "look",
        (
            Need(LIST_KEYS, USERS, probe=Probe({"AllUsers": True, "MaxItems": 1})),
            Need(LIST_USERS, USERS, probe=Probe({"MaxItems": 1})),
            Need("iam:GetAccountAuthorizationDetails", probe=Probe({"Filter": ["User"], "MaxItems": 1})),
            Need("iam:GetAccessKeyLastUsed", USERS, probe=Probe({"AccessKeyId": "AKIA0000000000000000"})),
            *_of_user(
                "GetLoginProfile",
                "GetUser",
                "ListAccessKeys",
                "ListAttachedUserPolicies",
                "ListGroupsForUser",
                "ListMFADevices",
                "ListSSHPublicKeys",
                "ListSigningCertificates",
                "ListUserPolicies",
            ),
            Need("sts:GetAccessKeyInfo", probe=Probe({"AccessKeyId": "AKIAQAAAAAAAAAAAAAAA"})),
            Need("iam:GetUserPolicy", USERS, probe=Probe({"UserName": "{user}", "PolicyName": "stanch"})),
            Need(
                "iam:GetPolicy", probe=Probe({"PolicyArn": "arn:{partition}:iam::aws:policy/ReadOnlyAccess"})
            ),
            Need(
                "iam:GetPolicyVersion",
                probe=Probe(
                    {"PolicyArn": "arn:{partition}:iam::aws:policy/ReadOnlyAccess", "VersionId": "v1"}
                ),
            ),
        ),
    ),
    Part(
        "traffic",
        "see how many bytes come in",
        "Watch the log groups in the CloudWatch console instead.",
        "look",
        (
            Need("cloudwatch:GetMetricData", probe=Probe(_METRIC)),
            Need("logs:DescribeLogGroups", GROUPS, probe=Probe({"limit": 1})),
        ),
    ),
    Part(
        "review",
        "read from CloudTrail what was done with a key",
        "Have the trail's files copied, and read them with --source FOLDER.",
        "look",
        (
            Need("account:ListRegions", probe=Probe()),
            Need("cloudtrail:DescribeTrails", probe=Probe()),
            Need("cloudtrail:GetEventSelectors", TRAILS, probe=Probe({"TrailName": "{trail}"})),
            Need("cloudtrail:GetTrailStatus", TRAILS, probe=Probe({"Name": "{trail}"})),
            Need("cloudtrail:ListPublicKeys", probe=Probe()),
            Need("cloudtrail:LookupEvents", probe=Probe({"MaxResults": 1})),
            Need(
                "s3:GetLifecycleConfiguration",
                BUCKET,
                probe=Probe({"Bucket": "{bucket}"}, "GetBucketLifecycleConfiguration"),
            ),
            Need(
                "s3:ListBucketVersions",
                BUCKET,
                probe=Probe({"Bucket": "{bucket}", "MaxKeys": 1}, "ListObjectVersions"),
            ),
            Need("s3:ListBucket", BUCKET, probe=Probe({"Bucket": "{bucket}", "MaxKeys": 1}, "ListObjectsV2")),
            Need(
                "s3:GetObject",
                BUCKET + "/*",
                probe=Probe({"Bucket": "{bucket}", "Key": "stanch"}, "HeadObject"),
            ),
        ),
    ),
    Part(
        "audit",
        "see unused keys, overly broad permissions and Access Analyzer findings",
        "What cannot be read is reported as not known; the rest of the audit still runs.",
        "look",
        (
            Need("access-analyzer:ListAnalyzers", probe=Probe({"maxResults": 1})),
            Need(
                "access-analyzer:ListFindings",
                probe=Probe(
                    {"analyzerArn": "arn:{partition}:access-analyzer:{region}:{account}:analyzer/stanch"},
                    "ListFindingsV2",
                ),
            ),
            Need(
                "iam:GenerateServiceLastAccessedDetails",
                USERS,
                probe=Probe({"Arn": "arn:{partition}:iam::{account}:user/{user}"}),
            ),
            Need(
                "iam:GetServiceLastAccessedDetails",
                probe=Probe({"JobId": "00000000-0000-0000-0000-000000000000"}),
            ),
            Need("secretsmanager:ListSecrets", probe=Probe({})),
        ),
    ),
    Part(
        "rights",
        "check what these credentials may do",
        "Permissions that a read can show are tried; the others are not known.",
        "look",
        (
            Need("iam:GetRole", probe=Probe({"RoleName": "stanch"})),
            Need("iam:ListAccountAliases", probe=Probe()),
            Need(SIMULATE),
        ),
    ),
    Part(
        "keys",
        "deactivate, reset, create and delete Logs keys",
        "Attach the deny policy to its user instead, or find someone who may, now.",
        "act",
        _on(
            USERS,
            "iam:CreateServiceSpecificCredential",
            "iam:DeleteServiceSpecificCredential",
            "iam:ResetServiceSpecificCredential",
            "iam:UpdateServiceSpecificCredential",
            context=LOGS_KEYS,
        ),
    ),
    Part(
        "hold",
        "deny a user every bearer token, and remove that policy",
        "Deactivate each key of the user instead, or attach a deny policy made beforehand.",
        "act",
        _on(USERS, "iam:DeleteUserPolicy", "iam:PutUserPolicy"),
    ),
    Part(
        "replacement",
        "store a new secret in Secrets Manager",
        "Send the secret elsewhere: --secret-to file:PATH, or screen.",
        "act",
        (
            *_on(SECRETS, "secretsmanager:CreateSecret"),
            Need("secretsmanager:DescribeSecret", SECRETS, probe=Probe({"SecretId": "stanch/stanch"})),
            Need("secretsmanager:GetResourcePolicy", SECRETS, probe=Probe({"SecretId": "stanch/stanch"})),
            *_on(SECRETS, "secretsmanager:PutSecretValue"),
        ),
    ),
    Part(
        "groups",
        "turn bearer tokens off for log groups, and back on",
        "Deactivate the keys, or attach the deny policy to their users.",
        "act",
        _on(GROUPS, "logs:PutBearerTokenAuthentication"),
    ),
    Part(
        "access keys",
        "deactivate, create and delete access keys",
        "Have someone do it in IAM: the attacker may have those keys too.",
        "act",
        _on(USERS, "iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey"),
    ),
    Part(
        "sessions",
        "end the sessions of a role that a key assumed",
        "Have someone revoke the role's sessions in IAM; those of the user end without this.",
        "act",
        _on(
            ROLES,
            "iam:DeleteRolePolicy",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
        ),
    ),
    Part(
        "intruder",
        "stop what an intruder made: policies, group memberships, trails",
        "Have someone do it in IAM and CloudTrail; for keys, users and roles the rest is enough.",
        "intruder",
        (
            *_on("*", "iam:ListOpenIDConnectProviders", "iam:ListSAMLProviders"),
            *_on(USERS, "iam:AttachUserPolicy", "iam:DetachUserPolicy"),
            *_on(ROLES, "iam:AttachRolePolicy", "iam:DetachRolePolicy"),
            *_on(
                IAM_GROUPS,
                "iam:AddUserToGroup",
                "iam:AttachGroupPolicy",
                "iam:DeleteGroupPolicy",
                "iam:DetachGroupPolicy",
                "iam:GetGroup",
                "iam:GetGroupPolicy",
                "iam:ListAttachedGroupPolicies",
                "iam:ListGroupPolicies",
                "iam:PutGroupPolicy",
                "iam:RemoveUserFromGroup",
            ),
            *_on(TRAILS, "cloudtrail:StartLogging", "cloudtrail:StopLogging"),
        ),
    ),
    Part(
        "setup",
        "create users, log groups and policies for new Logs keys, and remove them",
        "Have someone create the user and the log group, then issue its key (stanch issue).",
        "setup",
        (
            *_on(USERS, "iam:AttachUserPolicy", "iam:DetachUserPolicy", context=API_KEY_ACCESS),
            *_on(USERS, "iam:CreateUser", "iam:DeleteUser", "iam:TagUser"),
            *_on(
                GROUPS,
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DeleteLogGroup",
                "logs:DeleteLogStream",
                "logs:DescribeLogStreams",
                "logs:FilterLogEvents",
            ),
            *_on(SECRETS, "secretsmanager:DeleteSecret"),
        ),
    ),
    Part(
        "policies",
        "attach policies that govern keys to groups, roles and the organization",
        "Print the document (stanch policy) and have someone attach it.",
        "govern",
        (
            Need("access-analyzer:ValidatePolicy"),
            *_on(
                IAM_GROUPS,
                "iam:DeleteGroupPolicy",
                "iam:GetGroup",
                "iam:GetGroupPolicy",
                "iam:ListGroupPolicies",
                "iam:PutGroupPolicy",
            ),
            *_on(
                ROLES,
                "iam:DeleteRolePolicy",
                "iam:GetRolePolicy",
                "iam:ListRolePolicies",
                "iam:PutRolePolicy",
            ),
            *_on(
                "*",
                "organizations:AttachPolicy",
                "organizations:CreatePolicy",
                "organizations:DeletePolicy",
                "organizations:DescribeOrganization",
                "organizations:DescribePolicy",
                "organizations:DetachPolicy",
                "organizations:ListAccounts",
                "organizations:ListPolicies",
                "organizations:ListPoliciesForTarget",
                "organizations:ListTargetsForPolicy",
                "organizations:UpdatePolicy",
            ),
        ),
    ),
    Part(
        "recording",
        "record key use with a trail",
        "Print the plan (stanch harden --plan) and have someone run its commands.",
        "harden",
        (
            *_on(
                TRAILS,
                "cloudtrail:CreateTrail",
                "cloudtrail:DeleteTrail",
                "cloudtrail:PutEventSelectors",
                "cloudtrail:StartLogging",
                "cloudtrail:StopLogging",
                "cloudtrail:UpdateTrail",
            ),
            Need("s3:ListAllMyBuckets"),
            *_on(
                NEW_BUCKET,
                "s3:CreateBucket",
                "s3:DeleteBucket",
                "s3:DeleteBucketPolicy",
                "s3:GetBucketOwnershipControls",
                "s3:GetBucketPolicy",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetEncryptionConfiguration",
                "s3:ListBucket",
                "s3:PutBucketOwnershipControls",
                "s3:PutBucketPolicy",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutEncryptionConfiguration",
            ),
        ),
    ),
)
