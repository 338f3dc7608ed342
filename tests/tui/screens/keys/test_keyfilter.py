"""The filter language and the order of the inventory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.aws.iam import AccessKey, Credential
from services.keys.holdings import UserHoldings
from services.keys.inventory import Inventory, Key, assess, with_holdings
from tui.look.lines import plain
from tui.screens.keys.keyfilter import parse
from tui.screens.keys.keylist import ORDERS, KeyList
from tui.screens.keys.texts import columns, sign
from tui.shell.keytable import HEADER, cells

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def key(name: str, user: str, service: str, status: str, days: int, left: int | None = None) -> Credential:
    expires = NOW + timedelta(days=left) if left is not None else None
    made = NOW - timedelta(days=days)
    return Credential(f"ACCA{name}", user, f"{service}.amazonaws.com", status, made, expires, f"{user}-at-1")


KEYS = assess(
    [
        key("A", "web", "logs", "Active", 200),
        key("B", "web", "logs", "Inactive", 100, 50),
        key("C", "etl", "bedrock", "Active", 10, 3),
        key("D", "Bob", "logs", "Expired", 300, -20),
    ],
    NOW,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "ABCD"),
        ("web", "AB"),
        ("WEB active", "A"),
        ("status:active", "AC"),
        ("status:inact", "B"),
        ("service:bedrock", "C"),
        ("service:logs -status:active", "BD"),
        ("age>90", "ABD"),
        ("age>=100 age<300", "AB"),
        ("age=10", "C"),
        ("risk:never", "A"),
        ("risk:expires-soon", "C"),
        ("id:accab", "B"),
        ("user:bob", "D"),
        ("bedrock", "C"),
        ("nothing-like-it", ""),
        ("-", "ABCD"),
    ],
)
def test_filters(text: str, found: str) -> None:
    wanted = parse(text)
    assert wanted.trouble is None
    assert "".join(sorted(each.id[4:] for each in KEYS if wanted.matches(each, NOW))) == found


def test_a_filter_that_makes_no_sense_says_so_and_keeps_the_rest() -> None:
    wanted = parse("web age>old")
    assert wanted.trouble is not None
    assert "age>90" in wanted.trouble
    assert [each.id for each in KEYS if wanted.matches(each, NOW)] == ["ACCAA", "ACCAB"]


@pytest.fixture
def keys() -> KeyList:
    keys = KeyList(lambda: NOW)
    keys.take(Inventory("123456789012", "arn", KEYS, complete=True))
    return keys


def order(keys: KeyList) -> str:
    return "".join(row.id[4:] for row in keys.rows)


def test_sorting_goes_through_every_column_and_back(keys: KeyList) -> None:
    seen = {keys.order: order(keys)}
    for _ in ORDERS:
        keys.sort_by_next()
        seen[keys.order] = order(keys)
    assert keys.order == "risk"
    assert seen["risk"][0] == "A"
    assert seen["KEY ID"] == "ABCD"
    assert seen["USER"] == "DCAB"
    assert seen["AGE"] == "DABC"
    assert seen["EXPIRES"] == "DCBA"


def test_what_is_learnt_of_a_user_moves_no_row(keys: KeyList) -> None:
    before = order(keys)
    access_key = AccessKey("AKIA", "etl", "Active", NOW)
    keys.learn(UserHoldings("etl", access_keys=(access_key,), has_login=True))
    assert order(keys) == before
    (etl,) = (row for row in keys.rows if row.user == "etl")
    assert {"user-has-access-keys", "user-has-login"} <= {risk.name for risk in etl.risks}


def test_the_summary_counts_and_says_what_is_filtered(keys: KeyList) -> None:
    assert plain(keys.summary(None, None, 80)) == "4 keys · 2 active (1 never expires)"
    keys.filter = parse("web")
    keys.arrange()
    assert plain(keys.summary(None, None, 80)) == "2 of 4 keys shown"
    assert plain(keys.summary("refreshing…", None, 80)).endswith("refreshing…")


def test_twenty_thousand_keys_are_filtered_while_one_types() -> None:
    many = KeyList(lambda: NOW)
    found = [key(str(n), f"user-{n % 9000}", "logs", "Active", n % 400, n % 100) for n in range(20_000)]
    many.take(Inventory("1", "arn", tuple(Key(each) for each in found)))
    many.filter = parse("user-77 age>200")
    many.arrange()
    assert 0 < len(many.rows) < 20_000
    assert f"{len(many.rows):,} of 20,000 keys shown" in plain(many.summary(None, None, 80))


@pytest.mark.parametrize("hours", [-260, -24, -5, 0, 5, 24, 260, None])
def test_the_shell_and_the_screen_say_the_same_of_a_key(keys: KeyList, hours: int | None) -> None:
    one = key("E", "web", "logs", "Active", 10)
    expires = None if hours is None else NOW + timedelta(hours=hours)
    (row,) = assess([replace(one, expires=expires)], NOW)
    printed = dict(zip(HEADER, cells(row, NOW), strict=True))
    shown = {column.name: column.cell(row)[0] for column in columns(keys, lambda: NOW)[2:]}
    assert {name: printed[name] for name in shown} == shown
    assert printed[" "] == sign(row.worst)[0]
    if hours == -260:
        assert shown["EXPIRES"] == "10d ago"


def test_a_key_that_does_not_work_is_at_no_high_risk_whatever_its_user_has() -> None:
    quarantined = UserHoldings("Bob", attached=("AWSCompromisedKeyQuarantineV3",))
    (bob,) = (with_holdings(each, quarantined) for each in KEYS if each.user == "Bob")
    assert "quarantine" in {risk.name for risk in bob.risks}
    assert (bob.worst, sign(bob.worst)[0]) == ("info", "·")
