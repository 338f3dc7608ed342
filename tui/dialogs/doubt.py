"""Asks whose something is that AWS cannot tell of: nothing is reset or deleted on a guess."""

from __future__ import annotations

from typing import Any

from textual.app import App

from services.cases.engine import CaseEngine
from services.cases.state import Doubt
from tui.dialogs.question import QuestionDialog


async def ask_doubts(app: App[Any], engine: CaseEngine) -> bool:
    """Each of the case's doubts, one after the other; whether all were answered. In a worker.

    The case must be held, so that an answer can be journaled.
    """
    for doubt in tuple(engine.state.doubts.values()):
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
    told = (
        f"{doubt.words[:1].upper()}{doubt.words[1:]}.",
        "If this case made it, its secret is lost: it is reset, or undone with the case. If someone "
        "else made it, it is theirs and is left alone.",
    )
    return QuestionDialog(f"Did this case make {which}?", told, "No, or not known", "Yes, this case's")


def _theirs(doubt: Doubt) -> QuestionDialog:
    named = " and ".join(doubt.candidates)
    told = ("Until that is known, nothing is done with it: CloudTrail has the record within minutes.",)
    return QuestionDialog(f"Is {named} someone else's?", told, "Not known yet", "Yes, leave it alone")
