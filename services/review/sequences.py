"""What several calls amount to together: enumeration, refusals in a burst, AI models and mail."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from services.review.actions import base_name, rows_for
from services.review.facts import Facts, Finding, at, ids
from services.review.record import Event
from services.review.words import calls, listed

ENUMERATION = (10, timedelta(minutes=5))
"""So many different reading calls within so short a time."""

BLINDED = (2, timedelta(hours=1))
"""So many different ways of blinding within so short a time."""

BURST = (20, timedelta(minutes=10))
"""So many refused calls within so short a time."""

_READS = re.compile(r"(Batch)?(Get|List|Describe|Lookup|Search|Head)[A-Z]")

_MODEL_LISTS = frozenset(
    {
        "ListFoundationModels",
        "GetFoundationModelAvailability",
        "ListFoundationModelAgreementOffers",
        "ListModels",
    }
)
_MODEL_ACCESS = frozenset(
    {
        "PutUseCaseForModelAccess",
        "CreateFoundationModelAgreement",
        "PutFoundationModelEntitlement",
        "PutFoundationModelAccess",
        "GetUseCaseForModelAccess",
    }
)
_INVOKES = re.compile(
    r"InvokeModel|Converse|StartAsyncInvoke|CreateInference|CreateChatCompletion|CreateMessage"
)
_MAIL = frozenset(
    {"GetAccount", "GetSendQuota", "GetSendStatistics", "GetAccountSendingEnabled", "ListIdentities"}
)

_MADE_FOR = (
    # The users that consoles make for one key have their service in their names.
    (re.compile(r"BedrockAPIKey-", re.IGNORECASE), ("bedrock", "bedrock-mantle", "bedrock-runtime")),
    (re.compile(r"(cloudwatch-logs|logs-api-key)-", re.IGNORECASE), ("logs",)),
)


def enumeration(facts: Facts) -> Iterator[Finding]:
    """Many different reading calls in a short time."""
    reads = [event for event in facts.other if _READS.match(event.name)]
    least, within = ENUMERATION
    best, most = _most_different(reads, lambda event: event.name, within)
    if most >= least:
        minutes = within.seconds // 60
        title = f"Enumeration: {most} different reading calls in {minutes} minutes, {at(best[0])}."
        severity = "info" if facts.baseline.usual(best) else "medium"
        yield Finding("enumeration", severity, title, ids(best), "T1580")  # type: ignore[arg-type]


def refusals(facts: Facts) -> Iterator[Finding]:
    """Many refused calls in a short time: somebody tries what the user may do."""
    refused = [event for event in facts.other if event.refused]
    least, within = BURST
    best = _densest(refused, within)
    if len(best) >= least and not facts.baseline.usual(best):
        names = listed(dict.fromkeys(event.name for event in best))
        minutes = within.seconds // 60
        title = f"{calls(len(best))} were denied within {minutes} minutes, {at(best[0])}: {names}."
        yield Finding("refusals", "medium", title, ids(best), "T1580")


def models(facts: Facts) -> Iterator[Finding]:
    """AI models looked up, opened and used: an account taken for its models."""
    usual = facts.baseline
    about = [event for event in facts.every if _is_about_models(event)]
    fresh = [event for event in about if not usual.usual([event])]
    steps = {
        "looked up": [event for event in fresh if event.name in _MODEL_LISTS],
        "opened": [event for event in fresh if event.name in _MODEL_ACCESS],
        "used": [event for event in fresh if _INVOKES.match(event.name)],
    }
    if _for_models(facts) and not usual.there and not steps["opened"]:
        # That is what the key is for, and nothing tells its owner's calls from another's.
        steps["used"] = []
    done = [step for step, events in steps.items() if events]
    if "opened" not in done and len(done) < 2:
        return
    every = sorted((event for events in steps.values() for event in events), key=lambda event: event.time)
    title = f"AI models were {', '.join(done)} by this user, {at(every[0])}."
    yield Finding("models", "high" if len(done) > 1 else "medium", title, ids(every), "T1496.004")


def _is_about_models(event: Event) -> bool:
    return event.name in _MODEL_LISTS or event.name in _MODEL_ACCESS or _INVOKES.match(event.name) is not None


def _for_models(facts: Facts) -> bool:
    return (facts.subject.service or "").startswith("bedrock")


def blinded(facts: Facts) -> Iterator[Finding]:
    """Several ways in which calls are recorded, stopped one after the other: each alone may be upkeep."""
    stops = [event for event in facts.other if event.error is None and _is_blinding(event)]
    least, within = BLINDED
    best, most = _most_different(stops, lambda event: base_name(event.name), within)
    if most >= least and not facts.baseline.usual(best):
        names_told = listed(dict.fromkeys(base_name(event.name) for event in best))
        title = f"Logging was blinded in {most} ways, {at(best[0])}: {names_told}."
        yield Finding(
            "blinded",
            "high",
            title,
            ids(best),
            "T1562.008",
            "What came after may not be recorded at all.",
            "Switch each of them on again, and take the time until then as not recorded.",
        )


def _is_blinding(event: Event) -> bool:
    """By the table's rows that no parameter decides."""
    return any(row.kind == "blinding" and row.when is None for row in rows_for(event.name, event.source))


def mail(facts: Facts) -> Iterator[Finding]:
    """Whether this account may send mail was looked up."""
    asked = [event for event in facts.other if event.source == "ses.amazonaws.com" and event.name in _MAIL]
    if asked and not facts.baseline.usual(asked):
        names = listed(dict.fromkeys(event.name for event in asked))
        yield Finding(
            "mail", "medium", f"Mail sending was probed ({names}), {at(asked[0])}.", ids(asked), "T1496"
        )


def outside_its_service(facts: Facts) -> Iterator[Finding]:
    """A user that a console made for one key calls other services."""
    services = next((own for name, own in _MADE_FOR if name.match(facts.subject.user)), None)
    if services is None:
        return
    other = [event for event in facts.other if event.source.partition(".")[0] not in services]
    if other:
        named = listed(dict.fromkeys(event.source.partition(".")[0] for event in other))
        title = f"This user was created for one key, but called {named}: {calls(len(other))}, {at(other[0])}."
        yield Finding("outside-its-service", "high", title, ids(other), "T1078.004")


def _most_different(
    events: Sequence[Event], name: Callable[[Event], str], within: timedelta
) -> tuple[Sequence[Event], int]:
    """Of *events*, in order of time, those of so short a time with the most different names, and how many."""
    best, most, start = slice(0), 0, 0
    names: Counter[str] = Counter()
    for end, event in enumerate(events):
        names[name(event)] += 1
        while event.time - events[start].time > within:
            left = name(events[start])
            names[left] -= 1
            if not names[left]:
                del names[left]
            start += 1
        if len(names) > most:
            best, most = slice(start, end + 1), len(names)
    return events[best], most


def _densest(events: Sequence[Event], within: timedelta) -> Sequence[Event]:
    best, most, start = slice(0), 0, 0
    for end, event in enumerate(events):
        while event.time - events[start].time > within:
            start += 1
        if end + 1 - start > most:
            best, most = slice(start, end + 1), end + 1 - start
    return events[best]
