"""The actions in the HTML report: each call with its times and ids, each state with its sign."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from services.report.glyphs import inline, trouble
from services.report.htmlparts import section, when
from services.report.markup import Child, Safe, el, join
from services.report.model import Action, Report, SentCall
from services.report.words import AWS_SAYS, IN_FORCE, REQUESTED, moment

LONG = 1200
"""Characters from which on a call goes on over pages: kept whole it would leave one half empty."""


def actions(report: Report) -> Safe:
    if not report.actions:
        return section("actions", "Actions", el("p", "No action was taken."))
    return section("actions", "Actions", *(_action(action, report) for action in report.actions))


def _action(action: Action, report: Report) -> Safe:
    said = el("p", el("q", action.last.words), class_="said") if action.last.words else None
    return el(
        "article",
        el("h3", when(action.begun, report), " ", action.title),
        el("p", *_degrees(action, report), class_="degrees"),
        said,
        *_extras(action, report),
        *(_call(call, report) for call in action.calls),
    )


def _degrees(action: Action, report: Report) -> Iterator[Safe]:
    degrees = (
        ("requested", REQUESTED, action.requested),
        ("aws", AWS_SAYS, action.agreed.at if action.agreed else None),
        ("force", IN_FORCE, action.in_force.at if action.in_force else None),
    )
    for kind, name, at in degrees:
        if at:
            yield el("span", inline(kind), name, " ", when(at, report), class_="reached")
        else:
            yield el("span", name, " –", class_="missing")
    if action.changed:
        yield el("span", "otherwise since ", when(action.changed.at, report), class_="reached failed")
    if sign := trouble(action):
        word = {"failed": "failed", "todo": "not done", "unknown": "outcome unknown"}[action.state]
        yield el("span", inline(sign), word, " ", when(action.last.at, report), class_=f"reached {sign}")


def _extras(action: Action, report: Report) -> Iterator[Safe]:
    if action.override:
        yield el("p", "Overridden by the responder: ", el("q", action.override), class_="note")
    if action.delivered:
        at = moment(action.delivered.at, report.day)
        yield el("p", f"Secret delivered {at}: ", el("code", action.delivered.words), class_="note")
    if action.metadata:
        known = (f"{name} {value}" for name, value in action.metadata.items() if value is not None)
        yield el("p", "Before it was deleted: ", ", ".join(known), ".", class_="note")


def _call(call: SentCall, report: Report) -> Safe:
    facts: list[tuple[str, Child]] = [("Intent", when(call.intent_at, report))]
    facts.append(("Outcome", when(call.outcome_at, report) if call.outcome_at else "none in the journal"))
    if call.ok is None and call.outcome_at:
        facts.append(("Answer", "no answer"))
    facts.append(("Request id", el("code", call.request_id) if call.request_id else "none"))
    if call.error:
        facts.append(("Error", el("span", call.error, class_="error")))
    if call.settled:
        facts.append(("Settled", join((when(call.settled.at, report), " ", call.settled.words))))
    length = len(call.cli) + sum(len(str(value)) for value in call.params.values())
    return el(
        "div",
        el("h4", el("code", f"{call.service} {call.operation}")),
        el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in facts), class_="call"),
        el("dl", *_params(call), class_="params") if call.params else None,
        el("pre", el("code", *_cli(call.cli))),
        class_="sent" if length < LONG else "sent long",
    )


def _cli(command: str) -> Iterator[Child]:
    """The command, its options kept whole at the end of a line."""
    for part in re.split(r"(?<= )(--[\w-]+)", command):
        yield el("span", part, class_="option") if part.startswith("--") else part


def _params(call: SentCall) -> Iterator[Safe]:
    for name, value in call.params.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        yield el("div", el("dt", name), el("dd", shown))
