"""Of a key that was not used for long: each name under which IAM keeps what it reaches is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from services.audit.facts import DataEvents, Facts, UserFacts
from services.audit.keyrules import unused
from services.audit.model import Finding, Limits
from services.aws.iam import Credential
from services.base.keyservices import KeyService
from services.keys.inventory import Key
from services.rights.policies import BEARER_ACTIONS

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATELY, LONG_AGO = NOW - timedelta(days=1), NOW - timedelta(days=120)


def facts(service: str, accessed: Mapping[str, datetime | None], said: DataEvents | None = None) -> Facts:
    key = Key(Credential("ACCAEXAMPLE1A2B3C4D5E", "llm", service, "Active", NOW - timedelta(days=200)))
    user = UserFacts("llm", access_keys=(), has_login=False, accessed=accessed)
    used = {key.id: said} if said else {}
    return Facts(NOW, Limits(), keys=(key,), users={"llm": user}, used=used)


def findings(of: Facts) -> list[Finding]:
    return [each for each in unused(of) if isinstance(each, Finding)]


@pytest.mark.parametrize(
    ("service", "namespace"),
    [(service, name.partition(":")[0]) for service, names in BEARER_ACTIONS.items() for name in names],
)
def test_whatever_name_its_use_is_kept_under(service: str, namespace: str) -> None:
    assert list(unused(facts(service, {namespace: LATELY}))) == []
    assert list(unused(facts(service, {"iam": LATELY, namespace: LATELY}))) == []
    (found,) = findings(facts(service, {namespace: LONG_AGO}))
    assert "last reached" in found.evidence[0]
    (found,) = findings(facts(service, {"iam": LATELY}))
    assert "grants anything" in found.evidence[0]


def test_the_newest_of_several_counts() -> None:
    both = {"bedrock": LONG_AGO, "bedrock-mantle": LATELY}
    assert list(unused(facts(KeyService.BEDROCK, both))) == []
    assert list(unused(facts(KeyService.BEDROCK, {"bedrock": None, "bedrock-mantle": LATELY}))) == []
    (found,) = findings(facts(KeyService.BEDROCK, {"bedrock": None, "bedrock-mantle": None}))
    assert "never reached bedrock" in found.evidence[0]


def test_what_data_events_said_stands_beside_it() -> None:
    said = DataEvents("unknown", "Unknown: no trail records it.")
    for accessed in ({}, {"logs": LONG_AGO}):
        (found,) = findings(facts(KeyService.LOGS, accessed, said=said))
        assert said.words in found.evidence
