"""What selectors let a trail record of a key's use."""

from __future__ import annotations

import pytest

from services.aws.cloudtrail import AdvancedSelector, BasicSelector, EventSelectors, FieldSelector
from services.review.recorded import USES, recorded

LOGS = "logs.amazonaws.com"
TYPE = "AWS::Logs::LogGroupAuthorization"

Rule = tuple[str, str, str]
"""(field, operator, value)"""


def advanced(*selectors: tuple[Rule, ...]) -> EventSelectors:
    return EventSelectors(
        advanced=tuple(
            AdvancedSelector("", tuple(FieldSelector(name, ((op, (value,)),)) for name, op, value in rules))
            for rules in selectors
        )
    )


DATA: tuple[Rule, ...] = (("eventCategory", "Equals", "Data"), ("resources.type", "Equals", TYPE))
MANAGEMENT: tuple[Rule, ...] = (("eventCategory", "Equals", "Management"),)


def test_a_selector_for_the_type_takes_all_use() -> None:
    assert recorded(advanced(MANAGEMENT, DATA), LOGS).covers == "yes"
    assert recorded(advanced(DATA), None).covers == "yes"
    assert recorded(advanced(DATA), "LOGS.amazonaws.com").covers == "yes"


@pytest.mark.parametrize(
    ("rule", "covers"),
    [
        (("eventName", "Equals", "CallWithBearerToken"), "yes"),
        (("eventName", "Equals", "Other"), "no"),
        (("eventName", "NotEquals", "CallWithBearerToken"), "no"),
        (("eventName", "NotEquals", "Other"), "yes"),
        (("eventName", "StartsWith", "Call"), "yes"),
        (("eventName", "NotStartsWith", "Call"), "no"),
        (("eventName", "EndsWith", "Role"), "no"),
        (("eventName", "NotEndsWith", "Role"), "yes"),
        (("eventSource", "Equals", LOGS), "yes"),
        (("eventSource", "NotEquals", LOGS), "no"),
        (("readOnly", "Equals", "true"), "unknown"),
        (("readOnly", "Equals", "false"), "unknown"),
        (("resources.ARN", "StartsWith", "arn:aws:logs:us-east-1:1:log-group:/a"), "partly"),
        (("resources.ARN", "NotEquals", "arn:aws:logs:us-east-1:1:log-group:/a"), "partly"),
        (("userIdentity.arn", "NotEndsWith", "/alice"), "partly"),
        (("errorCode", "Equals", "AccessDenied"), "partly"),
    ],
)
def test_each_narrowing(rule: Rule, covers: str) -> None:
    assert recorded(advanced((*DATA, rule)), LOGS).covers == covers


def test_the_widest_of_several_counts() -> None:
    narrow = (*DATA, ("eventName", "NotEquals", "CallWithBearerToken"))
    some = (*DATA, ("resources.ARN", "Equals", "x"))
    assert recorded(advanced(narrow, some), LOGS).covers == "partly"
    assert recorded(advanced(narrow, DATA, some), LOGS).covers == "yes"
    assert recorded(advanced(narrow, MANAGEMENT), LOGS).covers == "management only"


def test_another_type_of_data_event_does_not_count() -> None:
    other = (("eventCategory", "Equals", "Data"), ("resources.type", "Equals", "AWS::S3::Object"))
    found = recorded(advanced(other), LOGS)
    assert found.covers == "no"
    assert TYPE in found.note


def test_basic_selectors_never_take_it() -> None:
    every = BasicSelector("All", management=True, data_types=("AWS::S3::Object",))
    assert recorded(EventSelectors(basic=(every,)), LOGS).covers == "management only"
    assert recorded(EventSelectors(basic=(BasicSelector("All", management=False),)), LOGS).covers == "no"


def test_codecommit_needs_all_management_events() -> None:
    service = "codecommit.amazonaws.com"
    assert recorded(advanced(MANAGEMENT), service).covers == "yes"
    assert recorded(advanced((*MANAGEMENT, ("readOnly", "Equals", "false"))), service).covers == "partly"
    assert recorded(EventSelectors(basic=(BasicSelector("WriteOnly", True),)), service).covers == "partly"
    assert recorded(advanced(DATA), service).covers == "no"


def test_bedrock_is_in_both_kinds() -> None:
    service = "bedrock.amazonaws.com"

    def data(kind: str) -> tuple[Rule, ...]:
        return (("eventCategory", "Equals", "Data"), ("resources.type", "Equals", kind))

    streams, jobs = data("AWS::Bedrock::Model"), data("AWS::Bedrock::AsyncInvoke")
    assert recorded(EventSelectors(), service).covers == "no"
    assert recorded(advanced(MANAGEMENT), service).covers == "partly"
    assert recorded(advanced(streams, jobs), service).covers == "partly"
    assert recorded(advanced(MANAGEMENT, streams), service).covers == "partly"
    assert recorded(advanced(MANAGEMENT, streams, jobs), service).covers == "partly"
    every = [data(kind) for kind in USES[service].data_types]
    assert recorded(advanced(MANAGEMENT, *every), service).covers == "yes"
    for kind in USES[service].data_types:
        without = [data(other) for other in USES[service].data_types if other != kind]
        found = recorded(advanced(MANAGEMENT, *without), service)
        assert (found.covers, kind in found.note) == ("partly", True)


def test_what_is_not_known_is_said() -> None:
    found = recorded(advanced(MANAGEMENT, DATA), "xray.amazonaws.com")
    assert found.covers == "unknown"
    assert "xray" in found.note
