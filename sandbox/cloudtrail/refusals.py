"""Event selectors and trails' names that CloudTrail refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.cloudtrail import selectors
from sandbox.cloudtrail.errors import CloudTrailError

Selector = Mapping[str, Any]

MOST_BASIC = 5
MOST_RESOURCES = 250
MOST_CONDITIONS = 500
BASIC_TYPES = {"AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"}
ONLY_EQUALS = {"eventCategory", "readOnly", "resources.type"}
_ADJACENT = re.compile(r"[._-]{2}")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")


def check_name(name: str) -> None:
    """What moto lets pass."""
    if _ADJACENT.search(name) or _ADDRESS.fullmatch(name):
        raise CloudTrailError(
            "InvalidTrailNameException",
            "Trail name must not have adjacent periods, underscores or dashes, nor be an IP address.",
        )


def check(basic: Sequence[Selector], advanced: Sequence[Selector]) -> None:
    if basic and advanced:
        raise _bad("You can use either event selectors or advanced event selectors, but not both.")
    if not basic and not advanced:
        raise _bad("Give either event selectors or advanced event selectors.")
    if len(basic) > MOST_BASIC:
        raise _bad(f"A trail can have up to {MOST_BASIC} event selectors.")
    for selector in basic:
        _check_basic(selector)
    resources = [each for selector in basic for each in selector.get("DataResources") or ()]
    if sum(len(each.get("Values") or ()) for each in resources) > MOST_RESOURCES:
        raise _bad(f"A trail is limited to {MOST_RESOURCES} data resources.")
    for selector in advanced:
        _check_advanced(selector)
    rules = [rule for selector in advanced for rule in selector.get("FieldSelectors", ())]
    values = sum(len(rule.get(operator) or ()) for rule in rules for operator in selectors.OPERATORS)
    if values > MOST_CONDITIONS:
        raise _bad(f"A maximum of {MOST_CONDITIONS} values for all conditions is allowed.")


def _check_basic(selector: Selector) -> None:
    if selector.get("ReadWriteType", "All") not in ("All", "ReadOnly", "WriteOnly"):
        raise _bad("ReadWriteType must be All, ReadOnly or WriteOnly.")
    types = {str(each.get("Type")) for each in selector.get("DataResources") or ()}
    if unknown := types - BASIC_TYPES:
        raise _bad(f"Not a resource type of event selectors: {unknown.pop()}")


def _check_advanced(selector: Selector) -> None:
    listed = list(selector.get("FieldSelectors", ()))
    rules = {rule.get("Field"): rule for rule in listed}
    if len(rules) < len(listed):
        raise _bad("Each field may be selected once in a selector.")
    if unknown := rules.keys() - selectors.FIELDS:
        raise _bad(f"Not a field of event selectors: {unknown.pop()}")
    for field, rule in rules.items():
        given = {operator for operator in selectors.OPERATORS if rule.get(operator)}
        if not given:
            raise _bad("A field selector needs an operator with a value.")
        if field in ONLY_EQUALS and given != {"Equals"}:
            raise _bad(f"Equals is the only operator for {field}.")
    if not set(rules.get("readOnly", {}).get("Equals", ())) <= {"true", "false"}:
        raise _bad("readOnly must equal true or false.")
    match rules.get("eventCategory", {}).get("Equals"):
        case ["Management"] if not rules.keys() & {"resources.type", "resources.ARN"}:
            return
        case ["Management"]:
            raise _bad("Management events have no resources to select by.")
        case ["Data"] if len(rules.get("resources.type", {}).get("Equals", ())) == 1:
            return
        case ["Data"]:
            raise _bad("Data events need exactly one resources.type.")
        case _:
            raise _bad("eventCategory must equal Management or Data.")


def _bad(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidEventSelectorsException", message)
