"""Service control policies: what Organizations refuses, as boto3 sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.principals import deny, policy

SCP = "SERVICE_CONTROL_POLICY"
CONTENT = json.dumps(policy(deny("logs:CallWithBearerToken")))


def refused(code: str) -> Any:
    return pytest.raises(ClientError, match=code)


def test_an_account_without_an_organization(boto: Callable[..., Any]) -> None:
    organizations = boto("organizations")
    with refused("AWSOrganizationsNotInUseException"):
        organizations.list_policies(Filter=SCP)
    with refused("AWSOrganizationsNotInUseException"):
        organizations.list_policies_for_target(TargetId="r-abcd", Filter=SCP)
    with refused("AWSOrganizationsNotInUseException"):
        organizations.create_policy(Name="p", Description="", Type=SCP, Content=CONTENT)


def test_policies_are_attached_once_and_few(boto: Callable[..., Any]) -> None:
    organizations = boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]

    def make(name: str) -> str:
        made = organizations.create_policy(Name=name, Description="", Type=SCP, Content=CONTENT)
        return str(made["Policy"]["PolicySummary"]["Id"])

    first = make("first")
    with refused("PolicyTypeNotEnabledException"):
        organizations.attach_policy(PolicyId=first, TargetId=root)
    organizations.enable_policy_type(RootId=root, PolicyType=SCP)
    with refused("TargetNotFoundException"):
        organizations.attach_policy(PolicyId=first, TargetId="999999999999")
    organizations.attach_policy(PolicyId=first, TargetId=root)
    with refused("DuplicatePolicyAttachmentException"):
        organizations.attach_policy(PolicyId=first, TargetId=root)
    before = len(organizations.list_policies_for_target(TargetId=root, Filter=SCP)["Policies"])
    for number in range(5 - before):
        organizations.attach_policy(PolicyId=make(f"p{number}"), TargetId=root)
    with refused("ConstraintViolationException"):
        organizations.attach_policy(PolicyId=make("one-too-many"), TargetId=root)
    with refused("PolicyInUseException"):
        organizations.delete_policy(PolicyId=first)
    organizations.detach_policy(PolicyId=first, TargetId=root)
    with refused("PolicyNotAttachedException"):
        organizations.detach_policy(PolicyId=first, TargetId=root)
    organizations.delete_policy(PolicyId=first)


def test_what_is_no_policy_is_refused(boto: Callable[..., Any]) -> None:
    organizations = boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    with refused("MalformedPolicyDocumentException"):
        organizations.create_policy(Name="p", Description="", Type=SCP, Content="{")
    with refused("ConstraintViolationException"):
        organizations.create_policy(Name="p", Description="", Type=SCP, Content=" " * 6000)
