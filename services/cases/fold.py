"""Works out where a case stands, each line of its journal taken in once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import NoneType
from typing import Any, get_args

from services.aws.awsclock import ABOUT_A_SECOND
from services.aws.call import Call
from services.aws.inlinepolicies import Holder
from services.base import clock
from services.base.text import clean
from services.cases.errors import Senseless
from services.cases.facts import SERVICES, STOOD, place_of
from services.cases.lines import Entry, Line
from services.cases.plan import Deed, LeverName, State, StepName, Telling, deed
from services.cases.state import CaseState, Doubt, Intent, Replacement, SentCall, Thing
from services.keys.userkeys import key_named

_MARKS: Mapping[Deed, str] = {
    LeverName.GROUPS: "groups off",
    LeverName.ACCESS_KEYS: "access keys off",
    LeverName.SESSIONS: "sessions ended",
    LeverName.INTRUDER: "intruder stopped",
    Telling.SECURITY_IR: "AWS told",
}
_MARKS_OF_UNDO: Mapping[Deed, str] = {
    StepName.DEACTIVATE: "reactivate",
    StepName.DENY: "undo deny",
    StepName.REPLACE: "undo replace",
    LeverName.GROUPS: "groups on",
    LeverName.ACCESS_KEYS: "access keys on",
    LeverName.SESSIONS: "sessions undone",
    LeverName.INTRUDER: "undo intruder",
}
_GIVE_KEYS = ("CreateServiceSpecificCredential", "ResetServiceSpecificCredential", "CreateAccessKey")
_ONE_DEED = timedelta(minutes=1)
_TEXTS = frozenset(("about", "account", "key_id", "kind", "service", "status", "target", "user"))
_NAMES = ("Name", "Id", "Arn", "Identifier", "Bucket")
"""How parameters end that say which thing a call is about."""


def read(entries: Iterable[Entry]) -> CaseState:
    """The state after *entries*; raises a KeyError, TypeError or ValueError where they make no sense."""
    fold = Fold()
    for entry in entries:
        fold.take_entry(entry)
    return fold.state()


class Fold:
    """The state so far: each line is taken in once, however many there are before it.

    What grows with every call is kept in lists, and handed out frozen when it is asked for.
    """

    def __init__(self) -> None:
        self.format = 1
        """The newest that a line of its writers names."""
        self.intents: dict[int, Intent] = {}
        self.done: list[tuple[Deed, Call]] = []
        self.calls: defaultdict[Deed, list[SentCall]] = defaultdict(list)
        self._so_far = CaseState()
        self._frozen: CaseState | None = None
        self._error: Exception | None = None

    def take(self, line: Line) -> None:
        if line.kind not in _WITHOUT_EFFECT:
            try:
                entry = line.entry()
            except (TypeError, ValueError) as error:
                self._error = self._error or error
            else:
                self.take_entry(entry)

    def take_entry(self, entry: Entry) -> None:
        self._frozen = None
        try:
            if entry.kind in ("opened", "responder"):
                self.format = max(self.format, int(entry.data.get("format", 1)))
            self._so_far = _after(self._so_far, entry, self)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self._error = self._error or error

    def state(self) -> CaseState:
        """Raises what the first line that makes no sense raised."""
        if self._error is not None:
            raise ValueError(repr(self._error)) from self._error
        if self._frozen is None:
            steps = {
                name: replace(step, calls=tuple(self.calls.get(name, ())))
                for name, step in self._so_far.steps.items()
            }
            by_deed: defaultdict[Deed, list[Call]] = defaultdict(list)
            for name, call in self.done:
                by_deed[name].append(call)
            done = tuple(call for _, call in self.done)
            done_by = {name: tuple(calls) for name, calls in by_deed.items()}
            self._frozen = replace(self._so_far, steps=steps, done=done, done_by=done_by)
        return self._frozen


_WITHOUT_EFFECT = frozenset(
    ("override", "sweep", "traffic", "note", "exported", "handed", "notified", "trying", "tried")
)
"""Kinds of line that tell what happened, and change nothing of where the case stands."""


def _after(state: CaseState, entry: Entry, fold: Fold) -> CaseState:
    data, intents = entry.data, fold.intents
    match entry.kind:
        case "opened":
            opened = _opened(data)
            return replace(state, opened=opened, opened_at=entry.at, responders=(_who(opened),))
        case "responder":
            return replace(state, responders=(*state.responders, _who(data)))
        case "intent":
            intent = _intent(entry)
            intents[intent.seq] = intent
            state = replace(
                state,
                unsettled={**state.unsettled, intent.seq: intent},
                told=False,
                first_facts=intent.facts if state.first_facts is None else state.first_facts,
            )
            return _step(
                state,
                intent.step,
                state=State.REQUESTED,
                at=entry.at,
                words="sent to AWS",
                undoing=intent.undo,
                sent=intent.sent,
            )
        case "outcome":
            return _outcome(state, entry, intents[data["intent"]], fold)
        case "settled":
            return _settled(state, entry, intents[data["intent"]], fold)
        case "verified":
            name = deed(data["step"])
            seen = _step(state, name, state=State(data["state"]), at=entry.at, words=clean(data["words"]))
            return _seen_off(seen, entry) if name is StepName.DEACTIVATE else seen
        case "delivered":
            if state.replacement and state.replacement.key_id == data["key_id"]:
                return replace(state, replacement=replace(state.replacement, delivered=data["where"]))
            return state
        case "review":
            made = {**data, "at": entry.at, "by": dict(*state.responders[-1:])}
            return replace(state, reviews=(*state.reviews, made))
        case "metadata":
            return replace(state, user_id=_one_line(data.get("user_id")) or state.user_id)
        case "suspected":
            return replace(state, suspected=clock.parse(data["since"]) if data["since"] else None)
        case "compromised":
            return replace(state, compromised=tuple(data["credentials"]))
        case "made":
            return replace(state, made=tuple(data["things"]))
        case "quiet":
            return replace(state, quiet={**data, "at": entry.at})
        case "told":
            return replace(state, told=True)
        case "watched":
            return replace(state, watched=tuple(data["log_groups"]))
        case "closed":
            return replace(state, closed_at=entry.at)
        case _:
            return state


def _opened(data: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in _TEXTS & data.keys():
        _require(data[name], str, NoneType)
    for name in ("created", "expires"):
        _when(data.get(name))
    return {name: _one_line(value) for name, value in data.items()}


def _who(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: _one_line(data.get(name)) for name in ("responder", "login", "host")}


def _one_line(value: Any) -> Any:
    """A name fit to be shown: it was written by whoever had the case before, on whatever machine."""
    return clean(value) if isinstance(value, str) else value


def _outcome(state: CaseState, entry: Entry, intent: Intent, fold: Fold) -> CaseState:
    data = entry.data
    sent = SentCall(intent.call, entry.at, _one_line(data.get("request_id")), _one_line(data.get("error")))
    fold.calls[intent.step].append(sent)
    if data["ok"]:
        return _done(_settle(state, intent), intent, entry, fold)
    if data.get("unknown"):
        # Not settled: AWS has still to be asked.
        words = "no answer from AWS: what it did is not known yet"
        return _step(state, intent.step, state=State.UNKNOWN, at=entry.at, words=words)
    return _step(
        _settle(state, intent),
        intent.step,
        state=State.FAILED,
        at=entry.at,
        words=clean(data["error"]),
    )


def _settled(state: CaseState, entry: Entry, intent: Intent, fold: Fold) -> CaseState:
    before, done = state.doubts.get(intent.seq), entry.data["done"]
    state = _settle(state, intent)
    if before is not None and before.holds:
        # Whose it is was all that was asked.
        if not done:
            return state
        return _took_place(state, intent, fold)
    candidates = tuple(map(str, entry.data.get("candidates") or ()))
    if candidates and done is not False:
        doubt = Doubt(intent, candidates, clean(entry.data["words"]), holds=bool(done))
        state = replace(state, doubts={**state.doubts, intent.seq: doubt})
    if candidates and done:
        state = _marked(state, intent, entry)
    elif done:
        state = _done(state, intent, entry, fold)
    now = State.REQUESTED if done else State.TODO if done is False else State.UNKNOWN
    return _step(state, intent.step, state=now, at=entry.at, words=clean(entry.data["words"]))


_NAMED = {
    "CreateBucket": "Bucket",
    "CreateUser": "UserName",
    "CreateLogGroup": "logGroupName",
    "CreateTrail": "Name",
    "PutEventSelectors": "TrailName",
    "StartLogging": "Name",
    "UpdateTrail": "Name",
    **{f"{does}{kind}Policy": f"{kind}Name" for does in ("Attach", "Put") for kind in get_args(Holder)},
}
_IN_ITS_REGION = {"CreateLogStream": "logGroupName", "PutBearerTokenAuthentication": "logGroupIdentifier"}


def _made_things(state: CaseState, intent: Intent, unique: str = "") -> Mapping[tuple[str, str], Thing]:
    """With what *intent* made or changed, if that is worth knowing: a namesake made later is another's."""
    operation, params = intent.call.operation, intent.call.params
    if operation in _NAMED:
        name = str(params[_NAMED[operation]])
    elif operation in _IN_ITS_REGION:
        name = f"{params[_IN_ITS_REGION[operation]]}@{intent.call.region or ''}"
    else:
        return state.made_things
    return {**state.made_things, (operation, name): Thing(intent.sent, unique)}


