"""A journal written anew, as anybody can who may write its folder, or as an older version wrote it."""

from __future__ import annotations

import json

from services.cases import lines
from services.cases.case import Case


def rewrite(case: Case, old: str, new: str) -> None:
    """All of it with *new* in place of *old*, and every hash right."""
    previous, written, text = lines.FIRST, [], case.journal.path.read_text()
    assert old in text
    for line in text.replace(old, new).splitlines():
        fields = json.loads(line)
        del fields["hash"]
        fields["prev"] = previous
        previous = lines.hash_of(fields)
        written.append(json.dumps(fields | {"hash": previous}))
    case.journal.path.write_text("\n".join(written) + "\n")
    (case.folder / "head.json").write_text(json.dumps({"seq": len(written), "hash": previous}))
