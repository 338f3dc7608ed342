"""Answers as the service's own model has them: of the right types, and telling of what they lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.aws.errors import NotAws
from services.base.documents import is_deep

_SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "boolean": (bool,),
    "timestamp": (datetime,),
}
_DOCUMENT = "policyDocumentType"
"""Of IAM: text that botocore has made a mapping of, where it could."""
_LARGEST = 2**53
_YEARS = range(2, 9999)

_KEY = ("ServiceSpecificCredentialId",), ("ServiceCredentialSecret", "ServicePassword")
_MADE: Mapping[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "AssumeRole": ("Credentials", (("AccessKeyId",), ("SecretAccessKey",), ("SessionToken",))),
    "CreateAccessKey": ("AccessKey", (("AccessKeyId",), ("SecretAccessKey",))),
    "CreateServiceSpecificCredential": ("ServiceSpecificCredential", _KEY),
    "ResetServiceSpecificCredential": ("ServiceSpecificCredential", _KEY),
}
"""What was made, and one of each of these in it: without them it is lost."""


class Body(dict[str, Any]):
    """A structure of an answer; asked for what it lacks it raises NotAws."""

    operation = "The answer"

    def __missing__(self, key: str) -> Any:
        raise NotAws(self.operation, f"the answer has no {key}, so it may not come from AWS")


def conformed(operation: str, shape: Any, value: Mapping[str, Any]) -> Body:
    """*value* by its output *shape*, None for one without; raises NotAws where it isn't of it."""
    body = Body(value) if shape is None else _checked(shape)(operation, value)
    body.operation = operation
    if made := _MADE.get(operation):
        what, parts = made
        for names in parts:
            if not any(body[what].get(name) for name in names):
                raise NotAws(operation, f"the answer has no {names[0]}, so it may not come from AWS")
    return body


Check = Callable[[str, Any], Any]
"""Of a value, asked for by an operation: what it is made into."""


def _checked(shape: Any) -> Check:
    """What checks values of *shape*, worked out once: a page may have a thousand of them."""
    check: Check | None = shape.metadata.get(_CHECK)
    if check is None:
        make = _MAKERS.get(shape.type_name, _scalar)
        check = shape.metadata[_CHECK] = make(shape)
    return check


def _structure(shape: Any) -> Check:
    if shape.is_document_type:
        return _as_it_is
    name, members = shape.name, shape.members
    checks: dict[str, Check] = {}

    def check(operation: str, value: Any) -> Any:
        if not isinstance(value, dict):
            raise _wrong(operation, name)
        body = Body(value)
        body.operation = operation
        for key, each in value.items():
            if (known := checks.get(key)) is None:
                # Shapes may hold themselves, so members are looked into when they come.
                known = checks[key] = _checked(members[key]) if key in members else _as_it_is
            body[key] = known(operation, each)
        return body

    return check


def _list(shape: Any) -> Check:
    name, member = shape.name, shape.member

    def check(operation: str, value: Any) -> Any:
        if not isinstance(value, list):
            raise _wrong(operation, name)
        known = _checked(member)
        return [known(operation, each) for each in value]

    return check


def _map(shape: Any) -> Check:
    name, member = shape.name, shape.value

    def check(operation: str, value: Any) -> Any:
        if not isinstance(value, dict):
            raise _wrong(operation, name)
        known = _checked(member)
        # A value that is null is one that the map has not.
        return {key: None if each is None else known(operation, each) for key, each in value.items()}

    return check


def _scalar(shape: Any) -> Check:
    name, kinds = shape.name, _SCALARS.get(shape.type_name)
    if name == _DOCUMENT:

        def check_document(operation: str, value: Any) -> Any:
            if is_deep(value):
                raise _wrong(operation, name)
            return value

        return check_document
    if kinds is None:
        return _as_it_is
    if kinds == (str,):

        def check_text(operation: str, value: Any) -> Any:
            if value.__class__ is not str:
                raise _wrong(operation, name)
            return value

        return check_text

    def check(operation: str, value: Any) -> Any:
        if not isinstance(value, kinds) or not _fits(value, flag=bool in kinds):
            raise _wrong(operation, name)
        return value

    return check


def _as_it_is(operation: str, value: Any) -> Any:
    return value


def _fits(value: Any, *, flag: bool) -> bool:
    match value:
        case bool():
            return flag
        case int():
            return abs(value) <= _LARGEST
        case datetime():
            return value.year in _YEARS
    return True


def _wrong(operation: str, name: str) -> NotAws:
    return NotAws(operation, f"the answer's {name} is not in AWS's format, so it may not come from AWS")


_CHECK = "stanch-check"
_MAKERS: Mapping[str, Callable[[Any], Check]] = {"structure": _structure, "list": _list, "map": _map}
