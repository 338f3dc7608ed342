"""What happened, in five lines that say no more than the journal and the coverage allow."""

from __future__ import annotations

from services.base.keyservices import short_service
from services.base.sizes import count
from services.cases.deposit import words_of
from services.report.model import Action, Report, Sentence
from services.report.words import AWS_SAYS, IN_FORCE, REQUESTED, moment, stamp, title

NOUNS = {
    ("deactivate", False): "Deactivation",
    ("deactivate", True): "Reactivation",
    ("deny", False): "Deny policy of the user",
    ("deny", True): "Removal of the deny policy",
    ("groups", False): "Log groups refuse bearer tokens",
    ("groups", True): "Log groups take bearer tokens again",
    ("access-keys", False): "Access keys made Inactive",
    ("access-keys", True): "Access keys made Active again",
    ("intruder", False): "What the intruder made stopped",
    ("intruder", True): "What the intruder made restored",
}

_NO_LEVER = ("replace", "delete", "review", "security-ir")


def story(report: Report) -> tuple[Sentence, ...]:
    """The five lines; *report* needs all its parts but these."""
    return (
        Sentence("Opened", _opened(report)),
        Sentence("Stopped", _stopped(report)),
        Sentence("Used", _used(report)),
        Sentence("Replaced", _replaced(report)),
        Sentence("Now", _now(report)),
    )


def degrees(action: Action, report: Report) -> str:
    """How sure an action's effect is: requested, AWS says so, seen in force, each with its time."""
    day = report.day
    parts = [f"{REQUESTED} {moment(action.requested, day)}"] if action.requested else ["no call was needed"]
    when = moment(action.last.at, day)
    match action.state:
        case "failed":
            parts.append(f"failed {when} ({action.last.words.rstrip('.')})")
        case "unknown":
            parts.append("what AWS did is not known")
        case "todo":
            parts.append(f"not done ({action.last.words})")
        case _ if action.agreed:
            parts.append(f"{AWS_SAYS} {moment(action.agreed.at, day)}")
        case _:
            parts.append("not confirmed by AWS")
    if action.changed:
        parts.append(f"otherwise since {moment(action.changed.at, day)} ({action.changed.words.rstrip('.')})")
    if action.in_force:
        why = action.in_force.words.removeprefix(f"{IN_FORCE}: ")
        parts.append(f"{IN_FORCE} {moment(action.in_force.at, day)} ({why})")
    elif action.aws_says and not action.undo and action.step in ("deactivate", "deny"):
        parts.append(f"not seen {IN_FORCE}")
    return ", ".join(parts)


def _opened(report: Report) -> str:
    header = report.header
    when = f" {stamp(header.opened)}" if header.opened else ""
    status = f", then {header.status}" if header.status else ""
    who = f"{header.responder} ({header.login or 'someone'} on {header.host})"
    return (
        f"Case {header.case} was opened{when} by {who} "
        f"for the {short_service(header.service)} key {header.key_id} of {header.user}{status}."
    )


def _stopped(report: Report) -> str:
    told = [
        f"{NOUNS.get((action.step, action.undo)) or title(action.step, action.undo)}: "
        f"{degrees(action, report)}."
        for action in report.actions
        if action.step not in _NO_LEVER
    ]
    if not told:
        return "Nothing in the journal stopped the key."
    return " ".join(told)


def _used(report: Report) -> str:
    if not report.reviews:
        return "Not reviewed: whether the key was used is unknown."
    last = report.reviews[-1]
    at = f"Review of {moment(last.at, report.day)}"
    said = last.words if last.words.endswith(".") else f"{last.words}."
    # The review's words already tell where it is incomplete.
    how = f" Attributed {report.reviewed.attribution.partition(':')[0]}." if report.reviewed else ""
    return f"{at}: {said}{how}"


def _replaced(report: Report) -> str:
    made, day = report.replacement, report.day
    if made is None:
        said = "No replacement stands."
    elif made.in_place:
        said = f"The key was reset in place {moment(made.at, day)}; {_whereabouts(made.delivered)}."
    else:
        said = (
            f"Replacement {made.key_id} of {made.user} was created {moment(made.at, day)}; "
            f"{_whereabouts(made.delivered)}."
        )
    deletion = report.newest("delete")
    if deletion:
        return f"{said} Deletion of the leaked key: {degrees(deletion, report)}."
    return said if made and made.in_place else f"{said} The leaked key was not deleted."


def _whereabouts(delivered: str | None) -> str:
    if delivered is None:
        return "its secret is lost"
    if delivered == "screen":
        return "its secret was shown on the screen"
    return f"its secret went to {words_of(delivered)}"


def _now(report: Report) -> str:
    closed, left = report.header.closed, len(report.remaining)
    case = f"The case was closed {moment(closed, report.day)}" if closed else "The case is open"
    remains = f"{count(left, 'thing')} {'remains' if left == 1 else 'remain'} to do" if left else None
    journal = report.journal
    if journal.flaws:
        proof = f"{count(len(journal.flaws), 'flaw')} in the journal or the evidence"
    else:
        proof = (
            f"the journal's {count(journal.lines, 'line')} and the evidence are consistent with themselves"
        )
    return f"{case}; {remains or 'nothing is known to remain'}; {proof}."
