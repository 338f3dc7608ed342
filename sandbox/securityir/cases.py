"""AWS Security Incident Response, which moto lacks: a membership, cases, their comments and attachments."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from sandbox.account.world import ACCOUNT, World
from sandbox.wire.call import Request
from sandbox.wire.errors import AwsError
from sandbox.wire.identity import signer
from sandbox.wire.wire import Handler

UPLOADS = "/security-ir-uploads/"
"""Where this stands for the bucket that an upload URL leads to; what follows is a secret of that URL."""
REQUIRED = ("resolverType", "title", "description", "engagementType", "reportedIncidentStartDate")
MOST_ATTACHED = 100 * 1024 * 1024


@dataclass(slots=True)
class Attachment:
    id: str
    name: str
    size: int
    creator: str
    made: datetime
    content: bytes | None = None
    """None until it was uploaded."""


@dataclass(slots=True)
class AwsCase:
    id: str
    region: str
    made: datetime
    asked: Mapping[str, Any]
    comments: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


@dataclass
class SecurityIncidents:
    """`world.part(SecurityIncidents)` finds it. Hold world.lock.

    *members* are the Regions with a membership: none until one is made.
    """

    members: dict[str, str] = field(default_factory=dict)
    cases: list[AwsCase] = field(default_factory=list)
    uploads: dict[str, Attachment] = field(default_factory=dict)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What was answered, by the token of the request: sent again, it is not done again."""


