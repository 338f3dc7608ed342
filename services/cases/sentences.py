"""What a responder is told or asked of calls that were sent, and of one that is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.aws.where import Where
from services.base.text import clean
from services.cases.deposit import words_of
from services.cases.lines import Entry
from services.cases.state import Doubt


def sent_unrecorded(entries: Iterable[Entry], unwritten: Iterable[Entry]) -> Iterator[str]:
    """What happened and is not on disk, as far as a person needs to know it."""
    operations = {entry.seq: entry.data["call"]["operation"] for entry in entries if entry.kind == "intent"}
    for entry in unwritten:
        data = entry.data
        operation = operations.get(data.get("intent", -1), "a call")
        match entry.kind:
            case "outcome" if data["ok"]:
                yield f"{operation} was sent and done (request {data.get('request_id') or 'without an id'})"
            case "outcome" if data.get("unknown"):
                yield f"{operation} was sent, and no answer came"
            case "outcome":
                yield f"{operation} was sent and refused"
            case "settled":
                yield f"{operation}: {data['words']}"
            case "verified":
                yield f"AWS was asked: {data['words']}"
            case "delivered":
                yield f"the new secret is in {words_of(str(data['where']))}"


def asked(doubt: Doubt) -> str:
    """What the responder is asked, with both readings."""
    theirs = " ".join(f"--not-ours {each}" for each in doubt.candidates)
    return (
        f"{_sentence(doubt)} Say first whether it is this case's "
        f"(`--ours {doubt.candidates[0]}`) or not (`{theirs}`): until then nothing is done with it."
    )


def _sentence(doubt: Doubt) -> str:
    """The name of a key or a policy stays as it is, wherever it stands."""
    words = doubt.words.rstrip(".")
    return f"{words if words.startswith(doubt.candidates) else words[:1].upper() + words[1:]}."


def no_way_out(barred: Sequence[str]) -> str:
    """Why a new key is not made: what stores its secret is not allowed."""
    return (
        f"Nothing was sent: you may not {' nor '.join(barred)}, so the new secret would be lost. Ask for "
        "that permission, or send the secret elsewhere (--secret-to file:PATH, or screen)."
    )


def belongs_elsewhere(opened: Mapping[str, object], signed_in: str, here: Where) -> str | None:
    """Why a case with that first line is not gone on with *here*, by who is *signed_in* to that account."""
    account = opened.get("account")
    if account and account != signed_in:
        return (
            f"This case belongs to account {clean(account)}; you are signed in to {signed_in}. "
            "Use a profile of the case's account."
        )
    if there := here.other_endpoint(opened):
        asked_now = here.endpoint or "AWS's own endpoint"
        return (
            f"This case was opened at {clean(there)}, and {asked_now} would be asked now: another account, "
            "even under the same number. Set AWS_ENDPOINT_URL to the case's endpoint."
        )
    return None
