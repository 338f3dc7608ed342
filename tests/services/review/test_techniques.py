"""Recorded attack techniques make their finding, and a deployment user's ordinary month makes hardly any."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.review.actions import base_name, table
from services.review.conditions import CONDITIONS
from services.review.deeds import actions
from services.review.facts import Facts
from services.review.findings import findings
from services.review.model import Marks
from services.review.record import Event
from services.review.review import Review, Subject, Window, run_review

Record = dict[str, Any]
Make = Callable[..., Record]
AsEvent = Callable[[Record], Event]

DATA = Path(__file__).parents[4] / "shared" / "data" / "stratus-detonation-logs"
LEAST = 35

OWN_EVENTS = {
    "credential-access.ec2-get-password-data": "GetPasswordData",
    "credential-access.ec2-steal-instance-credentials": "SendCommand",
    "credential-access.secretsmanager-batch-retrieve-secrets": "BatchGetSecretValue",
    "credential-access.secretsmanager-retrieve-secrets": "GetSecretValue",
    "credential-access.ssm-retrieve-securestring-parameters": "GetParameters",
    "defense-evasion.cloudtrail-delete": "DeleteTrail",
    "defense-evasion.cloudtrail-event-selectors": "PutEventSelectors",
    "defense-evasion.cloudtrail-stop": "StopLogging",
    "defense-evasion.dns-delete-logs": "DeleteResolverQueryLogConfig",
    "defense-evasion.organizations-leave": "LeaveOrganization",
    "defense-evasion.vpc-remove-flow-logs": "DeleteFlowLogs",
    "discovery.ec2-download-user-data": "DescribeInstanceAttribute",
    "execution.ec2-launch-unusual-instances": "RunInstances",
    "execution.ec2-user-data": "ModifyInstanceAttribute",
    "execution.ssm-send-command": "SendCommand",
    "execution.ssm-start-session": "StartSession",
    "exfiltration.ec2-security-group-open-port-22-ingress": "AuthorizeSecurityGroupIngress",
    "exfiltration.ec2-share-ami": "ModifyImageAttribute",
    "exfiltration.ec2-share-ebs-snapshot": "ModifySnapshotAttribute",
    "exfiltration.rds-share-snapshot": "ModifyDBSnapshotAttribute",
    "impact.bedrock-invoke-model": "PutUseCaseForModelAccess",
    "initial-access.console-login-without-mfa": "ConsoleLogin",
    "lateral-movement.ec2-instance-connect": "SendSSHPublicKey",
    "lateral-movement.ec2-serial-console-send-ssh-public-key": "SendSerialConsoleSSHPublicKey",
    "persistence.iam-backdoor-role": "UpdateAssumeRolePolicy",
    "persistence.iam-backdoor-user": "CreateAccessKey",
    "persistence.iam-create-admin-user": "CreateUser",
    "persistence.iam-create-backdoor-role": "CreateRole",
    "persistence.iam-create-user-login-profile": "CreateLoginProfile",
    "persistence.lambda-backdoor-function": "AddPermission",
    "persistence.lambda-layer-extension": "UpdateFunctionConfiguration",
    "persistence.lambda-overwrite-code": "UpdateFunctionCode",
    "persistence.rolesanywhere-create-trust-anchor": "CreateTrustAnchor",
    "persistence.sts-federation-token": "GetFederationToken",
    "privilege-escalation.iam-update-user-login-profile": "UpdateLoginProfile",
}


def subject_of(records: list[Record]) -> Subject:
    """The user most records are of, or else the session."""
    named = [record["userIdentity"].get("userName") for record in records]
    users = [name for name in named if name]
    if users:
        return Subject(max(set(users), key=users.count))
    keys = [record["userIdentity"]["accessKeyId"] for record in records]
    return Subject("", max(set(keys), key=keys.count))


async def told(name: str) -> Review:
    path = DATA / f"aws.{name}.json"
    records = json.loads(path.read_text())
    records = records["Records"] if isinstance(records, dict) else records
    return await run_review(None, subject_of(records), Window.all_time(), source=str(path))


@pytest.mark.skipif(not DATA.exists(), reason="the data set is not beside this checkout")
async def test_each_techniques_own_event_makes_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    missed = []
    for name, event_name in OWN_EVENTS.items():
        review = await told(name)
        own = {event.event_id for event in review.events if base_name(event.name) == event_name}
        grave = [each for each in review.findings if each.severity in ("high", "medium") and each.technique]
        if not any(own & set(finding.event_ids) and finding.why for finding in grave):
            missed.append(name)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(OWN_EVENTS) - len(missed)} of {len(OWN_EVENTS)} techniques found; missed: {missed}\n"
        )
    assert len(OWN_EVENTS) - len(missed) >= LEAST


# What a pipeline that deploys a web application calls, day by day, from two runners of its own.
ORDINARY = (
    *(["AssumeRole", "GetCallerIdentity", "DescribeStacks", "GetObject", "PutObject"] * 4),
    *(["UpdateFunctionCode20150331v2", "GetFunction20150331v2", "DescribeInstances", "ListBuckets"] * 3),
    *(["UpdateStack", "DescribeStackEvents", "CreateChangeSet", "ExecuteChangeSet", "PutRolePolicy"] * 2),
    *(
        "GetParameter",
        "RegisterTaskDefinition",
        "UpdateService",
        "PutRetentionPolicy",
        "GetAuthorizationToken",
    ),
)
SOURCES = {
    "AssumeRole": "sts",
    "GetCallerIdentity": "sts",
    "GetObject": "s3",
    "PutObject": "s3",
    "ListBuckets": "s3",
    "UpdateFunctionCode20150331v2": "lambda",
    "GetFunction20150331v2": "lambda",
    "PutRolePolicy": "iam",
    "GetParameter": "ssm",
    "PutRetentionPolicy": "logs",
}


@pytest.mark.parametrize("rotating", [False, True], ids=["two runners", "a new address every run"])
def test_an_ordinary_month_makes_hardly_a_finding(
    record: Make, as_event: AsEvent, rotating: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(7)
    events: list[Event] = []
    for day in range(30):
        for run in range(rng.randint(2, 8)):
            minutes = day * 1440 + 480 + run * 60 + rng.random() * 40
            address = (
                f"198.51.{rng.randint(0, 255)}.{rng.randint(1, 254)}" if rotating else f"203.0.113.{run % 2}"
            )
            for step in range(rng.randint(10, 60)):
                name = rng.choice(ORDINARY)
                events.append(
                    as_event(
                        record(
                            user="deploy",
                            minutes=minutes + step * 0.3,
                            eventName=name,
                            eventSource=f"{SOURCES.get(name, 'cloudformation')}.amazonaws.com",
                            sourceIPAddress=address,
                            requestParameters={"withDecryption": True} if name == "GetParameter" else None,
                            **({"errorCode": "ThrottlingException"} if rng.random() < 0.01 else {}),
                            **({"errorCode": "AccessDenied"} if rng.random() < 0.005 else {}),
                        )
                    )
                )
    events.sort(key=lambda event: event.time)
    found = findings(Facts(Subject("deploy"), Marks(), (), events, ()))
    above = [(each.severity, each.title) for each in found if each.severity != "info"]
    with capsys.disabled():
        sys.stdout.write(f"\n{len(above)} findings above information of {len(events):,} ordinary records\n")
    assert len(above) <= 3, above
    # And an intruder in it stands out.
    attack = [
        as_event(
            record(
                user="deploy", minutes=31 * 1440, eventName=name, sourceIPAddress="192.0.2.66", eventID=name
            )
        )
        for name in ("CreateAccessKey", "CreateUser")
    ]
    found = findings(
        Facts(
            Subject("deploy"),
            Marks(suspected=attack[0].time - timedelta(hours=1)),
            (),
            [*events, *attack],
            (),
        )
    )
    assert {each.title.split()[0] for each in found if each.severity == "high"} >= {
        "CreateAccessKey",
        "CreateUser",
    }


def examples() -> list[tuple[str, str, Record, bool]]:
    """(event, source, fields, whether it matters): for each condition a call of each kind."""
    other, own = "999999999999", "123456789012"
    ec2, s3, func = "ec2.amazonaws.com", "s3.amazonaws.com", "lambda.amazonaws.com"
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{other}:root"}}]}
    mine = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{own}:root"}}]}
    return [
        ("AuthorizeSecurityGroupIngress", ec2, {"cidrIp": "0.0.0.0/0"}, True),
        (
            "AuthorizeSecurityGroupIngress",
            ec2,
            {"ipPermissions": {"items": [{"ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}}]}},
            True,
        ),
        ("AuthorizeSecurityGroupIngress", ec2, {"cidrIp": "10.0.0.0/8"}, False),
        ("ModifyImageAttribute", ec2, {"launchPermission": {"add": {"items": [{"userId": other}]}}}, True),
        ("ModifyImageAttribute", ec2, {"launchPermission": {"add": {"items": [{"group": "all"}]}}}, True),
        ("ModifyImageAttribute", ec2, {"description": {"value": "x"}}, False),
        (
            "ModifySnapshotAttribute",
            ec2,
            {"createVolumePermission": {"add": {"items": [{"userId": own}]}}},
            False,
        ),
        ("ModifyDBSnapshotAttribute", "rds.amazonaws.com", {"valuesToAdd": ["all"]}, True),
        ("PutBucketPolicy", s3, {"bucketPolicy": policy}, True),
        ("PutBucketPolicy", s3, {"bucketPolicy": mine}, False),
        (
            "PutResourcePolicy",
            "secretsmanager.amazonaws.com",
            {"resourcePolicy": json.dumps(policy, indent=1)},
            True,
        ),
        ("AddPermission20150331v2", func, {"principal": "*"}, True),
        ("AddPermission20150331v2", func, {"principal": "s3.amazonaws.com"}, False),
        ("CreateFunctionUrlConfig", func, {"authType": "NONE"}, True),
        ("CreateFunctionUrlConfig", func, {"authType": "AWS_IAM"}, False),
        ("GetParameters", "ssm.amazonaws.com", {"withDecryption": True}, True),
        ("GetParameters", "ssm.amazonaws.com", {"withDecryption": False}, False),
        ("ModifyInstanceAttribute", ec2, {"userData": "x"}, True),
        ("ModifyInstanceAttribute", ec2, {"instanceType": {"value": "t3.nano"}}, False),
        ("DescribeInstanceAttribute", ec2, {"attribute": "userData"}, True),
        ("DescribeInstanceAttribute", ec2, {"attribute": "disableApiTermination"}, False),
        ("PutAccountPolicy", "logs.amazonaws.com", {"policyType": "RETENTION_POLICY"}, True),
        ("PutAccountPolicy", "logs.amazonaws.com", {"policyType": "DATA_PROTECTION_POLICY"}, False),
        ("UpdateDetector", "guardduty.amazonaws.com", {"enable": False}, True),
        ("UpdateDetector", "guardduty.amazonaws.com", {"enable": True}, False),
        ("ModifyDBInstance", "rds.amazonaws.com", {"publiclyAccessible": True}, True),
        ("ModifyDBInstance", "rds.amazonaws.com", {"publiclyAccessible": False}, False),
        ("PutPublicAccessBlock", s3, {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False}}, True),
        ("PutPublicAccessBlock", s3, {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}, False),
    ]


@pytest.mark.parametrize(("name", "source", "request_parameters", "matters"), examples())
def test_what_a_call_asks_for_decides(
    record: Make, as_event: AsEvent, name: str, source: str, request_parameters: Record, matters: bool
) -> None:
    event = as_event(record(eventName=name, eventSource=source, requestParameters=request_parameters))
    found = list(actions(Facts(Subject("alice"), Marks(), (), [event], ())))
    assert bool(found) is matters


def test_the_table_is_whole() -> None:
    assert {row.when for row in table() if row.when} <= set(CONDITIONS.values())
    for row in table():
        assert row.why.endswith(".")
        assert row.next.endswith(".")
        assert row.technique.startswith("T")
    every = [(name, row.sources, row.when) for row in table() for name in row.events]
    assert len(every) == len(set(every))
    assert len({name for name, _, _ in every}) > 150


def test_every_row_without_a_condition_makes_its_finding(record: Make, as_event: AsEvent) -> None:
    for row in table():
        for name in row.events if row.when is None else ():
            source = row.sources[0] if row.sources else "x.amazonaws.com"
            event = as_event(record(eventName=f"{name}20150331v2", eventSource=source))
            (found,) = actions(Facts(Subject("alice"), Marks(), (), [event], ()))
            assert (found.kind, found.severity, found.why) == (row.kind, row.severity, row.why), name
            failed = as_event(record(eventName=name, eventSource=source, errorCode="AccessDenied"))
            (found,) = actions(Facts(Subject("alice"), Marks(), (), [failed], ()))
            assert found.severity != row.severity


def test_this_cases_own_calls_are_no_attack(record: Make, as_event: AsEvent) -> None:
    ours = as_event(record(user="responder", eventName="UpdateAccessKey", requestID="r-1"))
    theirs = as_event(record(user="mallory", eventName="UpdateAccessKey", requestID="r-2"))
    found = findings(Facts(Subject("alice"), Marks(ours=frozenset({"r-1"})), (), (), (ours, theirs)))
    assert [(each.kind, each.severity) for each in found] == [
        ("done-to-user", "medium"),
        ("our-action", "info"),
    ]
