"""What is left to do, as far as the journal tells; a closed case may have it too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from services.base.keyservices import ACCESS_KEY
from services.base.sizes import count
from services.incident.replace import orphan
from services.report.model import Action, Remaining, Report
from services.report.words import IN_FORCE, moment

_NAMED = 10
"""Secrets that one line names; the report has all of them."""


def remaining(report: Report) -> tuple[Remaining, ...]:
    """The gravest first; *report* needs neither these nor its story."""
    return tuple(left for rule in RULES for left in rule(report))


def _unsettled(report: Report) -> Iterator[Remaining]:
    for action in report.actions:
        for call in action.calls:
            if call.done is None:
                when = moment(call.intent_at, report.day)
                said = call.settled.words if call.settled else "its outcome is unknown"
                how = "" if call.settled else "; resume the case to ask AWS"
                yield Remaining("unsettled", f"{call.operation} of {when}: {said}{how}.")


def _old_key(report: Report) -> Iterator[Remaining]:
    deletion, switch = report.newest("delete"), _newest_done(report, "deactivate")
    if (deletion and deletion.stands) or (report.replacement and report.replacement.in_place):
        return
    key = report.header.key_id
    if switch is None and report.header.status in ("Inactive", "Expired"):
        was = f"was {report.header.status} when the case was opened"
        yield Remaining("old_key_kept", f"The leaked key {key} {was}, and has not been deleted.")
    elif switch and not switch.undo and switch.stands:
        yield Remaining(
            "old_key_kept", f"The leaked key {key} is Inactive (confirmed by AWS) and has not been deleted."
        )
    elif switch and switch.undo and switch.stands:
        yield Remaining("old_key_active", f"The leaked key {key} was made Active again.")
    else:
        yield Remaining("old_key_active", f"The leaked key {key} may still be Active.")


def _newest_done(report: Report, step: str) -> Action | None:
    """The newest that AWS acted on, or agreed to: one that failed since has changed nothing."""
    done = (one for one in reversed(report.actions) if one.step == step and (one.stands or one.acted))
    return next(done, report.newest(step))


def _not_in_force(report: Report) -> Iterator[Remaining]:
    switch, deletion = report.newest("deactivate"), report.newest("delete")
    gone = deletion is not None and deletion.stands
    if switch and not switch.undo and switch.stands and not switch.in_force and not gone:
        yield Remaining("not_in_force", f"The deactivation was not seen {IN_FORCE}: review again, or watch.")


def _orphan(report: Report) -> Iterator[Remaining]:
    made = report.replacement
    if made and orphan(made):
        yield Remaining(
            "orphan", f"{made.key_id} of {made.user} was created but its secret is lost: delete it."
        )


def _failed(report: Report) -> Iterator[Remaining]:
    for step in dict.fromkeys(action.step for action in report.actions):
        last = report.newest(step)
        if last and last.state in ("failed", "todo"):
            yield Remaining("failed", f"{last.title}: not done ({last.last.words.rstrip('.')}).")
        elif last and last.changed:
            yield Remaining(
                "changed", f"{last.title}: AWS agreed, and says otherwise now ({last.changed.words})."
            )
        elif last and last.state == "requested" and not _told_elsewhere(last, report):
            yield Remaining("requested", f"{last.title}: requested, but not seen done: {last.last.words}.")


def _told_elsewhere(action: Action, report: Report) -> bool:
    return any(call.done is None for call in action.calls) or (
        action.step == "replace" and orphan(report.replacement)
    )


def _not_reviewed(report: Report) -> Iterator[Remaining]:
    if not report.reviews:
        yield Remaining("not_reviewed", "CloudTrail was not reviewed: whether the key was used is unknown.")
        return
    last = report.reviews[-1]
    if not last.complete:
        yield Remaining(
            "review_incomplete",
            f"The review of {moment(last.at, report.day)} is not complete: see its coverage.",
        )
    grave = sum(found.severity == "high" for found in report.reviewed.findings) if report.reviewed else 0
    if grave:
        yield Remaining("findings", f"{count(grave, 'finding')} of high severity to follow up.")


def _hold(report: Report) -> Iterator[Remaining]:
    hold = _newest_done(report, "deny")
    if hold and not hold.undo and (hold.stands or hold.acted):
        user = report.header.user
        yield Remaining(
            "hold", f"The deny policy on {user} is still attached: it stops a replacement of that user too."
        )


def _compromised(report: Report) -> Iterator[Remaining]:
    for each in report.compromised:
        if not each.ended:
            as_well = "Compromised as well" if each.sure else "May be compromised as well"
            read = f"{each.state}, read {moment(each.at, report.day)}"
            yield Remaining("compromised", f"{as_well}: {each.name} ({read}), {each.why}: {each.lever}.")


def _made(report: Report) -> Iterator[Remaining]:
    for each in report.made:
        if not each.ended:
            read = f"{each.state}, read {moment(each.at, report.day)}"
            yield Remaining("intruder", f"The intruder made {each.text} ({read}): {each.lever}.")


def _to_rotate(report: Report) -> Iterator[Remaining]:
    if report.reviewed and (found := report.reviewed.to_rotate):
        named = ", ".join(dict.fromkeys(each.name for each in found[:_NAMED]))
        more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        yield Remaining("rotate", f"Rotate what was read: {named}{more}.")


def _groups_off(report: Report) -> Iterator[Remaining]:
    switched: dict[tuple[str | None, str], bool] = {}
    for action in report.actions:
        for call in action.calls:
            if call.operation == "PutBearerTokenAuthentication" and call.done is not False:
                group = str(call.params.get("logGroupIdentifier"))
                switched[call.region, group] = bool(call.params.get("bearerTokenAuthenticationEnabled"))
    for (region, group), on in switched.items():
        if not on:
            where = f"{group} in {region}" if region else group
            yield Remaining("group_off", f"Bearer authentication is off for {where}.")


def _access_keys_off(report: Report) -> Iterator[Remaining]:
    status = {
        str(call.params.get("AccessKeyId")): call.params.get("Status")
        for action in report.actions
        for call in action.calls
        if call.operation in ("UpdateAccessKey", "DeleteAccessKey") and call.done is not False
    }
    # The key that the case is about has its own line.
    status.pop(report.header.key_id, None)
    if off := [key_id for key_id, now in status.items() if now == "Inactive"]:
        words = f"Access keys made Inactive and not deleted: {', '.join(off)}."
        yield Remaining("access_keys_off", words)


def _sessions(report: Report) -> Iterator[Remaining]:
    ended = _newest_done(report, "sessions")
    if ended and not ended.undo and (ended.stands or ended.acted):
        # It went as far as it could.
        yield from (Remaining("sessions", words) for words in ended.left)
    elif report.header.service == ACCESS_KEY:
        yield Remaining(
            "sessions",
            f"The sessions that {report.header.key_id} opened were not ended: they work without it, for up "
            "to 36 hours.",
        )


def _secret_file(report: Report) -> Iterator[Remaining]:
    for path in dict.fromkeys(_files(report.actions)):
        if Path(path).exists():
            yield Remaining("secret_file", f"The new secret is still in the file {path}: remove it.")


def _files(actions: tuple[Action, ...]) -> Iterator[str]:
    for action in actions:
        kind, _, path = action.delivered.words.partition(":") if action.delivered else ("", "", "")
        if kind == "file" and path:
            yield path


def _no_replacement(report: Report) -> Iterator[Remaining]:
    if report.replacement is None:
        yield Remaining(
            "no_replacement", "Whatever used the key legitimately has no replacement from this case."
        )


def _flaws(report: Report) -> Iterator[Remaining]:
    if flaws := report.journal.flaws:
        yield Remaining("flaws", f"{count(len(flaws), 'flaw')} in the journal or the evidence to explain.")


def _not_closed(report: Report) -> Iterator[Remaining]:
    if report.header.closed is None:
        yield Remaining("not_closed", "The case is open: close it when nothing else is left.")


RULES: tuple[Callable[[Report], Iterator[Remaining]], ...] = (
    _flaws,
    _unsettled,
    _orphan,
    _old_key,
    _compromised,
    _made,
    _to_rotate,
    _failed,
    _not_in_force,
    _groups_off,
    _access_keys_off,
    _sessions,
    _hold,
    _secret_file,
    _not_reviewed,
    _no_replacement,
    _not_closed,
)
