"""A listing that never ends is noticed, whichever function asks and however its marker comes again."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

import services
from services.aws.errors import AwsError, NotAws
from services.aws.paging import MOST_EMPTY, pages
from services.aws.session import AwsSession
from services.keys.named import user_named
from tests.services.aws.liar import Asked, Liar, Lie, answer
from tests.services.aws.shaped import Shaper, body_of
from tests.services.aws.test_wrong_answers import HARDLY, IDS, _operation
from tests.services.aws.wrappers import WRAPPERS

FOLLOWS = ("Marker", "NextToken", "nextToken", "NextContinuationToken")
MOST_ASKED = 12
"""Requests until a marker that comes again is noticed; some functions ask for other things first."""


def endless(liar: Liar, service: str, period: int) -> Callable[[Asked], Lie]:
    """Right answers with one of *period* markers in each, in turn."""

    def lie(asked: Asked) -> Lie:
        if b"Action=GetUser&" in asked.body:
            return Lie(answer(404, "<Error><Code>NoSuchEntity</Code><Message>no</Message></Error>", IDS))
        operation = _operation(service, asked)
        shape = operation.output_shape
        value = Shaper(Random(7), HARDLY * 1000).value(shape) if shape else {}
        marker = f"marker-{len(liar.heard) % period}"
        said = {
            name: True if name == "IsTruncated" else marker if name in FOLLOWS else each
            for name, each in value.items()
        }
        return Lie(answer(200, body_of(operation, said), IDS))

    return lie


@pytest.mark.parametrize("period", [1, 2])
async def test_a_marker_that_comes_again_ends_it(
    liar: Liar, aws: AwsSession, period: int, counted: Callable[[str], None]
) -> None:
    noticed = 0
    calls: dict[str, tuple[str, Any]] = {found.__name__: way for found, way in WRAPPERS.items()}
    for name, (service, call) in calls.items():
        liar.heard.clear()
        liar.lie = endless(liar, service, period)
        try:
            async with asyncio.timeout(60):
                await call(aws)
        except AwsError as error:
            noticed += "keeps sending the same page" in str(error)
        assert len(liar.heard) <= MOST_ASKED * period, name
    assert noticed >= 15
    counted(f"{noticed} of {len(calls)} functions list, and notice {period} markers in turn")


async def test_empty_pages_without_end_are_noticed() -> None:
    asked = []

    async def ask(**more: str) -> dict[str, object]:
        asked.append(more)
        return {"Users": [], "IsTruncated": True, "Marker": f"m{len(asked)}"}

    with pytest.raises(NotAws, match="empty pages in a row"):
        async for _ in pages(ask, "ListUsers", "Marker", truncated="IsTruncated"):
            pass
    assert len(asked) == MOST_EMPTY


@pytest.mark.parametrize("period", [1, 2])
async def test_nor_is_the_near_name_looked_for_without_end(liar: Liar, aws: AwsSession, period: int) -> None:
    liar.lie = endless(liar, "iam", period)
    with pytest.raises(AwsError):
        await asyncio.wait_for(user_named(aws, "nobody"), 60)


def test_markers_are_followed_in_one_place() -> None:
    """Nothing else puts one that was answered into what is asked next."""
    for path in Path(services.__file__ or "").parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Subscript(slice=ast.Constant(value=str(name))) if name in FOLLOWS:
                    raise AssertionError(f"{path}:{node.lineno}: {name}")
                case ast.Dict(keys=keys):
                    named = {each.value for each in keys if isinstance(each, ast.Constant)}
                    assert not named & set(FOLLOWS), f"{path}:{node.lineno}"
                case ast.Call(keywords=keywords):
                    assert not {each.arg for each in keywords} & set(FOLLOWS), f"{path}:{node.lineno}"
