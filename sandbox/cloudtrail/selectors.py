"""Which records a trail's event selectors let through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.cloudtrail.records import Record

Selector = Mapping[str, Any]

DEFAULT: list[dict[str, Any]] = [
    {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }
]
"""What a trail has on which nobody put selectors: management events, and nothing else."""

FIELDS = frozenset(
    {
        "eventCategory",
        "readOnly",
        "eventSource",
        "eventName",
        "eventType",
        "resources.type",
        "resources.ARN",
        "userIdentity.arn",
        "sessionCredentialFromConsole",
        "errorCode",
        "vpcEndpointId",
    }
)
OPERATORS = frozenset({"Equals", "NotEquals", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith"})


def matches(record: Record, basic: Sequence[Selector], advanced: Sequence[Selector]) -> bool:
    """Whether any selector of either kind takes the record; with none at all, the default ones decide."""
    if advanced:
        return any(_advanced(record, selector) for selector in advanced)
    return any(_basic(record, selector) for selector in basic or DEFAULT)


def _basic(record: Record, selector: Selector) -> bool:
    # A basic selector's data events are S3 objects, Lambda functions and DynamoDB tables, which no
    # caller of this sandbox makes; so it can only match management events.
    if record["eventCategory"] != "Management" or not selector.get("IncludeManagementEvents", True):
        return False
    if record["eventSource"] in selector.get("ExcludeManagementEventSources", ()):
        return False
    match selector.get("ReadWriteType", "All"):
        case "ReadOnly":
            return bool(record["readOnly"])
        case "WriteOnly":
            return not record["readOnly"]
        case _:
            return True


def _advanced(record: Record, selector: Selector) -> bool:
    return all(_field(_values(record, rule["Field"]), rule) for rule in selector.get("FieldSelectors", ()))


def _field(values: Sequence[str], rule: Selector) -> bool:
    """Every operator given must hold; a negative one must hold for each of the record's values."""

    def some(test: str, operator: str) -> bool:
        return any(getattr(value, test)(wanted) for value in values for wanted in rule[operator])

    positive = {"Equals": "__eq__", "StartsWith": "startswith", "EndsWith": "endswith"}
    for operator, test in positive.items():
        if rule.get(operator) and not some(test, operator):
            return False
        if rule.get(f"Not{operator}") and some(test, f"Not{operator}"):
            return False
    return True


def _values(record: Record, field: str) -> list[str]:
    match field:
        case "readOnly":
            return ["true" if record["readOnly"] else "false"]
        case "resources.type":
            return [r["type"] for r in record.get("resources", ()) if "type" in r]
        case "resources.ARN":
            return [r["ARN"] for r in record.get("resources", ()) if "ARN" in r]
        case "userIdentity.arn":
            return [record["userIdentity"]["arn"]]
        case _:
            value = record.get(field)
            return [] if value is None else [str(value)]
