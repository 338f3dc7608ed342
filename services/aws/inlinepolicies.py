"""IAM: the inline policies of a user, a group or a role, by the same few calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from services.aws.errors import NotFound
from services.aws.paging import lister, pages
from services.aws.policytext import TEXT
from services.aws.session import AwsSession
from services.base.text import clean

Holder = Literal["User", "Group", "Role"]


async def read_inline(aws: AwsSession, kind: Holder, name: str) -> dict[str, Mapping[str, Any]]:
    """By name; raises NotFound where there is no such holder."""
    names: list[str] = []
    ask = lister(aws, "iam", f"List{kind}Policies", **{f"{kind}Name": name})
    async for body in pages(ask, f"List{kind}Policies", "Marker", truncated="IsTruncated"):
        names += [clean(each) for each in body["PolicyNames"]]
    documents = await asyncio.gather(*(get_inline(aws, kind, name, each) for each in names))
    return {each: found for each, found in zip(names, documents, strict=True) if found is not None}


async def created(aws: AwsSession, kind: Holder, name: str) -> datetime:
    """When the holder of that name was made; raises NotFound where there is none."""
    params: dict[str, Any] = {f"{kind}Name": name}
    if kind == "Group":
        # Its members come with it.
        params["MaxItems"] = 1
    made: datetime = (await aws.read("iam", f"Get{kind}", **params))[kind]["CreateDate"]
    return made.astimezone(UTC)


async def inline_texts(aws: AwsSession, kind: Holder, name: str) -> dict[str, str]:
    """The documents to the byte as IAM keeps them, by name; raises NotFound where there is no such holder."""
    names: list[str] = []
    ask = lister(aws, "iam", f"List{kind}Policies", **{f"{kind}Name": name})
    async for body in pages(ask, f"List{kind}Policies", "Marker", truncated="IsTruncated"):
        names += body["PolicyNames"]
    texts = await asyncio.gather(*(inline_text(aws, kind, name, each) for each in names))
    return {each: text for each, text in zip(names, texts, strict=True) if text is not None}


async def inline_text(aws: AwsSession, kind: Holder, name: str, policy: str) -> str | None:
    """One document to the byte, or None where there is none of that name."""
    params = {f"{kind}Name": name, "PolicyName": policy}
    try:
        return str((await aws.read("iam", f"Get{kind}Policy", **params))[TEXT])
    except NotFound:
        return None


async def get_inline(aws: AwsSession, kind: Holder, name: str, policy: str) -> Mapping[str, Any] | None:
    """One document, or None where there is none of that name."""
    params = {f"{kind}Name": name, "PolicyName": policy}
    try:
        document = (await aws.read("iam", f"Get{kind}Policy", **params))["PolicyDocument"]
    except NotFound:
        return None
    return document if isinstance(document, Mapping) else {}
