"""From the journal's lines to the actions taken: every call with its outcome, every state with its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.aws.call import Call
from services.aws.where import Where
from services.base.text import clean
from services.cases.facts import LEFT
from services.cases.lines import Entry
from services.report.model import Action, ReadBack, Said, SentCall, Settled

NOT_DONE = "todo"


@dataclass
class _Draft:
    """An action still being read."""

    step: str
    undo: bool
    state: str
    last: Said
    calls: list[SentCall] = field(default_factory=list)
    read_back: list[ReadBack] = field(default_factory=list)
    aws_says: Said | None = None
    in_force: Said | None = None
    override: str | None = None
    delivered: Said | None = None
    metadata: Mapping[str, Any] | None = None
    changed: Said | None = None
    left: tuple[str, ...] = ()

    @property
    def goes_on(self) -> bool:
        return bool(self.calls) and not self.read_back and self.calls[-1].done is True

    def now(self, state: str, said: Said) -> None:
        self.state, self.last = state, said

    def finished(self) -> Action:
        return Action(
            self.step,
            self.undo,
            tuple(self.calls),
            self.state,
            self.last,
            self.aws_says,
            self.in_force,
            tuple(self.read_back),
            self.override,
            self.delivered,
            self.metadata,
            self.changed,
            self.left,
        )


class _Reader:
    def __init__(self, where: Where) -> None:
        self._where = where
        self.drafts: list[_Draft] = []
        self._of_intent: dict[int, tuple[_Draft, int]] = {}
        self._override: str | None = None
        self._metadata: Mapping[str, Any] | None = None

    def read(self, entry: Entry) -> None:
        data = entry.data
        match entry.kind:
            case "intent":
                self._intent(entry, data)
            case "outcome" | "settled":
                self._answered(entry, data)
            case "verified" if data.get("step") != "review":
                self._verified(entry, data)
            case "delivered":
                if draft := self._newest("replace"):
                    draft.delivered = Said(entry.at, str(data.get("where")))
            case "override":
                self._override = str(data.get("reason"))
            case "metadata":
                self._metadata = data

    def _intent(self, entry: Entry, data: Mapping[str, Any]) -> None:
        call, step, undo = _call(data.get("call")), str(data.get("step")), bool(data.get("undo"))
        draft = self._newest(step)
        said = Said(entry.at, "sent to AWS")
        if draft is None or draft.undo != undo or not draft.goes_on:
            draft = self._new(step, undo, "requested", said)
            if step == "delete" and not undo:
                draft.override, draft.metadata = self._override, self._metadata
                self._override = self._metadata = None
        draft.now("requested", said)
        draft.left = _left(data.get("facts"))
        self._of_intent[entry.seq] = (draft, len(draft.calls))
        sent = SentCall(
            entry.seq,
            call.service,
            call.operation,
            call.params,
            call.region,
            str(self._where.aws(call)),
            intent_at=entry.at,
        )
        draft.calls.append(sent)

    def _answered(self, entry: Entry, data: Mapping[str, Any]) -> None:
        intent = data.get("intent")
        found = self._of_intent.get(intent) if isinstance(intent, int) else None
        if found is None:
            return
        draft, place = found
        call = draft.calls[place]
        if key_id := data.get("key_id"):
            call = replace(call, key_id=str(key_id))
        if entry.kind == "settled":
            done = data.get("done")
            said = Said(entry.at, str(data.get("words")))
            held = call.settled is not None and call.settled.done is True
            call = replace(call, settled=Settled(entry.at, done, said.words))
            if not held:
                # Else it is as it was: whose doing that is was all that was asked.
                draft.now("requested" if done else NOT_DONE if done is False else "unknown", said)
        else:
            error = data.get("error")
            call = replace(
                call,
                outcome_at=entry.at,
                ok=True if data.get("ok") else None if data.get("unknown") else False,
                request_id=str(data["request_id"]) if data.get("request_id") else None,
                error=str(error) if error else None,
            )
            if not call.ok:
                draft.now("failed" if call.ok is False else "unknown", Said(entry.at, str(error)))
        draft.calls[place] = call

    def _verified(self, entry: Entry, data: Mapping[str, Any]) -> None:
        step, state = str(data.get("step")), str(data.get("state"))
        said = Said(entry.at, str(data.get("words")))
        draft = self._newest(step)
        holds, undone = state in ("confirmed", "in_force"), state == "undone"
        if draft is None or (holds and draft.undo) or (undone and not draft.undo):
            # It was so already, or somebody else made it so.
            draft = self._new(step, undone, state, said)
        draft.now(state, said)
        draft.read_back.append(ReadBack(entry.at, state, said.words))
        if holds or undone:
            draft.changed = None
            draft.aws_says = draft.aws_says or said
            if state == "in_force":
                draft.in_force = draft.in_force or said
        elif state == "requested" and (draft.aws_says or draft.changed):
            # What AWS said before, it says no longer; that it said so stays among what was read back.
            draft.changed, draft.aws_says, draft.in_force = said, None, None

    def _newest(self, step: str) -> _Draft | None:
        return next((draft for draft in reversed(self.drafts) if draft.step == step), None)

    def _new(self, step: str, undo: bool, state: str, said: Said) -> _Draft:
        draft = _Draft(step, undo, state, said)
        self.drafts.append(draft)
        return draft


def actions(entries: Iterable[Entry]) -> tuple[Action, ...]:
    """The actions in order of their beginning; lines that make no sense are left to the verification."""
    entries = tuple(entries)
    opened = next(
        (each.data for each in entries if each.kind == "opened" and isinstance(each.data, dict)), {}
    )
    reader = _Reader(Where.of_case(opened))
    for entry in entries:
        if isinstance(entry.data, dict):
            reader.read(entry)
    return tuple(draft.finished() for draft in reader.drafts)


def _left(facts: object) -> tuple[str, ...]:
    known = facts.get(LEFT) if isinstance(facts, dict) else None
    return tuple(clean(each) for each in known if isinstance(each, str)) if isinstance(known, list) else ()


def _call(raw: object) -> Call:
    known = raw if isinstance(raw, dict) else {}
    params, region = known.get("params"), known.get("region")
    return Call(
        str(known.get("service")),
        str(known.get("operation")),
        params if isinstance(params, dict) else {},
        str(region) if region else None,
    )
