"""IAM Access Analyzer: what it found unused or open to others, and what it says of a policy document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.aws.session import AwsSession
from services.base.text import clean

PolicyType = Literal["IDENTITY_POLICY", "SERVICE_CONTROL_POLICY"]


@dataclass(frozen=True, slots=True)
class Analyzer:
    """*kind* such as ACCOUNT or ACCOUNT_UNUSED_ACCESS."""

    arn: str
    name: str
    kind: str
    region: str


@dataclass(frozen=True, slots=True)
class Analyzed:
    """One active finding; *kind* such as ExternalAccess or UnusedIAMUserAccessKey."""

    id: str
    kind: str
    resource: str
    analyzer: Analyzer


@dataclass(frozen=True, slots=True)
class Remark:
    """What ValidatePolicy says; *kind* is ERROR, SECURITY_WARNING, WARNING or SUGGESTION."""

    kind: str
    code: str
    words: str

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "code": self.code, "words": self.words}


async def analyzers(aws: AwsSession, region: str) -> tuple[Analyzer, ...]:
    """Those of *region* that work."""
    found = await _all(aws, "ListAnalyzers", "analyzers", region)
    return tuple(
        Analyzer(clean(raw["arn"]), clean(raw["name"]), clean(raw["type"]), region)
        for raw in found
        if raw.get("status") == "ACTIVE"
    )


async def active_findings(aws: AwsSession, analyzer: Analyzer, resource_type: str) -> tuple[Analyzed, ...]:
    wanted = {"status": {"eq": ["ACTIVE"]}, "resourceType": {"eq": [resource_type]}}
    found = await _all(
        aws, "ListFindingsV2", "findings", analyzer.region, analyzerArn=analyzer.arn, filter=wanted
    )
    return tuple(
        Analyzed(clean(raw["id"]), clean(raw["findingType"]), clean(raw.get("resource") or ""), analyzer)
        for raw in found
    )


async def validate_policy(
    aws: AwsSession, document: Mapping[str, Any], kind: PolicyType
) -> tuple[Remark, ...]:
    found = await _all(
        aws, "ValidatePolicy", "findings", None, policyDocument=json.dumps(document), policyType=kind
    )
    return tuple(
        Remark(clean(raw["findingType"]), clean(raw["issueCode"]), clean(raw["findingDetails"]))
        for raw in found
    )


async def _all(aws: AwsSession, operation: str, key: str, region: str | None, **params: Any) -> list[Any]:
    found: list[Any] = []
    while True:
        body = await aws.read("accessanalyzer", operation, region=region, **params)
        found += body[key]
        if not body.get("nextToken"):
            return found
        params["nextToken"] = body["nextToken"]
