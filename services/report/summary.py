"""What happened, in one plain sentence for somebody who was not there; it says no more than was seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.base.keyservices import TEMPORARY
from services.base.sizes import count
from services.base.spans import spoken
from services.report.attack import LOOKED_FOR
from services.report.intruder import Attack
from services.report.model import Action, Report, Summary
from services.report.theirs import Compromised
from services.report.words import moment

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def summary(report: Report) -> Summary:
    """Of a *report* that has all its parts but this and the story."""
    seconds = _seconds(report)
    parts = (_contained(report), _used(report), _made(report))
    words = "; ".join(part for part in parts if part)
    return Summary(
        words=f"{words[:1].upper()}{words[1:]}.",
        seconds_to_contain=seconds,
        time_to_contain=(spoken(seconds) if seconds else "less than 1 s") if seconds is not None else None,
        taken=_taken(report),
        remains=_remains(report),
    )


def _stop(report: Report) -> Action | None:
    """The first action that stopped the key and still stands."""
    # A session goes on signing calls though its API keys are denied.
    denies = () if report.header.service == TEMPORARY else ("deny",)
    for step in ("deactivate", "delete", "replace", *denies):
        newest = report.newest(step)
        if (
            newest
            and newest.stands
            and not newest.undo
            and newest.agreed
            and (step != "replace" or _reset(newest))
        ):
            return _earliest(report, step) or newest
    return None


def _reset(action: Action) -> bool:
    """Whether the leaked secret itself was replaced."""
    return any(call.operation.startswith("Reset") and call.done for call in action.calls)


def _earliest(report: Report, step: str) -> Action | None:
    """The first of the actions since which the step was never undone."""
    found: Action | None = None
    for action in report.actions:
        if action.step == step:
            if action.undo and action.agreed:
                found = None
            elif action.agreed and not action.undo:
                found = found or action
    return found


def _seconds(report: Report) -> int | None:
    """From the case's opening to when AWS confirmed it; None where that is not so, or was so before."""
    stop, opened = _stop(report), report.header.opened
    if stop is None or stop.agreed is None or opened is None or not stop.calls:
        return None
    if stop.agreed.at < opened:
        # The clock was set back meanwhile.
        return None
    return int((stop.agreed.at - opened).total_seconds())


def _contained(report: Report) -> str:
    stop, seconds = _stop(report), _seconds(report)
    left = sum(not each.ended for each in report.compromised)
    # What stops the key does not stop them.
    sessions = any(each.kind == "sessions" for each in report.remaining)
    newest = report.newest("sessions")
    in_part = bool(newest and newest.left and newest.acted and not newest.undo)
    ended = "not all sessions that it opened" if in_part else "the sessions that it opened"
    rest = f", but {_number(left)} other {'credential' if left == 1 else 'credentials'} not" if left else ""
    late = (
        [each for each in report.reviewed.findings if each.kind == "not-in-force"] if report.reviewed else []
    )
    rest = f", but {ended} were {'' if in_part else 'not '}ended{rest}" if sessions else rest
    rest = ", but calls with it were allowed after that" + rest if late else rest
    if stop is not None and seconds is not None:
        how = "stopped by a deny policy" if stop.step == "deny" else "contained"
        when = f"{spoken(seconds)} after the case was opened" if seconds else "as the case was opened"
        return f"the key was {how} {when}{rest}"
    if stop is not None and stop.calls:
        since = "how long after the case was opened is unknown: the clock was set back"
        return f"the key was stopped, {since}{rest}"
    if stop is not None:
        return f"the key was stopped already when this case came to it{rest}"
    if report.header.status in ("Inactive", "Expired") and report.newest("deactivate") is None:
        return f"the key was {report.header.status} already when the case was opened{rest}"
    newest = report.newest("deactivate")
    if newest and newest.undo and newest.stands:
        return "not contained: the key was made Active again"
    if newest and newest.acted and not newest.undo:
        return "containment was requested, but AWS did not confirm it"
    return "not contained: nothing in the journal stopped the key"


def _used(report: Report) -> str:
    if not report.reviews:
        return "whether it was used is unknown: CloudTrail was not reviewed"
    reviewed, verdict = report.reviewed, report.reviews[-1].verdict
    if reviewed is None:
        return (
            f"by the journal's own words it was {verdict}" if verdict != "unknown" else "its use is unknown"
        )
    found, use = reviewed.attack, reviewed.use
    least = "" if report.reviews[-1].complete else "at least "
    if found and found.first and found.last:
        return _by_intruder(found, found.first, found.last, least)
    if use.first and use.last:
        places = _number(len(use.origins))
        which = "address" if len(use.origins) == 1 else "addresses"
        whose = "none of them new" if _known(report) else "whose is not known"
        return f"used from {least}{places} {which} {_for(use.first, use.last, '')}, {whose}"
    if use.refused:
        return f"{count(use.refused, 'call')} with it denied and none seen allowed"
    return "not seen used" if verdict == "not seen used" else "whether it was used is unknown"


