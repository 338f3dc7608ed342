"""Names that AWS would refuse, found out before anything is made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_USER = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_LOG_GROUP = re.compile(r"[\w./#-]{1,512}", re.ASCII)
_LOG_STREAM = re.compile(r"[^:*\x00-\x1f\x7f]{1,512}")
_TAG_SIGNS = frozenset("_.:/=+-@")
MOST_TAGS = 50

Tag = tuple[str, str]


class BadName(Exception):
    """AWS takes no such name; the message is one sentence."""


def user_name(name: str) -> str:
    if not _USER.fullmatch(name):
        raise BadName(
            f"{name!r} isn't a valid user name: letters, digits and + = , . @ - _, 64 characters at most."
        )
    return name


def log_group_name(name: str) -> str:
    if not _LOG_GROUP.fullmatch(name):
        raise BadName(
            f"{name!r} isn't a valid log group name: letters, digits and . - _ / #, 512 characters at most."
        )
    if name.startswith("aws/"):
        raise BadName(f"{name!r} isn't a valid log group name: AWS reserves those that begin with aws/.")
    return name


def log_stream_name(name: str) -> str:
    if not _LOG_STREAM.fullmatch(name):
        raise BadName(f"{name!r} isn't a valid log stream name: 512 characters at most, and neither : nor *.")
    return name


def tags(given: Sequence[Tag]) -> tuple[Tag, ...]:
    """Tags of a user, whose names IAM takes for the same in any letter case."""
    if len(given) > MOST_TAGS:
        raise BadName(f"{len(given)} tags are too many: AWS allows {MOST_TAGS}.")
    seen: set[str] = set()
    for name, value in given:
        if len(name) > 128 or len(value) > 256 or not all(map(_of_a_tag, name + value)):
            raise BadName(
                f"{name}={value} isn't a valid tag: letters, digits, spaces and _ . : / = + - @, at most 128 "
                "characters for its name and 256 for its value."
            )
        if name.casefold() in seen:
            raise BadName(f"The tag {name} is given twice.")
        seen.add(name.casefold())
    return tuple(given)


def _of_a_tag(character: str) -> bool:
    return character in _TAG_SIGNS or unicodedata.category(character)[0] in "LNZ"
