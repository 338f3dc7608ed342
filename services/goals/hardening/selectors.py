"""A trail's selectors with the use of keys among them, and all that was there before.

PutEventSelectors replaces whatever there is, and use of a key can be selected by an advanced selector alone:
basic ones are told again as advanced ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from services.aws.cloudtrail import (
    BasicSelector,
    EventSelectors,
    RawSelectors,
    advanced_selector,
    parsed_selectors,
)
from services.base.keyservices import KeyService
from services.review.recorded import is_of_type, missing_types, takes_all_management, use_of

Selector: TypeAlias = Mapping[str, Any]

MOST_CONDITIONS = 500
"""Values in all conditions of a trail's advanced selectors, says AWS."""

DEFAULT: RawSelectors = {
    "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]
}
"""What a trail has on which nobody put any."""
NONE: RawSelectors = {"AdvancedEventSelectors": []}

_MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
_DATA = {"Field": "eventCategory", "Equals": ["Data"]}
_HALF = {"ReadOnly": "true", "WriteOnly": "false"}
_EVERY_ONE = re.compile(r"arn:[\w-]+:(?:s3|lambda|dynamodb):*")
_BY_TYPE = {
    "AWS::S3::Object": ("S3 objects", "StartsWith"),
    "AWS::Lambda::Function": ("Lambda functions", "Equals"),
    "AWS::DynamoDB::Table": ("DynamoDB tables", "Equals"),
}
"""What basic selectors know: objects by the beginning of their ARN, the others by the whole of it."""


class Unmergeable(Exception):
    """It cannot be done without losing something; the message is one sentence."""


def merged(raw: RawSelectors, services: Sequence[str], *, management: bool) -> list[Selector] | None:
    """Advanced selectors that take what *raw* takes and all use of the *services*' keys; None if *raw* does.

    With *management*, services whose keys' use is among the management events get those too. Raises
    Unmergeable.
    """
    types = [kind for service in services for kind in missing_types(parsed_selectors(raw), service)]
    wider = management and _lacks_management(parsed_selectors(raw), services)
    if not types and not wider:
        return None
    kept = advanced(raw)
    if wider:
        kept = [_of_management(), *(each for each in kept if not _is_management(each))]
    # A narrower one for the same type takes nothing that the whole does not.
    kept = [each for each in kept if not any(is_of_type(advanced_selector(each), kind) for kind in types)]
    whole = [*kept, *(_of_keys(kind) for kind in types)]
    if (count := conditions(whole)) > MOST_CONDITIONS:
        raise Unmergeable(
            f"its selectors would have {count} values, and AWS allows {MOST_CONDITIONS} on a trail"
        )
    return whole


def advanced(raw: RawSelectors) -> list[Selector]:
    """*raw* as advanced selectors; raises Unmergeable."""
    if found := raw.get("AdvancedEventSelectors"):
        return list(found)
    told: list[Selector] = []
    for basic in raw.get("EventSelectors") or ():
        told += (each for each in _told_again(basic) if each not in told)
    return told


def conditions(selectors: Sequence[Selector]) -> int:
    """How many values there are in all of them."""
    rules = (rule for each in selectors for rule in each["FieldSelectors"])
    return sum(len(values) for rule in rules for name, values in rule.items() if name != "Field")


def is_default(raw: RawSelectors) -> bool:
    return parsed_selectors(raw).basic == (BasicSelector("All", True),)


def _told_again(basic: Mapping[str, Any]) -> list[Selector]:
    half = _HALF.get(str(basic.get("ReadWriteType") or "All"))
    only = [{"Field": "readOnly", "Equals": [half]}] if half else []
    told: list[Selector] = []
    if basic.get("IncludeManagementEvents", True):
        left_out = basic.get("ExcludeManagementEventSources") or ()
        fields = [_MANAGEMENT, *only]
        if left_out:
            fields.append({"Field": "eventSource", "NotEquals": list(left_out)})
        told.append({"Name": "Management events", "FieldSelectors": fields})
    for resource in basic.get("DataResources") or ():
        told += _data_told_again(str(resource.get("Type")), list(resource.get("Values") or ()), only)
    return told


def _data_told_again(kind: str, arns: list[str], only: list[dict[str, Any]]) -> list[Selector]:
    if kind not in _BY_TYPE:
        raise Unmergeable(f"what its basic selectors mean by {kind} is unknown to stanch")
    if not arns:
        return []
    name, operator = _BY_TYPE[kind]
    fields = [_DATA, {"Field": "resources.type", "Equals": [kind]}, *only]
    if not any(_EVERY_ONE.fullmatch(arn) for arn in arns):
        fields.append({"Field": "resources.ARN", operator: arns})
    return [{"Name": name, "FieldSelectors": fields}]


def _of_keys(kind: str) -> Selector:
    service = "CloudWatch Logs" if kind.startswith("AWS::Logs::") else kind.split("::")[1]
    fields = [_DATA, {"Field": "resources.type", "Equals": [kind]}]
    return {"Name": f"Use of {service} API keys", "FieldSelectors": fields}


def _of_management() -> Selector:
    return {"Name": "Management events", "FieldSelectors": [_MANAGEMENT]}


def _is_management(selector: Selector) -> bool:
    return any(
        rule.get("Field") == "eventCategory" and "Management" in rule.get("Equals", ())
        for rule in selector["FieldSelectors"]
    )


def _lacks_management(selectors: EventSelectors, services: Sequence[str]) -> bool:
    needed = any(use is not None and use.management for use in map(use_of, services))
    return needed and not takes_all_management(selectors)


def told_types(services: Sequence[str]) -> tuple[str, ...]:
    """The data events of services other than Logs, which are anybody's and not the keys' alone."""
    uses = (use_of(service) for service in services if service != KeyService.LOGS)
    return tuple(kind for use in uses if use for kind in use.data_types)
