"""A policy document to the byte: botocore hands out what it has read of the JSON, and not the text itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

TEXT = "PolicyDocumentText"
"""What `keep_text` adds to the answer."""

OPERATIONS = ("GetUserPolicy", "GetRolePolicy", "GetGroupPolicy")


def keep_text(parsed: Any, **_: Any) -> None:
    """A handler of ``after-call`` of one operation, which comes before botocore's own of all of IAM."""
    document = parsed.get("PolicyDocument") if isinstance(parsed, dict) else None
    if isinstance(document, str):
        parsed[TEXT] = unquote(document)
