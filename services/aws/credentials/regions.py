"""Region names: which are known, and which one was probably meant."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from services.aws.errors import AwsError
from services.base.text import clean

_SHAPE = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")


class UnknownRegion(AwsError):
    """A Region was named that is none; *region* is what was typed."""

    def __init__(self, region: str) -> None:
        self.region = region
        near = " or ".join(near_regions(region))
        said = f"{clean(region)!r} isn't a Region"
        self.advice = f"Did you mean {near}?" if near else "Name one such as us-east-1."
        super().__init__("Region", said)

    def __str__(self) -> str:
        return f"{self.said}. {self.advice}"


def check_region(region: str) -> str:
    """*region* as it is; raises UnknownRegion. One that is newer than botocore is known by its host name."""
    if region in known_regions() or (_SHAPE.fullmatch(region) and _has_host(region)):
        return region
    raise UnknownRegion(region)


def near_regions(region: str) -> list[str]:
    """The two or three known Regions that *region* looks like, the nearest first."""
    typed = re.sub(r"[\s_.]+", "-", region.strip().lower())
    if typed in known_regions():
        return [typed]
    from difflib import get_close_matches

    return get_close_matches(typed, sorted(known_regions()), n=3, cutoff=0.75)


@cache
def known_regions() -> frozenset[str]:
    """Those of all partitions."""
    regions = (region for partition in _partitions() for region in partition["regions"])
    return frozenset(region for region in regions if not region.endswith("-global"))


def partition_of(region: str) -> str:
    """The partition that *region* is in; of one that none has, AWS's usual."""
    return str(_partition(region)["id"])


def global_region(partition: str) -> str:
    """Where what is global in *partition* is kept, IAM's events above all."""
    if partition == "aws-cn":
        # botocore has another, which is where a client without a Region goes.
        return "cn-north-1"
    found = next((each for each in _partitions() if each["id"] == partition), None)
    return str(found["outputs"]["implicitGlobalRegion"]) if found else "us-east-1"


def with_more(own: str | None, more: Iterable[str]) -> tuple[str, ...]:
    """*own* first, and those of *more* in its partition: elsewhere nobody knows its credentials."""
    if own is None:
        return tuple(dict.fromkeys(more))
    known, there = known_regions(), partition_of(own)
    return tuple(
        dict.fromkeys((own, *(each for each in more if each not in known or partition_of(each) == there)))
    )


@cache
def _partitions() -> list[Any]:
    """From botocore's file; botocore itself is not imported for it."""
    found = find_spec("botocore")
    assert found is not None
    assert found.submodule_search_locations is not None
    path = Path(found.submodule_search_locations[0]) / "data" / "partitions.json"
    partitions: list[Any] = json.loads(path.read_bytes())["partitions"]
    return partitions


def _partition(region: str) -> Any:
    for each in _partitions():
        if region in each["regions"] or re.fullmatch(each["regionRegex"], region, re.ASCII):
            return each
    return next(each for each in _partitions() if each["id"] == "aws")


def _has_host(region: str) -> bool:
    try:
        socket.getaddrinfo(f"sts.{region}.{_partition(region)['outputs']['dnsSuffix']}", 443)
    except (OSError, UnicodeError):
        return False
    return True