def _took_place(state: CaseState, intent: Intent, fold: Fold, unique: str = "") -> CaseState:
    """With what is to be known of *intent* once it is taken back: it took place, and is this case's."""
    state = replace(
        state,
        before=_before(state.before, intent, fold.done),
        made_things=_made_things(state, intent, unique),
        recorded=_recorded(state, intent),
    )
    fold.done.append((intent.step, intent.call))
    return state


def _recorded(state: CaseState, intent: Intent) -> tuple[str, ...]:
    """With the services whose keys' use *intent* let a trail record; of older ones the first line tells."""
    if intent.call.operation != "PutEventSelectors" or intent.undo:
        return state.recorded
    wanted = intent.facts.get(SERVICES) or (state.opened.get("wanted") or {}).get(SERVICES) or ()
    _require(wanted, list, tuple)
    return tuple(dict.fromkeys((*state.recorded, *map(str, wanted))))


def _done(state: CaseState, intent: Intent, entry: Entry, fold: Fold) -> CaseState:
    """What is true once AWS acted on *intent*; *entry* is how that was learnt."""
    state = _took_place(_marked(state, intent, entry), intent, fold, str(entry.data.get("unique") or ""))
    if "Status" in intent.call.params and key_named(intent.call) == state.opened.get("key_id"):
        off = intent.call.params["Status"] == "Inactive"
        state = replace(state, off_since=_by_aws(intent, entry.at) if off else None)
    made = state.replacement
    match intent.call.operation:
        case operation if operation in _GIVE_KEYS:
            key_id = str(entry.data["key_id"])
            in_place = operation.startswith("Reset") and key_id == state.opened.get("key_id")
            user = str(intent.call.params["UserName"])
            new = Replacement(
                key_id,
                user,
                entry.at,
                in_place=in_place,
                secret_to=intent.secret_to,
                made=intent.sent,
                at_by_aws=_by_aws(intent, entry.at),
            )
            keys = (*state.keys, *([] if key_id in state.keys or in_place else [key_id]))
            return replace(state, replacement=new, keys=keys)
        case "CreateSecret" | "PutSecretValue" if made:
            name = intent.call.params.get("Name") or intent.call.params["SecretId"]
            stored = replace(made, delivered=f"secretsmanager:{name}", region=intent.call.region)
            return replace(state, replacement=stored)
        case "DeleteServiceSpecificCredential" | "DeleteAccessKey" if made:
            if key_named(intent.call) == made.key_id:
                return replace(state, replacement=None)
    return state


