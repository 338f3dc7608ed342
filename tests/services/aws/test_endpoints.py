"""An endpoint that is named for all services is that of each one that is ever called."""

from __future__ import annotations

import ast
from pathlib import Path

import botocore.session
import pytest

from services.aws.endpoints import SERVICES
from services.aws.regions import enabled_regions
from services.aws.session import AwsSession
from tests.services.aws.liar import Liar, Lie, answer
from tui.shell.given import endpoint_urls

ROOT = Path(__file__).parents[3]


def words(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for argument in node.args[:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_every_service_that_is_called_can_be_sent_elsewhere() -> None:
    known = set(botocore.session.Session().get_available_services())
    places = ("services/aws", "services/cases", "services/incident", "services/goals", "services/review")
    called = set[str]().union(*(words(file) for place in places for file in (ROOT / place).rglob("*.py")))
    # Names of services that are plain words too.
    assert (called & known) - {"bedrock", "events", "location"} <= set(SERVICES)


async def test_which_regions_are_enabled_is_asked_there_too(
    liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    liar.lie = lambda asked: Lie(answer(403, "{}", {"x-amzn-requestid": "r"}))
    urls = endpoint_urls([liar.url])
    async with AwsSession(regions=("us-east-1",), endpoint_urls=urls) as session:
        await enabled_regions(session)
        assert session.where.endpoint == liar.url
        assert set(session.where.endpoints.values()) == {liar.url}
    assert [each.url if "Regions" in each.url else each.operation for each in liar.heard] == [
        "/listRegions",
        "DescribeRegions",
    ]
