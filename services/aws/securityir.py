"""AWS Security Incident Response: cases that AWS's own responders work on, and what is attached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.aws.paging import lister, pages
from services.aws.session import AwsSession
from services.base.text import clean

SERVICE = "security-ir"
NOT_ACTIVE = "SecurityIncidentResponseNotActiveException"
MOST_TITLE, MOST_WORDS, MOST_COMMENT = 300, 8000, 12000
"""Characters, as AWS's model has them."""
UPLOAD = "GetCaseAttachmentUploadUrl"


@dataclass(frozen=True, slots=True)
class Summary:
    id: str
    title: str


async def list_cases(aws: AwsSession, region: str) -> tuple[Summary, ...]:
    found: list[Summary] = []
    async for body in pages(lister(aws, SERVICE, "ListCases", region=region), "ListCases", "nextToken"):
        found += [
            Summary(clean(raw["caseId"]), clean(raw.get("title") or "")) for raw in body.get("items") or ()
        ]
    return tuple(found)


async def comments(aws: AwsSession, region: str, case: str) -> tuple[str, ...]:
    """What was said in a case."""
    ask = lister(aws, SERVICE, "ListComments", region=region, caseId=case)
    found: list[str] = []
    async for body in pages(ask, "ListComments", "nextToken"):
        found += [clean(raw.get("body") or "", limit=MOST_COMMENT) for raw in body.get("items") or ()]
    return tuple(found)


async def attachments(aws: AwsSession, region: str, case: str) -> Mapping[str, str]:
    """The files of a case, each with what AWS says of it: Verified, Pending or Failed."""
    body = await aws.read(SERVICE, "GetCase", region=region, caseId=case)
    return {
        clean(raw["fileName"]): clean(raw["attachmentStatus"]) for raw in body.get("caseAttachments") or ()
    }
