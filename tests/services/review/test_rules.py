"""Each rule has a record that it must see and one like it that it must leave alone."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.review import sequences as module
from services.review.actions import Action, table
from services.review.attribution import attribute
from services.review.deeds import actions
from services.review.facts import Facts
from services.review.findings import RULES, findings
from services.review.model import Marks, Subject
from services.review.record import Event

Record = dict[str, Any]
Make = Callable[..., Record]
AsEvent = Callable[[Record], Event]

PAIRS: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("action_pairs.toml").read_text("utf-8")
)
_FIELDS = {
    "request": "requestParameters",
    "response": "responseElements",
    "additional": "additionalEventData",
}


def test_every_row_of_the_table_has_its_pair() -> None:
    rows = [row.events[0] for row in table()]
    assert len(rows) == len(set(rows)), "rows are told by their first event"
    assert sorted(rows) == sorted(PAIRS)
    assert all(set(pair) == {"yes", "no"} for pair in PAIRS.values())


@pytest.mark.parametrize("row", table(), ids=lambda row: row.events[0])
def test_it_sees_the_one_and_leaves_the_other(record: Make, as_event: AsEvent, row: Action) -> None:
    def found(told: Record) -> list[str]:
        fields = {name: told.get(short) for short, name in _FIELDS.items()}
        made = record(eventName=told["event"], eventSource=f"{told['source']}.amazonaws.com", **fields)
        every = actions(Facts(Subject("alice"), Marks(), (), [as_event(made)], ()))
        return [each.kind for each in every if (each.why, each.technique) == (row.why, row.technique)]

    pair = PAIRS[row.events[0]]
    assert found(pair["yes"]) == [row.kind]
    # Otherwise like it, so that it is the difference that decides.
    assert found({name: pair["yes"].get(name) for name in ("event", "source")} | pair["no"]) == []


Sequences = dict[str, tuple[str, Callable[[Make, Make], list[Record]], Callable[[Make, Make], list[Record]]]]

READS = [
    f"{verb}{what}" for verb in ("List", "Describe", "Get") for what in ("Users", "Roles", "Buckets", "Keys")
]


def many(
    record: Make, names: Sequence[str], *, every: float = 0.2, source: str = "iam", **fields: Any
) -> list[Record]:
    return [
        record(minutes=n * every, eventName=name, eventSource=f"{source}.amazonaws.com", **fields)
        for n, name in enumerate(names)
    ]


def sequences() -> Sequences:
    return {
        "enumeration": (
            "alice",
            lambda record, _: many(record, READS),
            lambda record, _: many(record, READS, every=30),
        ),
        "refusals": (
            "alice",
            lambda record, _: many(record, ["GetUser"] * 25, errorCode="AccessDenied"),
            lambda record, _: many(record, ["GetUser"] * 25, errorCode="ThrottlingException"),
        ),
        "models": (
            "alice",
            lambda record, _: many(
                record, ["ListFoundationModels", "PutUseCaseForModelAccess", "InvokeModel"], source="bedrock"
            ),
            lambda record, _: many(record, ["InvokeModel"] * 3, source="bedrock"),
        ),
        "mail": (
            "alice",
            lambda record, _: many(record, ["GetSendQuota", "ListIdentities"], source="ses"),
            lambda record, _: many(record, ["SendEmail"], source="ses"),
        ),
        "outside-its-service": (
            "BedrockAPIKey-abcd",
            lambda record, _: many(record, ["ListUsers"], user="BedrockAPIKey-abcd"),
            lambda record, _: many(record, ["Converse"], user="BedrockAPIKey-abcd", source="bedrock"),
        ),
        "blinded": (
            "alice",
            lambda record, _: many(record, ["StopLogging", "DeleteFlowLogs", "DeleteResolverQueryLogConfig"]),
            lambda record, _: many(record, ["StopLogging", "StopLogging"]),
        ),
        "short-term-key": (
            "alice",
            lambda _, bearer: [bearer(additionalEventData={"bearerTokenType": "SHORT_TERM"})],
            lambda _, bearer: [bearer(additionalEventData={"bearerTokenType": "LONG_TERM"})],
        ),
        "other-key": (
            "alice",
            lambda _, bearer: [
                bearer(
                    eventSource="bedrock.amazonaws.com",
                    eventName="Converse",
                    resources=[],
                    additionalEventData={"callWithBearerToken": True},
                )
            ],
            lambda _, bearer: [bearer()],
        ),
        "compromised": (
            "alice",
            lambda record, _: [
                *many(record, ["ListUsers"] * 10, every=10),
                record(minutes=120, sourceIPAddress="203.0.113.66"),
            ],
            lambda record, _: [*many(record, ["ListUsers"] * 10, every=10), record(minutes=120)],
        ),
    }


def test_every_rule_of_sequences_has_its_pair() -> None:
    rules = {rule.__name__.replace("_", "-") for rule in RULES if rule.__module__ == module.__name__}
    assert rules <= sequences().keys()


@pytest.mark.parametrize("kind", sequences())
def test_sequences(record: Make, bearer: Make, as_event: AsEvent, kind: str) -> None:
    user, yes, no = sequences()[kind]

    def found(made: list[Record]) -> list[str | None]:
        subject = Subject(user, "ACCAEXAMPLE1A2B3C4D5E", "logs.amazonaws.com")
        told = attribute(sorted(map(as_event, made), key=lambda event: event.time), subject)
        facts = Facts(subject, Marks(), told.use, told.other, ())
        return [each.technique for each in findings(facts) if each.kind == kind]

    (technique,) = found(yes(record, bearer))
    assert technique
    assert technique.startswith("T")
    assert found(no(record, bearer)) == []


def test_a_bedrock_keys_own_use_is_no_hijacking_unless_it_is_opened_or_new(
    record: Make, bearer: Make, as_event: AsEvent
) -> None:
    def calls(*names: str, minutes: float, address: str = "198.51.100.7") -> list[Record]:
        marks = {"callWithBearerToken": True}
        return [
            bearer(
                minutes=minutes + n,
                eventName=name,
                eventSource="bedrock.amazonaws.com",
                resources=[],
                additionalEventData=marks,
                sourceIPAddress=address,
            )
            for n, name in enumerate(names)
        ]

    def found(made: list[Record], marks: Marks | None = None) -> list[str]:
        subject = Subject("alice", "ACCAEXAMPLE1A2B3C4D5E", "bedrock.amazonaws.com")
        told = attribute(sorted(map(as_event, made), key=lambda event: event.time), subject)
        facts = Facts(subject, marks or Marks(), told.use, told.other, ())
        return [each.kind for each in findings(facts) if each.kind == "models"]

    own = calls("ListFoundationModels", "Converse", "Converse", minutes=0)
    assert found(own) == []
    assert found(calls("ListFoundationModels", "PutUseCaseForModelAccess", "Converse", minutes=0)) == [
        "models"
    ]
    stolen = calls("ListFoundationModels", "Converse", minutes=300, address="203.0.113.66")
    noon = as_event(own[0]).time
    assert found([*own, *stolen], Marks(noon + timedelta(minutes=200))) == ["models"]
    assert found([*own, *calls("Converse", minutes=300)], Marks(noon + timedelta(minutes=200))) == []
