"""Answers as a service's model has them, with something wrong in them."""

from __future__ import annotations

import base64
import json
import random
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

TEXTS = (
    "web",
    "",
    "\x1b[2J\u202e",
    "a" * 5000,
    "{" * 50,
    '{"Statement":' * 1200 + "1" + "}" * 1200,
    '{"Version":' + "[" * 400 + "]" * 400 + "}",
    "AKIAIOSFODNN7EXAMPLE",
    "arn:aws:iam::1:user/x",
    "-1",
)
TIMES = (0, -1, 1e30, float("nan"), "tomorrow", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
NUMBERS = (-5, 2**62, 2**90)
WRONG: tuple[Any, ...] = (None, 1, -1, 2**70, 1.5, "text", True, [], {}, [None], {"a": None}, [[]])


class Shaper:
    """Makes a value for a shape; about one in *often* parts of it is missing, or something else."""

    def __init__(self, chance: random.Random, often: int) -> None:
        self._chance, self._often = chance, often

    def value(self, shape: Any, depth: int = 0) -> Any:
        chance = self._chance
        if chance.randrange(self._often) == 0:
            return chance.choice(WRONG)
        match shape.type_name:
            case "structure":
                members = shape.members.items() if depth < 6 else ()
                return {
                    name: self.value(member, depth + 1)
                    for name, member in members
                    if chance.randrange(self._often)
                }
            case "list":
                return [self.value(shape.member, depth + 1) for _ in range(chance.randrange(3))]
            case "map":
                return {chance.choice(TEXTS): self.value(shape.value, depth + 1)}
            case "timestamp":
                return chance.choice(TIMES) if chance.randrange(self._often) == 0 else 1.7e9
            case "boolean":
                return chance.choice((True, False))
            case "integer" | "long" | "float" | "double":
                return chance.choice(NUMBERS if chance.randrange(self._often) == 0 else (0, 1))
            case _:
                return chance.choice(getattr(shape, "enum", None) or TEXTS)


def as_json(shape: Any, value: Any) -> str:
    return json.dumps(_wired(shape, value), default=str)


def _wired(shape: Any, value: Any) -> Any:
    if isinstance(value, dict) and shape.type_name == "structure":
        return {
            shape.members[name].serialization.get("name", name): _wired(shape.members[name], each)
            for name, each in value.items()
            if name in shape.members
        }
    if isinstance(value, list) and shape.type_name == "list":
        return [_wired(shape.member, each) for each in value]
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64encode(value.encode()).decode()
    return value


def as_xml(shape: Any, value: Any, name: str) -> str:
    match shape.type_name, value:
        case "structure", dict():
            parts = [
                as_xml(shape.members[each], value[each], shape.members[each].serialization.get("name", each))
                for each in value
                if each in shape.members
            ]
            return f"<{name}>{''.join(parts)}</{name}>"
        case "list", list():
            if shape.serialization.get("flattened"):
                return "".join(as_xml(shape.member, each, name) for each in value)
            member = shape.member.serialization.get("name", "member")
            return f"<{name}>{''.join(as_xml(shape.member, each, member) for each in value)}</{name}>"
        case _:
            text = value.isoformat() if isinstance(value, datetime) else str(value)
            return f"<{name}>{escape(''.join(sign for sign in text if sign >= ' '))}</{name}>"


def body_of(operation: Any, value: Any) -> str:
    """*value* in the service's protocol, as the answer of *operation*."""
    shape, protocol = operation.output_shape, operation.service_model.resolved_protocol
    if shape is None:
        return ""
    match protocol:
        case "query":
            inner = as_xml(shape, value, operation.output_shape.serialization.get("resultWrapper", "Result"))
            meta = "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
            return f"<{operation.name}Response>{inner}{meta}</{operation.name}Response>"
        case "rest-xml":
            return as_xml(shape, value, shape.serialization.get("name", shape.name))
        case _:
            return as_json(shape, value)
