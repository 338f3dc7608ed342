"""What bytes without a record in them seem to be, so that what was left unread can be named."""

from __future__ import annotations

import re

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "pictures"),
    (b"\xff\xd8\xff", "pictures"),
    (b"GIF8", "pictures"),
    (b"RIFF", "pictures or sound"),
    (b"%PDF", "PDF documents"),
    (b"PAR1", "Parquet files"),
    (b"Obj\x01", "Avro files"),
    (b"ORC", "ORC files"),
    (b"SQLite format 3", "SQLite databases"),
    (b"\x7fELF", "programs"),
    (b"MZ", "programs"),
    (b"7z\xbc\xaf\x27\x1c", "7z archives"),
    (b"Rar!", "RAR archives"),
    (b"\xd0\xcf\x11\xe0", "Office documents"),
)
_TEXTS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\s*<(!doctype\s+html|html)", re.IGNORECASE), "HTML pages"),
    (re.compile(rb"\s*<\?xml|\s*<\w"), "XML documents"),
    (re.compile(rb"version account-id interface-id|\d+ \d{12} eni-"), "VPC flow logs"),
    (re.compile(rb"(https?|h2|wss?) \d{4}-\d\d-\d\dT\S+ app/"), "load balancer logs"),
    (re.compile(rb"[0-9a-f]{64} \S+ \["), "S3 access logs"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def seems(data: bytes) -> str:
    """The plural noun for what *data* is, by its content."""
    if not data.strip():
        return "empty files"
    for magic, what in _MAGIC:
        if data.startswith(magic):
            return what
    head = data[:4096]
    for pattern, what in _TEXTS:
        if pattern.match(head):
            return what
    if head.lstrip()[:1] in (b"{", b"["):
        return "damaged JSON"
    return "binary files" if _CONTROL.search(head) else "text without CloudTrail records"
