"""JSON in a string: behind what a logger writes before it, or packed, in base64."""

from __future__ import annotations

import base64
import binascii
import re

from services.review.unpack import PACKED, documents

# A time, a priority, a host, a process id: where JSON begins behind it.
_PREFIX = re.compile(r"[^{]{0,1000}(?=\{)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_\s-]{24,}={0,2}\Z")
_JSON = (b"{", b"[")
_ALWAYS = 64 << 10
"""Bytes that a string may unpack to in any case: a file may hold a million of them."""


def prefixed(text: str) -> str | None:
    """The JSON that *text* ends with, None where it does not."""
    found = _PREFIX.match(text)
    return text[found.end() :] if found and text.endswith("}") else None


def unpacked(text: str) -> tuple[bytes, bool] | None:
    """The JSON that *text* has in base64, packed or not, and whether all of it could be read."""
    if not _BASE64.match(text):
        return None
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        data = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not (data.startswith(PACKED) or data.lstrip().startswith(_JSON)):
        return None
    found = list(documents("", data, always=_ALWAYS))
    together = b"\n".join(each.data for each in found).strip()
    return (together, not any(each.trouble for each in found)) if together.startswith(_JSON) else None