def _before(
    known: Mapping[str, str | None], intent: Intent, done: Sequence[tuple[Deed, Call]]
) -> Mapping[str, str | None]:
    """With what stood there before the first of this case's calls, until that is restored.

    What somebody else put there between two of them is what is to be restored.
    """
    stood, place = intent.facts.get(STOOD) or {}, place_of(intent.call)
    if place not in stood:
        return known
    if intent.undo:
        return {each: text for each, text in known.items() if each != place}
    put = (call for step, call in reversed(done) if step is intent.step and place_of(call) == place)
    last = next(put, None)
    if place in known and last is not None and last.params.get("PolicyDocument") == stood[place]:
        return known
    return {**known, place: stood[place]}


def _settle(state: CaseState, intent: Intent) -> CaseState:
    """No longer waiting for an answer, AWS's or the responder's."""
    return replace(
        state,
        unsettled={seq: other for seq, other in state.unsettled.items() if seq != intent.seq},
        doubts={seq: doubt for seq, doubt in state.doubts.items() if seq != intent.seq},
    )


def _marked(state: CaseState, intent: Intent, entry: Entry) -> CaseState:
    """With a mark for the deed, once for however many calls it takes."""
    if intent.call.service == "secretsmanager":
        return state
    names = _MARKS_OF_UNDO if intent.undo else _MARKS
    name = names.get(intent.step, intent.step.value)
    if state.marks and state.marks[-1][1] == name and entry.at - state.marks[-1][0] < _ONE_DEED:
        return state
    by_aws = {**state.marks_by_aws, name: _by_aws(intent, entry.at)}
    return replace(state, marks=(*state.marks, (entry.at, name)), marks_by_aws=by_aws)


