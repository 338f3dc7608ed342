"""The pager of the user's own choice, which reads from a pipe: nothing of it lies on the disk."""

from __future__ import annotations

import os
import shlex
import subprocess

from services.base.environment import passed_on
from services.base.text import clean

_UNSET = "$PAGER isn't set: it names the program to read in, as in export PAGER=less"


def show(text: str) -> str | None:
    """Show *text* until its reader has enough; why that was not possible, in a few words."""
    try:
        argv = shlex.split(os.environ.get("PAGER", ""))
    except ValueError:
        return "$PAGER can't be split into words"
    if not argv:
        return _UNSET
    lines = "".join(f"{clean(line, limit=1 << 20)}\n" for line in text.splitlines())
    # What was searched for in a case is nobody's business later.
    env = passed_on("LESS", "LESSCHARSET", "LC_ALL", "LC_CTYPE") | {"LESSHISTFILE": "-"}
    try:
        code = subprocess.run(argv, input=lines.encode(), env=env, check=False).returncode
    except OSError as error:
        return f"{clean(argv[0])} could not be started ({error.strerror})"
    return f"{clean(argv[0])} ended with exit code {code}" if code > 0 else None
