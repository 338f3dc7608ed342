"""Hostile names through every builder of a statement: what is parsed of it is those names, no more."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path

import pytest
import sqlglot
from hypothesis import given, settings
from sqlglot import exp

import services
from sandbox.insights.language import Token, _tokens
from services.aws.cloudtrail import EventSelectors
from services.aws.lake import EventDataStore
from services.quoting.insights import InsightsQuery
from services.quoting.sql import Extended, HiveDdl, Identifier, Sql, Unquotable
from services.review.model import Window
from services.review.sources import athenasql, insights, lake
from services.review.sources.athenasql import Place, Whom
from tests.services.quoting.hostile import NAMES, texts

WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
STORE_ID = "0233062b-1111-4222-8333-444455556666"


def strings(statement: exp.Expr) -> list[str]:
    return [str(each.this) for each in statement.find_all(exp.Literal) if each.is_string]


def shape(statement: exp.Expr) -> str:
    """The statement with every string and every quoted name taken out of it."""

    def emptied(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Literal) and node.is_string:
            return exp.Literal.string("x")
        if isinstance(node, exp.Identifier):
            return exp.to_identifier("x", quoted=True)
        return node

    return statement.transform(emptied).sql("trino")


def only(sql: Sql, dialect: str) -> exp.Expr:
    """The one statement that it is; tokens that comment something out would be missing from its shape."""
    (statement,) = sqlglot.parse(str(sql), read=dialect)
    assert statement is not None
    return statement


def athena(user: str, key: str, account: str, region: str, database: str, root: str) -> Sql:
    place = Place("trail-bucket", root)
    whom = Whom((user,), (key, f"assumed-role/{key}"))
    return athenasql.question(place, database, whom, account, [region, "us-east-1"], WINDOW)


@settings(deadline=None, max_examples=60)
@given(
    user=texts,
    key=texts.filter(lambda key: bool(key) and "/" not in key),
    account=texts,
    region=texts,
    database=texts.filter(bool),
    root=texts,
)
def test_what_athena_is_asked_has_hostile_names_as_strings_alone(
    user: str, key: str, account: str, region: str, database: str, root: str
) -> None:
    try:
        sql = athena(user, key, account, region, database, root)
    except Unquotable:
        assert "\x00" in user + key + account + region + database
        return
    statement = only(sql, "trino")
    assert shape(statement) == shape(only(athena("u", "k", "1", "r", "d", "x/"), "trino"))
    expected = [account, region, "us-east-1", "2026/11/01", "2026/11/03", user, user]
    # Of the caller, and of a federated session's issuer.
    expected += [f"%:user/%{user}"] * 2
    expected += ["iam.amazonaws.com", f'%"{user}"%', key, key, key, key, f"%:assumed-role/{key}"]
    assert sorted(strings(statement)) == sorted(expected)
    table = statement.find(exp.Table)
    assert table is not None
    assert table.db == database


def test_each_hostile_name_in_each_place_of_each_statement(counted: Callable[[str], None]) -> None:
    """Those written down by hand, all of them in each run."""
    builders: list[Callable[[str], object]] = [
        *(partial(_of_athena, place) for place in range(len(_HARMLESS))),
        _of_lake,
        lambda name: [_kind(each) for each in _tokens(str(insights.question([name, "k"])))],
        lambda name: shape(only(athenasql.create_table(Place("trail-bucket", f"{name}/"), "d"), "hive")),
        lambda name: shape(only(athenasql.create_table(Place("trail-bucket", "x/"), name), "hive")),
    ]
    tried = refused = 0
    for build, name in product(builders, filter(None, NAMES)):
        tried += 1
        try:
            assert build(name) == build("x"), name
        except Unquotable:
            refused += 1
    assert 0 < refused < tried / 2
    counted(f"{tried} hostile names in statements of Athena, Lake, Insights and Hive, {refused} refused")


_HARMLESS = ("u", "k", "1", "r", "d", "x/")


def _of_athena(place: int, name: str) -> str:
    # A key with a slash is no key, but a role's session.
    name = name.replace("/", "|") if place == 1 else name
    return shape(only(athena(*(*_HARMLESS[:place], name, *_HARMLESS[place + 1 :])), "trino"))


def _of_lake(name: str) -> str:
    quoted = str(lake.question(_store(STORE_ID), [name, "k"], WINDOW)).replace(STORE_ID, f'"{STORE_ID}"', 1)
    return shape(sqlglot.parse_one(quoted, read="trino"))


@settings(deadline=None, max_examples=60)
@given(user=texts, key=texts.filter(bool))
def test_what_lake_is_asked_has_hostile_names_as_strings_alone(user: str, key: str) -> None:
    def built(user: str, key: str) -> Sql:
        return lake.question(_store(STORE_ID), [user, key], WINDOW)

    try:
        sql = built(user, key)
    except Unquotable:
        assert "\x00" in user + key
        return
    # The store's id stands without quotes, as Lake wants it.
    quoted = str(sql).replace(STORE_ID, f'"{STORE_ID}"', 1)
    harmless = str(built("u", "k")).replace(STORE_ID, f'"{STORE_ID}"', 1)
    statement, other = (sqlglot.parse_one(each, read="trino") for each in (quoted, harmless))
    assert shape(statement) == shape(other)
    times = ["2026-11-01 00:00:00", "2026-11-02 00:00:01"]
    assert sorted(strings(statement)) == sorted([f'%{user}"%', f'%{key}"%', *times])


@pytest.mark.parametrize("store", [*NAMES, f"{STORE_ID} x", f"{STORE_ID};", STORE_ID[:-1], f"{STORE_ID}\n"])
def test_nothing_but_the_id_of_a_store_goes_to_lake_unquoted(store: str) -> None:
    with pytest.raises(Unquotable):
        lake.question(_store(store), ["web"], WINDOW)


@settings(deadline=None, max_examples=60)
@given(root=texts, database=texts)
def test_a_table_is_defined_over_its_own_place_or_not_at_all(root: str, database: str) -> None:
    place = Place("trail-bucket", root)
    try:
        sql = athenasql.create_table(place, database)
    except Unquotable:
        assert not re.fullmatch(r"[\w-]+", database, re.ASCII) or re.search(r"['\"\\$`;\x00-\x1f\x7f]", root)
        return
    statement = only(sql, "hive")
    assert shape(statement) == shape(only(athenasql.create_table(Place("trail-bucket", "x/"), "d"), "hive"))
    found = strings(statement)
    assert place.location in found
    assert place.location + "${account}/CloudTrail/${region}/${day}" in found


@settings(deadline=None, max_examples=100)
@given(user=texts, key=texts.filter(bool))
def test_what_insights_is_asked_has_hostile_names_as_strings_alone(user: str, key: str) -> None:
    try:
        query = insights.question([user, key])
    except Unquotable:
        assert re.search(r"['\\\x00-\x1f\x7f]", user + key)
        return
    tokens, harmless = (_tokens(str(each)) for each in (query, insights.question(["u", "k"])))
    assert list(map(_kind, tokens)) == list(map(_kind, harmless))
    assert [token.value[1:-1] for token in tokens if token.kind == "text"] == [f'{user}"', f'{key}"']


@given(text=texts)
def test_a_string_ends_where_it_was_to_end(text: str) -> None:
    try:
        sql = Sql("SELECT {text}, {name} FROM t", text=text, name=Identifier(text))
    except Unquotable:
        assert "\x00" in text
        return
    select = only(sql, "trino").expressions
    assert select[0].this == text
    assert select[1].name == text


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sql("SELECT {a}"),
        lambda: Sql("SELECT 1", a="x"),
        lambda: Sql("SELECT {a}", a=None),  # type: ignore[arg-type]
        lambda: Sql("SELECT {a}", a=True),
        lambda: Sql("SELECT {a}", a=HiveDdl("x")),
        lambda: Sql.join(", ", [HiveDdl("x")]),
        lambda: InsightsQuery("{a}", a=Sql("x")),  # type: ignore[arg-type]
        lambda: InsightsQuery("{a}", a=True),
    ],
)
def test_what_has_no_form_in_a_dialect_is_not_joined_in(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        make()


def test_what_follows_a_string_stands_in_the_same() -> None:
    assert str(HiveDdl("{a}", a=Extended("s3://b/c/", "${day}"))) == "'s3://b/c/${day}'"


def test_every_template_is_a_literal_of_the_program() -> None:
    """mypy does not check LiteralString, so this does."""
    checked = 0
    for path, call in _calls(Path(services.__file__ or "").parent):
        name = ast.unparse(call.func)
        if name.removesuffix(".join") in ("Sql", "HiveDdl", "InsightsQuery"):
            checked += 1
            template = call.args[0]
            assert isinstance(template, ast.Constant), f"{path}:{call.lineno} joins text into a statement"
        if name == "Extended" and path.parent.name != "quoting":
            assert isinstance(call.args[1], ast.Constant), f"{path}:{call.lineno}"
    assert checked > 15


def _calls(folder: Path) -> Iterator[tuple[Path, ast.Call]]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield path, node


def _kind(token: Token) -> tuple[str, str]:
    return token.kind, "" if token.kind == "text" else token.value


def _store(store: str) -> EventDataStore:
    arn = f"arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/{store}"
    return EventDataStore("s", arn, "us-east-1", "ENABLED", EventSelectors(), True, 90, None, None)
