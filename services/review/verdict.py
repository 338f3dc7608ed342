"""Used, not seen used, or unknown: never more than the coverage allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from services.review.coverage import Span
from services.review.model import Unreadable, Window
from services.review.newcomers import address, newcomers
from services.review.record import Event
from services.review.words import calls, listed, moment, times

FEW = 3
"""Regions, and periods, that are named in a sentence."""
FRESH = timedelta(days=1)
"""What happened so lately may still be under way to where it is read, where nothing shows how late it is."""

Verdict: TypeAlias = Literal["used", "not seen used", "unknown"]


def verdict(
    use: Sequence[Event],
    *,
    window: Window,
    gaps: Sequence[tuple[str, Span]],
    unreadable: Sequence[Unreadable],
    seen_in_force: datetime | None,
    suspected: datetime | None,
    delivered_until: datetime | None,
    now: datetime,
) -> tuple[Verdict, str]:
    """The verdict, and one or two sentences that say why."""
    let_in = [event for event in use if event.let_in]
    refused = [event for event in use if event.refused]
    force = f" Enforced: last denied call {moment(seen_in_force)}." if seen_in_force else ""
    empty = "the requested period is empty" if window.empty else ""
    why = "; ".join(part for part in (empty, _unrecorded(gaps, window), _unread(unreadable)) if part)
    if let_in:
        when = f"first {moment(let_in[0].time)}, last {moment(let_in[-1].time)}"
        whence = _whence(let_in, newcomers(use, address, suspected).since)
        more = f" There may be more: {why}." if why else ""
        return "used", f"Used {times(len(let_in))} {whence}, {when}.{force}{more}"
    tried = ""
    if refused:
        were = "was" if len(refused) == 1 else "were"
        last = f"last {moment(refused[-1].time)} from {refused[-1].source_ip}"
        tried = f" {calls(len(refused))} {were} denied, {last}."
    why = "; ".join(part for part in (_untold(use), why) if part)
    if why:
        return "unknown", f"Unknown: no call that AWS allowed was seen, but {why}.{tried}{force}"
    upto = late = ""
    if delivered_until is not None and delivered_until < window.until:
        upto = f" up to {moment(delivered_until)}"
        late = " What came after that may not be delivered yet."
    elif delivered_until is None and now - window.until < FRESH:
        late = " How late records arrive is unknown here, so the newest calls may be missing."
    return "not seen used", f"Not seen used{upto}, and use would have been recorded.{tried}{force}{late}"


def _untold(use: Sequence[Event]) -> str:
    """Calls that ended for AWS's own reasons: the key may have been taken for good."""
    if not (others := [event for event in use if not (event.let_in or event.refused)]):
        return ""
    errors = listed(dict.fromkeys(event.error or "" for event in others))
    was = "was" if len(others) == 1 else "were"
    last = f"last {moment(others[-1].time)} from {others[-1].source_ip}"
    return f"{calls(len(others))} {was} turned away for another reason than the key ({errors}), {last}"


def _unrecorded(gaps: Sequence[tuple[str, Span]], window: Window) -> str:
    spans: dict[Span, list[str]] = {}
    for region, span in gaps:
        spans.setdefault(span, []).append(region)
    parts = [f"in {_places(regions)}{_between(span, window)}" for span, regions in spans.items()]
    if len(parts) > FEW:
        parts = [*parts[:FEW], f"in {len(parts) - FEW:,} more periods"]
    return f"use is not known to have been recorded {', nor '.join(parts)}" if parts else ""


def _places(regions: Sequence[str]) -> str:
    if list(regions) == ["*"]:
        return "what these files do not contain"
    # The coverage lists them all.
    few = regions[:FEW] if len(regions) > FEW + 1 else regions
    more = f" and {len(regions) - len(few):,} more Regions" if len(few) < len(regions) else ""
    return ", ".join(few) + more


def _between(span: Span, window: Window) -> str:
    match span:
        case (window.since, window.until):
            return ""
        case (window.since, until):
            return f" before {moment(until)}"
        case (since, window.until):
            return f" after {moment(since)}"
        case (since, until):
            return f" from {moment(since)} to {moment(until)}"


def _unread(unreadable: Sequence[Unreadable]) -> str:
    match unreadable:
        case []:
            return ""
        case [only]:
            return f"{only.what} {only.error if only.missing else 'could not be read'}"
        case [first, *others] if first.missing:
            return f"{first.what} {first.error}, and {len(others):,} more could not be read or are missing"
        case [first, *others]:
            return f"{first.what} and {len(others):,} more could not be read"
    return ""


def _whence(let_in: Sequence[Event], since: datetime | None) -> str:
    """From how many addresses; the new ones are named, the others only where they are all there is."""
    seen = newcomers(let_in, address, since)
    count = len(seen.new) + len(seen.known)
    many = "1 address" if count == 1 else f"{count:,} addresses"
    if seen.new and since:
        return f"from {many} ({listed(seen.new)} not seen before {moment(since)})"
    return f"from {many} ({listed(seen.known)})" if count else "from no known address"
