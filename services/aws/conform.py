"""Answers as the service's own model has them: of the right types, and telling of what they lack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.aws.errors import NotAws

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
        raise NotAws(self.operation, f"the answer has no {key}, so it may not be AWS's")


def conformed(operation: str, shape: Any, value: Mapping[str, Any]) -> Body:
    """*value* by its output *shape*, None for one without; raises NotAws where it isn't of it."""
    body = Body(value)
    body.operation = operation
    if shape is not None:
        members = shape.members
        for name in value:
            if name in members:
                body[name] = _conformed(operation, members[name], value[name])
    if made := _MADE.get(operation):
        what, parts = made
        for names in parts:
            if not any(body[what].get(name) for name in names):
                raise NotAws(operation, f"the answer has no {names[0]}, so it may not be AWS's")
    return body


def _conformed(operation: str, shape: Any, value: Any) -> Any:
    kind = shape.type_name
    if kind == "structure":
        if shape.is_document_type:
            return value
        _must(operation, shape, isinstance(value, dict))
        members = shape.members
        body = Body(value)
        body.operation = operation
        for name, each in value.items():
            if name in members:
                body[name] = _conformed(operation, members[name], each)
        return body
    if kind == "list":
        _must(operation, shape, isinstance(value, list))
        member = shape.member
        return [_conformed(operation, member, each) for each in value]
    if kind == "map":
        _must(operation, shape, isinstance(value, dict))
        member = shape.value
        # A value that is null is one that the map has not.
        return {
            key: None if each is None else _conformed(operation, member, each) for key, each in value.items()
        }
    if kind == "blob":
        return value
    if shape.name != _DOCUMENT:
        _must(operation, shape, _fits(kind, value))
    return value


def _fits(kind: str, value: Any) -> bool:
    if not isinstance(value, _SCALARS.get(kind, (object,))):
        return False
    match value:
        case bool():
            return kind == "boolean"
        case int():
            return abs(value) <= _LARGEST
        case datetime():
            return value.year in _YEARS
    return True


def _must(operation: str, shape: Any, fits: bool) -> None:
    if not fits:
        raise NotAws(operation, f"the answer's {shape.name} is not as AWS writes it, so it may not be AWS's")
