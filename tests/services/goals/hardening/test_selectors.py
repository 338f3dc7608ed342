"""Selectors merged: all that was taken is taken afterwards, and no more than the keys' use beside it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cloudtrail.refusals import check
from services.aws.cloudtrail import parsed_selectors
from services.base.keyservices import KeyService
from services.goals.hardening.selectors import DEFAULT, Unmergeable, conditions, merged
from services.review.recorded import USES, recorded, takes_all_management
from tests.services.goals.hardening.conftest import KEYS, MANAGEMENT

BEDROCK, CODECOMMIT = "bedrock.amazonaws.com", "codecommit.amazonaws.com"
S3, FUNCTIONS, TABLES = "AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"
BUCKET, FUNCTION = "arn:aws:s3:::mine/in/", "arn:aws:lambda:us-east-1:123456789012:function:f"
DATA = {"Field": "eventCategory", "Equals": ["Data"]}


def basic(*data: tuple[str, list[str]], **more: Any) -> dict[str, Any]:
    resources = [{"Type": kind, "Values": values} for kind, values in data]
    return {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": resources} | more


def told(*selectors: dict[str, Any], services: tuple[str, ...] = (KeyService.LOGS,)) -> Any:
    return merged({"EventSelectors": list(selectors)}, services, management=True)


def fields(selector: Any) -> dict[str, Any]:
    return {
        rule["Field"]: {name: values for name, values in rule.items() if name != "Field"}
        for rule in selector["FieldSelectors"]
    }


def test_a_new_trail_takes_management_events_and_the_use_of_keys() -> None:
    assert merged(DEFAULT, (KeyService.LOGS,), management=True) == [MANAGEMENT, KEYS]
    assert merged({"AdvancedEventSelectors": []}, (KeyService.LOGS,), management=False) == [KEYS]


def test_everything_a_basic_selector_can_say_is_told_again() -> None:
    whole = told(
        basic((S3, [BUCKET, "arn:aws:s3:::other/"]), (FUNCTIONS, [FUNCTION]), ReadWriteType="WriteOnly"),
        basic(
            (TABLES, ["arn:aws:dynamodb"]),
            ReadWriteType="ReadOnly",
            ExcludeManagementEventSources=["kms.amazonaws.com", "rdsdata.amazonaws.com"],
        ),
        basic((S3, ["arn:aws:s3"]), (FUNCTIONS, []), IncludeManagementEvents=False),
    )
    assert whole[-1] == KEYS
    writes, reads = {"Equals": ["false"]}, {"Equals": ["true"]}
    management, data = {"Equals": ["Management"]}, {"Equals": ["Data"]}
    assert [fields(each) for each in whole[:-1]] == [
        {"eventCategory": management, "readOnly": writes},
        {
            "eventCategory": data,
            "resources.type": {"Equals": [S3]},
            "readOnly": writes,
            "resources.ARN": {"StartsWith": [BUCKET, "arn:aws:s3:::other/"]},
        },
        {
            "eventCategory": data,
            "resources.type": {"Equals": [FUNCTIONS]},
            "readOnly": writes,
            "resources.ARN": {"Equals": [FUNCTION]},
        },
        {
            "eventCategory": management,
            "readOnly": reads,
            "eventSource": {"NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]},
        },
        {"eventCategory": data, "resources.type": {"Equals": [TABLES]}, "readOnly": reads},
        {"eventCategory": data, "resources.type": {"Equals": [S3]}},
    ]


ARNS = st.lists(st.sampled_from([BUCKET, FUNCTION, "arn:aws:s3", "arn:aws-cn:lambda"]), max_size=3)
BASIC = st.builds(
    lambda kind, arns, half, management: basic(
        (kind, arns), ReadWriteType=half, IncludeManagementEvents=management
    ),
    st.sampled_from([S3, FUNCTIONS, TABLES]),
    ARNS,
    st.sampled_from(["All", "ReadOnly", "WriteOnly"]),
    st.booleans(),
)


@given(st.lists(BASIC, min_size=1, max_size=5))
def test_whatever_there_is_cloudtrail_takes_it_merged_and_nothing_is_missing_then(
    selectors: list[dict[str, Any]],
) -> None:
    whole = told(*selectors)
    check([], whole)
    now = {"AdvancedEventSelectors": whole}
    assert recorded(parsed_selectors(now), KeyService.LOGS).covers == "yes"
    assert merged(now, (KeyService.LOGS,), management=True) is None
    before = parsed_selectors({"EventSelectors": selectors})
    if takes_all_management(before):
        assert takes_all_management(parsed_selectors(now))
    asked = {arn for each in selectors for data in each["DataResources"] for arn in data["Values"]}
    kept = {arn for each in whole for test in fields(each).get("resources.ARN", {}).values() for arn in test}
    wide = {"arn:aws:s3", "arn:aws-cn:lambda"}
    assert kept <= asked - wide
    assert asked & wide or kept == asked


def test_advanced_ones_stay_as_they_are_and_a_narrower_one_of_keys_gives_way() -> None:
    theirs = {"Name": "objects", "FieldSelectors": [DATA, {"Field": "resources.type", "Equals": [S3]}]}
    under = {"Field": "resources.ARN", "StartsWith": ["arn:aws:logs:us-east-1:123456789012:log-group:/app/"]}
    narrow = {"FieldSelectors": [*KEYS["FieldSelectors"], under]}
    raw = {"AdvancedEventSelectors": [theirs, narrow]}
    assert merged(raw, (KeyService.LOGS,), management=True) == [theirs, KEYS]
    assert merged({"AdvancedEventSelectors": [KEYS, theirs]}, (KeyService.LOGS,), management=True) is None


def test_other_services_keys_have_types_of_their_own() -> None:
    whole = told(basic(), services=(KeyService.LOGS, BEDROCK))
    types = [fields(each).get("resources.type", {}).get("Equals") for each in whole]
    assert types == [None, [LOGS_TYPE], *([kind] for kind in USES[BEDROCK].data_types)]
    assert recorded(parsed_selectors({"AdvancedEventSelectors": whole}), BEDROCK).covers == "yes"
    writes = {"EventSelectors": [basic(ReadWriteType="WriteOnly")]}
    assert merged(writes, (CODECOMMIT,), management=True) == [MANAGEMENT]
    assert merged({"EventSelectors": [basic()]}, (CODECOMMIT,), management=True) is None
    assert merged(writes, (CODECOMMIT,), management=False) is None


LOGS_TYPE = "AWS::Logs::LogGroupAuthorization"


def test_what_would_be_lost_or_is_too_much_is_not_merged() -> None:
    with pytest.raises(Unmergeable, match="AWS::Other is unknown to stanch"):
        told(basic(("AWS::Other", ["x"])))
    full = {"FieldSelectors": [DATA, {"Field": "resources.ARN", "StartsWith": [str(n) for n in range(498)]}]}
    assert conditions([full]) == 499
    with pytest.raises(Unmergeable, match="501 values, and AWS allows 500"):
        merged({"AdvancedEventSelectors": [full]}, (KeyService.LOGS,), management=True)