def _known(report: Report) -> bool:
    """Whether addresses were told apart, and none was new."""
    return bool(report.reviewed and report.reviewed.told_apart and not report.reviewed.attack)


def _by_intruder(found: Attack, first: datetime, last: datetime, least: str) -> str:
    many = _number(len(found.addresses))
    which = "address" if len(found.addresses) == 1 else "addresses"
    span = _for(first, last, least)
    if found.sure:
        return f"used from {many} {which} not seen before {span}"
    why = "no suspected moment is set" if found.baseline else "there are no records of before"
    return f"used from {many} {which} not seen before {span}, which may not be an intruder's, as {why}"


def _for(first: datetime, last: datetime, least: str) -> str:
    return f"for {least}{spoken(last - first)}" if last > first else f"{least}once"


def _made(report: Report) -> str:
    made = [each for each in report.compromised if each.made]
    kinds: dict[str, list[Compromised]] = {}
    for each in made:
        kinds.setdefault(each.kind, []).append(each)
    told = ", ".join(_made_of(kind, group, report) for kind, group in kinds.items())
    sure = all(each.sure for each in made)
    return f"it {'made' if sure else 'may have made'} {told}" if told else ""


def _made_of(kind: str, group: list[Compromised], report: Report) -> str:
    states = ", ".join(dict.fromkeys(_state(each, report) for each in group))
    return f"{_number(len(group))} {kind}{'' if len(group) == 1 else 's'}, {states}"


def _state(each: Compromised, report: Report) -> str:
    """Since when it is so where this case did it, else when that was read."""
    for action in report.actions:
        for call in action.calls:
            mine = call.params.get("AccessKeyId") and str(call.params["AccessKeyId"]) in each.name.split()
            if mine and call.params.get("Status") == each.state == "Inactive" and call.ok and call.outcome_at:
                return f"Inactive since {moment(call.outcome_at, report.day)}"
    return f"{each.state} at {moment(each.at, report.day)}"


def _taken(report: Report) -> str:
    reviewed = report.reviewed
    if reviewed is None:
        return "What was taken is unknown: no review can be shown."
    found = reviewed.attack
    if found is None:
        return "What was taken is unknown: no use could be distinguished from the owner's."
    limits = "Reads of stored objects are recorded only where data events are; other data was not looked for."
    if not found.taken:
        what = f"{', '.join(LOOKED_FOR[:-1])} or {LOOKED_FOR[-1]}"
        return f"No read of any {what} by those addresses is among the records. {limits}"
    parts = []
    for each in found.taken:
        named = (
            f" ({', '.join(each.names[:3])}{' and more' if len(each.names) > 3 else ''})"
            if each.names
            else ""
        )
        parts.append(f"{each.what} read {count(each.times, 'time')}{named}")
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}, as far as records show. {limits}"


def _remains(report: Report) -> str:
    left = report.remaining
    if not left:
        return "Nothing is known to remain to do."
    return f"{count(len(left), 'thing')} to do, first: {left[0].words}"


def _number(many: int) -> str:
    return _NUMBERS[many] if many < len(_NUMBERS) else f"{many:,}"


def chronology(report: Report) -> Iterator[tuple[datetime, str]]:
    """The attack first, then what was done about it, in order of time."""
    told: list[tuple[datetime, str]] = []
    header, reviewed = report.header, report.reviewed
    if reviewed:
        told += _attacked(reviewed.attack)
        use = reviewed.use
        if reviewed.attack is None and use.first and use.last:
            told += [
                (use.first, "First recorded use of the key."),
                (use.last, "Last recorded use that AWS allowed."),
            ]
    if header.opened:
        told.append((header.opened, f"Case {header.case} was opened."))
    for action in report.actions:
        if action.agreed and action.calls:
            told.append((action.agreed.at, f"{action.title}: confirmed by AWS."))
        elif action.acted:
            told.append((action.acted, f"{action.title}: requested, not confirmed."))
    for line in report.reviews:
        told.append((line.at, f"CloudTrail was reviewed: {line.verdict}."))
    if header.closed:
        told.append((header.closed, "The case was closed."))
    yield from sorted(told, key=lambda each: each[0])


def _attacked(found: Attack | None) -> Iterator[tuple[datetime, str]]:
    if found is None:
        return
    yield from ((each.at, each.words) for each in found.moments)
    if found.last:
        yield found.last, "Last call with the key from those addresses that AWS allowed."
