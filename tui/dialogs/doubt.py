"""Asks whose something is that AWS cannot tell of: nothing is reset or deleted on a guess."""

from __future__ import annotations

from typing import Any

from textual.app import App

from services.cases.engine import CaseEngine
from services.cases.sender import gives_secret
from services.cases.settle import STATUSES
from services.cases.state import Doubt
from tui.dialogs.question import QuestionDialog


async def ask_doubts(app: App[Any], engine: CaseEngine, *, undo: bool) -> bool:
    """What must be known before anything is done or undone, question by question; whether all was answered.

    In a worker. The case must be held, so that an answer can be journaled. CloudTrail is asked first.
    """
    await engine.settle_all()
    while doubt := engine.state.doubt(undo=undo):
        for which in doubt.candidates:
            if await app.push_screen_wait(_ours(doubt, which)):
                await engine.answer_doubt(doubt, which)
                break
        else:
            if not await app.push_screen_wait(_theirs(doubt)):
                return False
            await engine.answer_doubt(doubt, None)
    return True


def _ours(doubt: Doubt, which: str) -> QuestionDialog:
    if gives_secret(doubt.intent.call):
        then = "If this case made it, its secret is lost: it is reset, or undone with the case."
    else:
        then = "If it was this case, it is undone with the case."
    told = (
        f"{doubt.words[:1].upper()}{doubt.words[1:]}.",
        f"{then} If it was someone else, it is theirs and is left alone.",
    )
    changed = doubt.intent.call.operation in STATUSES
    title = f"Did this case change {which}?" if changed else f"Did this case make {which}?"
    return QuestionDialog(title, told, "No, or not known", "Yes, this case's")


def _theirs(doubt: Doubt) -> QuestionDialog:
    named = " and ".join(doubt.candidates)
    told = ("Until that is known, nothing is done with it: CloudTrail has the record within minutes.",)
    return QuestionDialog(f"Is {named} someone else's?", told, "Not known yet", "Yes, leave it alone")
