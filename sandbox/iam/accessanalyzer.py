"""IAM Access Analyzer, which moto lacks: unused credentials, secrets open to others, policy validation."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.secretsmanager.models import secretsmanager_backends
from werkzeug.wrappers import Response

from sandbox.account.account import iam_backend
from sandbox.account.world import ACCOUNT, World
from sandbox.iam.policy import statements
from sandbox.iam.validate import validate
from sandbox.wire.call import Request
from sandbox.wire.errors import AwsError
from sandbox.wire.wire import Handler

UNUSED_KINDS = ("ACCOUNT_UNUSED_ACCESS", "ORGANIZATION_UNUSED_ACCESS")
DEFAULT_AGE = 90


@dataclass(slots=True)
class Analyzer:
    name: str
    region: str
    kind: str
    made: datetime
    age: timedelta
    """What is unused for so long is a finding."""
    archived: set[str] = field(default_factory=set)

    @property
    def arn(self) -> str:
        return f"arn:aws:access-analyzer:{self.region}:{ACCOUNT}:analyzer/{self.name}"


@dataclass
class Analyzers:
    """`world.part(Analyzers)` finds it. Hold world.lock."""

    by_arn: dict[str, Analyzer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessAnalyzer:
    """Answers Access Analyzer's calls, and leaves everything else to *inner*."""

    world: World
    inner: Handler

    def __call__(self, request: Request) -> Response:
        if request.service != "accessanalyzer":
            return self.inner(request)
        operations = {
            "CreateAnalyzer": self._create,
            "ListAnalyzers": self._list,
            "ListFindingsV2": self._findings,
            "UpdateFindings": self._update,
            "ValidatePolicy": self._validate,
        }
        operation = operations.get(request.operation)
        if operation is None:
            return AwsError("NotImplemented", f"The sandbox has no {request.path}.", 501).answer(request)
        with self.world.lock:
            found = operation(request)
        if isinstance(found, AwsError):
            return found.answer(request)
        headers = {"x-amzn-requestid": str(uuid.uuid4())}
        return Response(json.dumps(found), 200, headers, content_type="application/json")

    def _create(self, request: Request) -> dict[str, Any] | AwsError:
        asked = request.json_fields
        configured = (asked.get("configuration") or {}).get("unusedAccess") or {}
        age = timedelta(days=configured.get("unusedAccessAge") or DEFAULT_AGE)
        made = Analyzer(asked["analyzerName"], request.region, asked["type"], self.world.clock.now(), age)
        known = self.world.part(Analyzers).by_arn
        if made.arn in known:
            return AwsError("ConflictException", f"The analyzer {made.name} exists already.", 409)
        known[made.arn] = made
        return {"arn": made.arn}

    def _list(self, request: Request) -> dict[str, Any]:
        found = self.world.part(Analyzers).by_arn.values()
        return {"analyzers": [_described(each) for each in found if each.region == request.region]}

    def _findings(self, request: Request) -> dict[str, Any] | AwsError:
        asked = request.json_fields
        analyzer = self._analyzer(asked)
        if isinstance(analyzer, AwsError):
            return analyzer
        wanted: Mapping[str, Any] = asked.get("filter") or {}
        found = [
            each
            for each in self._found(analyzer)
            if all(each.get(name) in rule.get("eq", ()) for name, rule in wanted.items())
        ]
        start, size = int(asked.get("nextToken") or 0), int(asked.get("maxResults") or 100)
        page: dict[str, Any] = {"findings": found[start : start + size]}
        return page | ({"nextToken": str(start + size)} if start + size < len(found) else {})

    def _update(self, request: Request) -> dict[str, Any] | AwsError:
        asked = request.json_fields
        analyzer = self._analyzer(asked)
        if isinstance(analyzer, AwsError):
            return analyzer
        changed = set(asked.get("ids") or ())
        if asked.get("status") == "ARCHIVED":
            analyzer.archived |= changed
        else:
            analyzer.archived -= changed
        return {}

    def _validate(self, request: Request) -> dict[str, Any]:
        return {"findings": validate(request.json_fields.get("policyDocument") or "")}

    def _analyzer(self, asked: Mapping[str, Any]) -> Analyzer | AwsError:
        arn = str(asked.get("analyzerArn"))
        found = self.world.part(Analyzers).by_arn.get(arn)
        return found or AwsError("ResourceNotFoundException", f"There is no analyzer {arn}.", 404)

    def _found(self, analyzer: Analyzer) -> Iterator[dict[str, Any]]:
        """What is so now; a finding that was mended is simply no longer there."""
        now = self.world.clock.now()
        unused = analyzer.kind in UNUSED_KINDS
        for kind, resource_type, resource in (
            self._unused(now - analyzer.age) if unused else _external(analyzer)
        ):
            name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{analyzer.arn} {kind} {resource}"))
            yield {
                "id": name,
                "findingType": kind,
                "resource": resource,
                "resourceType": resource_type,
                "resourceOwnerAccount": ACCOUNT,
                "status": "ARCHIVED" if name in analyzer.archived else "ACTIVE",
                "analyzedAt": _text(now),
                "createdAt": _text(now),
                "updatedAt": _text(now),
            }

    def _unused(self, since: datetime) -> Iterator[tuple[str, str, str]]:
        def idle(made: datetime, used: datetime | None) -> bool:
            return (used or made).replace(tzinfo=UTC) < since

        for user in iam_backend().users.values():
            for key in user.access_keys:
                used = key.last_used.timestamp if key.last_used else None
                if key.status == "Active" and idle(key.create_date, used):
                    yield "UnusedIAMUserAccessKey", "AWS::IAM::User", user.arn
                    break
            if user.password and idle(user.create_date, user.password_last_used):
                yield "UnusedIAMUserPassword", "AWS::IAM::User", user.arn


def _external(analyzer: Analyzer) -> Iterator[tuple[str, str, str]]:
    """Secrets whose own policy lets in somebody of another account."""
    for secret in secretsmanager_backends[ACCOUNT][analyzer.region].secrets.values():
        if secret.policy and any(_lets_out(each) for each in statements(secret.policy)):
            yield "ExternalAccess", "AWS::SecretsManager::Secret", secret.arn


def _lets_out(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    told = principal.get("AWS", ()) if isinstance(principal, Mapping) else principal
    named = [told] if isinstance(told, str) else list(told or ())
    return statement.get("Effect") == "Allow" and any(ACCOUNT not in each for each in named)


def _described(analyzer: Analyzer) -> dict[str, Any]:
    return {
        "arn": analyzer.arn,
        "name": analyzer.name,
        "type": analyzer.kind,
        "createdAt": _text(analyzer.made),
        "status": "ACTIVE",
    }


def _text(when: datetime) -> str:
    return re.sub(r"\+00:00$", "Z", when.isoformat(timespec="seconds"))


def install(world: World) -> None:
    """Let the world keep analyzers; the account has none until one is made."""
    world.add(Analyzers())