def _seen_off(state: CaseState, entry: Entry) -> CaseState:
    """With what reading back has shown of the key: no deactivation counts from before it was found Active."""
    if not state.step(StepName.DEACTIVATE).state.holds:
        return replace(state, off_since=None)
    return replace(state, off_since=state.off_since or _when(entry.data.get("aws_at")) or entry.at)


def _by_aws(intent: Intent, when: datetime) -> datetime:
    """*when*, which this machine's clock told, by AWS's; that is known to about a second."""
    if intent.sent is None or abs(ahead := intent.at - intent.sent) <= ABOUT_A_SECOND:
        return when
    return when - ahead


def _step(case: CaseState, name: Deed, **changes: Any) -> CaseState:
    return replace(case, steps={**case.steps, name: replace(case.step(name), **changes)})


def _intent(entry: Entry) -> Intent:
    call, facts = entry.data["call"], entry.data.get("facts") or {}
    _require(facts.get(STOOD, {}), dict)
    _require(call.get("region"), str, NoneType)
    for name, value in call["params"].items():
        if name.endswith(_NAMES):
            _require(value, str)
    return Intent(
        entry.seq,
        entry.at,
        deed(entry.data["step"]),
        Call(call["service"], call["operation"], call["params"], call.get("region"), entry.data.get("mark")),
        facts,
        bool(entry.data.get("undo")),
        sent=_when(entry.data.get("aws_at")),
        secret_to=entry.data.get("secret_to"),
    )


def _require(value: object, *kinds: type) -> None:
    """What is asked by it later takes it for one of *kinds*."""
    if not isinstance(value, kinds):
        raise Senseless(f"{type(value).__name__} in place of {kinds[0].__name__}")


def _when(text: str | None) -> datetime | None:
    return clock.parse(text) if text else None