@dataclass(frozen=True, slots=True)
class SecurityIr:
    """Answers its calls and what is uploaded, and leaves everything else to *inner*."""

    world: World
    inner: Handler

    def __call__(self, request: Request) -> Response:
        if request.service != "security-ir":
            return self.inner(request)
        operations = {
            "CreateMembership": self._join,
            "CreateCase": self._create,
            "CreateCaseComment": self._comment,
            "GetCaseAttachmentUploadUrl": self._upload_url,
            "GetCase": self._get,
            "ListCases": self._list,
            "ListComments": self._comments,
        }
        operation = operations.get(request.operation)
        if operation is None:
            return AwsError("NotImplemented", f"The sandbox has no {request.path}.", 501).answer(request)
        with self.world.lock:
            found = self._not_active(request) or self._before(request) or operation(request)
            if isinstance(found, AwsError):
                return found.answer(request)
            if token := request.json_fields.get("clientToken"):
                self._kept.done[token] = found
        headers = {"x-amzn-requestid": str(uuid.uuid4())}
        status = 201 if request.operation.startswith(("Create", "GetCaseAttachment")) else 200
        return Response(json.dumps(found), status, headers, content_type="application/json")

    @property
    def _kept(self) -> SecurityIncidents:
        return self.world.part(SecurityIncidents)

    def _not_active(self, request: Request) -> AwsError | None:
        if request.operation == "CreateMembership" or request.region in self._kept.members:
            return None
        words = "Security Incident Response is not active in this account."
        return AwsError("SecurityIncidentResponseNotActiveException", words, 400)

    def _before(self, request: Request) -> dict[str, Any] | None:
        return self._kept.done.get(str(request.json_fields.get("clientToken")))

    def _join(self, request: Request) -> dict[str, Any]:
        made = self._kept.members.setdefault(request.region, f"m-{uuid.uuid4().hex[:12]}")
        return {"membershipId": made}

    def _create(self, request: Request) -> dict[str, Any] | AwsError:
        asked = request.json_fields
        lacking = [name for name in REQUIRED if not asked.get(name)]
        if lacking or not isinstance(asked.get("impactedAccounts"), list):
            return _invalid(f"{', '.join(lacking) or 'impactedAccounts'} must not be null")
        if len(asked["title"]) > 300 or len(asked["description"]) > 8000:
            return _invalid("title or description is too long")
        kept = self._kept
        made = AwsCase(f"{7_000_000_001 + len(kept.cases)}", request.region, self.world.clock.now(), asked)
        kept.cases.append(made)
        return {"caseId": made.id}

    def _comment(self, request: Request) -> dict[str, Any] | AwsError:
        case, body = self._case(request), request.json_fields.get("body")
        if isinstance(case, AwsError):
            return case
        if not body or len(body) > 12000:
            return _invalid("body must have 1 to 12000 characters")
        comment = {
            "commentId": f"{len(case.comments) + 1:06}",
            "createdDate": self.world.clock.now().timestamp(),
            "creator": signer(request).arn,
            "body": body,
        }
        case.comments.append(comment)
        return {"commentId": comment["commentId"]}

    def _upload_url(self, request: Request) -> dict[str, Any] | AwsError:
        case, asked = self._case(request), request.json_fields
        if isinstance(case, AwsError):
            return case
        name, size = str(asked.get("fileName") or ""), asked.get("contentLength")
        if not re.fullmatch(r"[a-zA-Z0-9._-]{1,255}", name):
            return _invalid("fileName is not valid")
        if not isinstance(size, int) or not 1 <= size <= MOST_ATTACHED:
            return _invalid("contentLength is not valid")
        made = Attachment(str(uuid.uuid4()), name, size, signer(request).arn, self.world.clock.now())
        case.attachments.append(made)
        secret = uuid.uuid4().hex
        self._kept.uploads[secret] = made
        return {"attachmentPresignedUrl": f"{request.host_url.rstrip('/')}{UPLOADS}{secret}"}

    def _get(self, request: Request) -> dict[str, Any] | AwsError:
        case = self._case(request)
        if isinstance(case, AwsError):
            return case
        described = {name: each for name, each in case.asked.items() if name != "clientToken"}
        attached = [
            {
                "attachmentId": each.id,
                "fileName": each.name,
                "attachmentStatus": "Pending" if each.content is None else "Verified",
                "creator": each.creator,
                "createdDate": each.made.timestamp(),
            }
            for each in case.attachments
        ]
        return described | _summary(case) | {"caseAttachments": attached}

    def _list(self, request: Request) -> dict[str, Any]:
        found = [_summary(case) for case in self._kept.cases if case.region == request.region]
        return _page(request, found) | {"total": len(found)}

    def _comments(self, request: Request) -> dict[str, Any] | AwsError:
        case = self._case(request)
        if isinstance(case, AwsError):
            return case
        return _page(request, case.comments) | {"total": len(case.comments)}

    def _case(self, request: Request) -> AwsCase | AwsError:
        wanted = request.path.split("/")[3]
        for case in self._kept.cases:
            if (case.id, case.region) == (wanted, request.region):
                return case
        return AwsError("ResourceNotFoundException", f"There is no case {wanted}.", 404)


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes what an upload URL was given out for, once: the URL itself is the permission."""

    world: World
    inner: Handler

    def __call__(self, request: Request) -> Response:
        if request.signed or not request.path.startswith(UPLOADS):
            return self.inner(request)
        with self.world.lock:
            found = self.world.part(SecurityIncidents).uploads.get(request.path.removeprefix(UPLOADS))
            if found is None or request.method != "PUT":
                return Response("", 403)
            if found.content is not None:
                return Response("", 412)
            if len(request.body) != found.size:
                return Response("", 403)
            found.content = request.body
        return Response("", 200)


def _summary(case: AwsCase) -> dict[str, Any]:
    return {
        "caseId": case.id,
        "title": case.asked["title"],
        "caseArn": f"arn:aws:security-ir:{case.region}:{ACCOUNT}:case/{case.id}",
        "engagementType": case.asked["engagementType"],
        "resolverType": case.asked["resolverType"],
        "caseStatus": "Submitted",
        "createdDate": case.made.timestamp(),
        "lastUpdatedDate": case.made.timestamp(),
    }


def _page(request: Request, items: list[dict[str, Any]]) -> dict[str, Any]:
    asked = request.json_fields
    start, size = int(asked.get("nextToken") or 0), int(asked.get("maxResults") or 25)
    page: dict[str, Any] = {"items": items[start : start + size]}
    return page | ({"nextToken": str(start + size)} if start + size < len(items) else {})


def _invalid(words: str) -> AwsError:
    return AwsError("ValidationException", words, 400)


def install(world: World) -> None:
    """Let the world keep cases; the account has no membership until one is made."""
    world.add(SecurityIncidents())
