"""A small part of Logs Insights' query language, and a refusal of all the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sandbox.insights.errors import Malformed

Line: TypeAlias = dict[str, Any]
Test: TypeAlias = Callable[[Line], bool]

MOST = 10_000
_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|(?P<regex>/(?:[^/\\]|\\.)+/)"
    r"|(?P<field>`[^`]+`|@?[A-Za-z_][\w.]*)|(?P<number>-?\d+(?:\.\d+)?)|(?P<sign>!=|>=|<=|[=<>()\[\],|]))"
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    value: str


@dataclass(slots=True)
class Program:
    """A query: *fields* to show, *tests* all of which must hold, and *count* where only that is asked."""

    fields: list[str] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    sort: tuple[str, bool] = ("@timestamp", True)
    limit: int = 1000
    count: str | None = None

    def run(self, lines: Sequence[Line]) -> tuple[list[dict[str, str]], int]:
        """(the results, how many lines matched)."""
        found = [line for line in lines if all(test(line) for test in self.tests)]
        if self.count is not None:
            return [{self.count: str(len(found))}], len(found)
        name, down = self.sort
        ordered = sorted(found, key=lambda line: str(value_of(line, name)), reverse=down)[: self.limit]
        return [self._shown(line) for line in ordered], len(found)

    def _shown(self, line: Line) -> dict[str, str]:
        named = {name: value_of(line, name) for name in self.fields or ["@timestamp", "@message"]}
        return {name: str(value) for name, value in named.items() if value is not None}


def compiled(query: str) -> Program:
    """The program that *query* stands for; raises Malformed."""
    program = Program()
    for command in _split(_tokens(query)):
        _Parser(command).command(program)
    return program


def value_of(line: Line, name: str) -> Any:
    """A field of the line itself, or of the JSON in its message."""
    if name.startswith("@"):
        return line.get(name)
    found: Any = line["json"]()
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def line(timestamp: str, message: str) -> Line:
    known: list[Any] = []

    def read() -> Any:
        if not known:
            try:
                known.append(json.loads(message))
            except ValueError:
                known.append(None)
        return known[0]

    return {"@timestamp": timestamp, "@message": message, "json": read}


class _Parser:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = list(tokens)

    def command(self, program: Program) -> None:
        match self._word():
            case "fields":
                program.fields += self._names()
            case "filter":
                program.tests.append(self._any())
            case "sort":
                name = self._take("field")
                down = self._word(optional=True) or "desc"
                if down not in ("asc", "desc"):
                    raise Malformed(f"unexpected symbol {down}")
                program.sort = (name, down == "desc")
            case "limit":
                program.limit = int(self._take("number"))
                if not 1 <= program.limit <= MOST:
                    raise Malformed(f"limit must be between 1 and {MOST}")
            case "stats":
                self._count(program)
            case other:
                raise Malformed(f"unknown command {other}")
        if self._tokens:
            raise Malformed(f"unexpected symbol {self._tokens[0].value}")

    def _count(self, program: Program) -> None:
        if self._word() != "count":
            raise Malformed("stats knows count alone here")
        self._sign("(")
        if self._next("sign", "*"):
            self._tokens.pop(0)
        self._sign(")")
        program.count = "count()"
        if self._next("field", "as"):
            self._tokens.pop(0)
            program.count = self._take("field")

    def _names(self) -> list[str]:
        names = [self._take("field")]
        while self._next("sign", ","):
            self._tokens.pop(0)
            names.append(self._take("field"))
        return names

    def _any(self) -> Test:
        tests = [self._all()]
        while self._next("field", "or"):
            self._tokens.pop(0)
            tests.append(self._all())
        return lambda line: any(test(line) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._next("field", "and"):
            self._tokens.pop(0)
            tests.append(self._one())
        return lambda line: all(test(line) for test in tests)

    def _one(self) -> Test:
        if self._next("sign", "("):
            self._sign("(")
            inner = self._any()
            self._sign(")")
            return inner
        name = self._take("field")
        operator = self._tokens.pop(0).value if self._tokens else ""
        match operator:
            case "=" | "!=":
                wanted, equal = self._literal(), operator == "="
                return lambda line: (str(value_of(line, name)) == wanted) == equal
            case "like":
                return self._like(name)
            case "in":
                self._sign("[")
                values = [self._literal()]
                while self._next("sign", ","):
                    self._sign(",")
                    values.append(self._literal())
                self._sign("]")
                return lambda line: str(value_of(line, name)) in values
        raise Malformed(f"unexpected symbol {operator or 'at the end'}")

    def _like(self, name: str) -> Test:
        if self._tokens and self._tokens[0].kind == "regex":
            try:
                pattern = re.compile(self._take("regex")[1:-1])
            except re.error as error:
                raise Malformed(f"invalid pattern: {error}") from None
            return lambda line: pattern.search(str(value_of(line, name) or "")) is not None
        part = self._literal()
        return lambda line: part in str(value_of(line, name) or "")

    def _literal(self) -> str:
        if self._tokens and self._tokens[0].kind == "number":
            return self._take("number")
        return re.sub(r"\\(.)", r"\1", self._take("text")[1:-1])

    def _take(self, kind: str) -> str:
        if not self._tokens or self._tokens[0].kind != kind:
            raise Malformed(f"unexpected symbol {self._tokens[0].value if self._tokens else 'at the end'}")
        return self._tokens.pop(0).value.strip("`") if kind == "field" else self._tokens.pop(0).value

    def _word(self, *, optional: bool = False) -> str:
        if optional and not self._tokens:
            return ""
        return self._take("field").lower()

    def _next(self, kind: str, value: str) -> bool:
        return bool(self._tokens) and self._tokens[0] == Token(kind, value)

    def _sign(self, value: str) -> None:
        if not self._next("sign", value):
            raise Malformed(f"expected {value}")
        self._tokens.pop(0)


def _tokens(query: str) -> list[Token]:
    found: list[Token] = []
    at, end = 0, len(query.rstrip())
    while at < end:
        token = _TOKEN.match(query, at)
        if token is None or token.lastgroup is None:
            # count(*) is the one place where a star may stand.
            star = re.compile(r"\s*\*").match(query, at)
            if star is None:
                raise Malformed(f"token recognition error at: '{query[at : at + 10]}'")
            found.append(Token("sign", "*"))
            at = star.end()
            continue
        found.append(Token(token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


def _split(tokens: Sequence[Token]) -> list[list[Token]]:
    commands: list[list[Token]] = [[]]
    for token in tokens:
        if token == Token("sign", "|"):
            commands.append([])
        else:
            commands[-1].append(token)
    return commands
