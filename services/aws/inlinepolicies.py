"""IAM: the inline policies of a user, a group or a role, by the same few calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

from services.aws.errors import NotFound
from services.aws.session import AwsSession
from services.base.text import clean

Holder = Literal["User", "Group", "Role"]


async def read_inline(aws: AwsSession, kind: Holder, name: str) -> dict[str, Mapping[str, Any]]:
    """By name; raises NotFound where there is no such holder."""
    names: list[str] = []
    params: dict[str, Any] = {f"{kind}Name": name}
    while True:
        body = await aws.read("iam", f"List{kind}Policies", **params)
        names += [clean(each) for each in body["PolicyNames"]]
        if not body.get("IsTruncated"):
            break
        params["Marker"] = body["Marker"]
    documents = await asyncio.gather(*(get_inline(aws, kind, name, each) for each in names))
    return {each: found for each, found in zip(names, documents, strict=True) if found is not None}


async def get_inline(aws: AwsSession, kind: Holder, name: str, policy: str) -> Mapping[str, Any] | None:
    """One document, or None where there is none of that name."""
    params = {f"{kind}Name": name, "PolicyName": policy}
    try:
        document = (await aws.read("iam", f"Get{kind}Policy", **params))["PolicyDocument"]
    except NotFound:
        return None
    return document if isinstance(document, Mapping) else {}
