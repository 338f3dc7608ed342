"""The name that somebody meant, of those there are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from services.base.text import clean


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one that *name* was meant to be: but for case, spaces and an ARN around it, else a typo away."""
    spelled = {_plain(each): each for each in known}
    found = difflib.get_close_matches(_plain(name), spelled, n=1, cutoff=0.6)
    return spelled[found[0]] if found else None


def no_such(what: str, name: str, known: Iterable[str], where: str = "", otherwise: str = "") -> str:
    """``There is no user wbe in account 111122223333. Did you mean web?``, or with *otherwise* last."""
    near = nearest(name, known)
    shown = clean(name, limit=200)
    if shown != name.strip() or not name:
        shown = repr(clean(name, limit=200))
    told = f"There is no {what} {shown}{' ' if where else ''}{where}."
    # One that looks the same is no help: what is different in it cannot be shown.
    advice = f"Did you mean {clean(near)}?" if near and clean(near) != clean(name) else otherwise
    return f"{told} {advice}".rstrip()


def _plain(name: str) -> str:
    name = name.strip()
    if name.startswith("arn:"):
        name = re.split(r"[/:]", name)[-1]
    return re.sub(r"\s", "", name).casefold()
