"""IAM policy evaluation over documents: may this principal do that?"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from fnmatch import translate
from functools import lru_cache
from typing import Any, TypeAlias

Statement: TypeAlias = Mapping[str, Any]
Context: TypeAlias = Mapping[str, str]
"""Condition keys and their values in this request; keys in lower case."""


class Decision(Enum):
    """AWS's three outcomes; only ALLOWED lets the call through."""

    ALLOWED = "allowed"
    IMPLICITLY_DENIED = "implicitDeny"
    EXPLICITLY_DENIED = "explicitDeny"


@dataclass(frozen=True, slots=True)
class Grants:
    """The policy documents (JSON) that speak for a principal, and its permissions boundary."""

    documents: tuple[str, ...] = ()
    boundary: str | None = None
    session_policy: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What is asked for: an action such as `logs:PutLogEvents` on a resource's ARN."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


def evaluate(grants: Grants, access: Access) -> Decision:
    """An explicit deny anywhere wins; then the documents and what limits them must all allow."""
    identity = [statement for document in grants.documents for statement in statements(document)]
    limits = (grants.boundary, grants.session_policy)
    sources = [identity, *(list(statements(limit)) for limit in limits if limit is not None)]
    if any(_applies(each, "Deny", access) for source in sources for each in source):
        return Decision.EXPLICITLY_DENIED
    if all(any(_applies(each, "Allow", access) for each in source) for source in sources):
        return Decision.ALLOWED
    return Decision.IMPLICITLY_DENIED


@lru_cache(maxsize=1024)
def statements(document: str) -> tuple[Statement, ...]:
    """The statements of a policy document; a lone statement may stand without its list."""
    found = json.loads(document).get("Statement", [])
    return tuple(found) if isinstance(found, list) else (found,)


def missing_keys(grants: Grants, access: Access) -> frozenset[str]:
    """The condition keys, as they are written, that the outcome may depend on and the context lacks."""
    documents = [*grants.documents, *([grants.boundary] if grants.boundary is not None else [])]
    concerned = (each for text in documents for each in statements(text) if _concerns(each, access))
    written = {key for each in concerned for keys in each.get("Condition", {}).values() for key in keys}
    return frozenset(key for key in written if key.lower() not in access.context)


def _applies(statement: Statement, effect: str, access: Access) -> bool:
    return (
        statement.get("Effect") == effect
        and _concerns(statement, access)
        and conditions_met(statement.get("Condition", {}), access.context, deny=effect == "Deny")
    )


def _concerns(statement: Statement, access: Access) -> bool:
    return _names(statement, "Action", access.action, fold=True) and _names(
        statement, "Resource", access.resource, fold=False
    )


def _names(statement: Statement, element: str, value: str, *, fold: bool) -> bool:
    if element in statement:
        return any(like(value, pattern, fold=fold) for pattern in _listed(statement[element]))
    if f"Not{element}" in statement:
        return not any(like(value, pattern, fold=fold) for pattern in _listed(statement[f"Not{element}"]))
    return False


def _listed(value: Any) -> list[str]:
    return [_text(each) for each in (value if isinstance(value, list) else [value])]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def like(value: str, pattern: str, *, fold: bool = False) -> bool:
    """AWS's wildcards: `*` and `?`, and nothing else is special."""
    return _pattern(pattern.lower() if fold else pattern).match(value.lower() if fold else value) is not None


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))


def _within(value: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _numeric(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def test(value: str, wanted: str) -> bool:
        try:
            return compare(float(value), float(wanted))
        except ValueError:
            return False

    return test


def _date(compare: Callable[[datetime, datetime], bool]) -> Callable[[str, str], bool]:
    def test(value: str, wanted: str) -> bool:
        try:
            return compare(_moment(value), _moment(wanted))
        except (ValueError, OverflowError):
            return False

    return test


def _moment(text: str) -> datetime:
    """ISO 8601, or seconds since 1970."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": like,
    "ArnEquals": like,
    "ArnLike": like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "IpAddress": _within,
    "DateEquals": _date(datetime.__eq__),
    "DateLessThan": _date(datetime.__lt__),
    "DateLessThanEquals": _date(datetime.__le__),
    "DateGreaterThan": _date(datetime.__gt__),
    "DateGreaterThanEquals": _date(datetime.__ge__),
    "NumericEquals": _numeric(float.__eq__),
    "NumericLessThan": _numeric(float.__lt__),
    "NumericLessThanEquals": _numeric(float.__le__),
    "NumericGreaterThan": _numeric(float.__gt__),
    "NumericGreaterThanEquals": _numeric(float.__ge__),
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "DateNotEquals": "DateEquals",
    "NumericNotEquals": "NumericEquals",
}


def conditions_met(conditions: Mapping[str, Any], context: Context, *, deny: bool) -> bool:
    return all(
        _condition_met(operator, context.get(key.lower()), _listed(wanted), deny=deny)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _condition_met(operator: str, value: str | None, wanted: list[str], *, deny: bool) -> bool:
    if operator == "Null":
        return (value is None) == (wanted == ["true"])
    name, if_exists, rest = operator.partition("IfExists")
    if rest or (name not in TESTS and name not in NEGATED):
        return deny  # not understood: never let it open a door
    if value is None:
        return bool(if_exists) or name in NEGATED
    met = any(TESTS[NEGATED.get(name, name)](value, each) for each in wanted)
    return met != (name in NEGATED)
