"""A new secret that could not be stored: offered to whoever is there, before it is given up."""

from __future__ import annotations

from typing import Any

from textual.app import App

from services.cases.engine import CaseEngine
from services.cases.errors import RunbookError
from services.cases.secret import ToScreen
from tui.dialogs.question import QuestionDialog
from tui.dialogs.secret import SecretDialog
from tui.frame.base import Commands
from tui.host import host_of


async def rescue(app: App[Any], engine: CaseEngine, why: str) -> None:
    """Must be called by a worker."""
    made = engine.state.replacement
    if engine.secret is None or made is None:
        return
    told = (
        why,
        "It is in memory alone, and lost when this program ends. Shown here it can be copied to where it "
        "belongs; kept in memory it is stored when the step is taken again.",
    )
    title = f"The secret of {made.key_id} is not stored"
    if await app.push_screen_wait(QuestionDialog(title, told, "Keep it in memory", "Show it here")):
        await show(app, engine)


async def show(app: App[Any], engine: CaseEngine) -> bool:
    """The secret in hand, once; whether it was seen. Must be called by a worker of *app*, the Host."""
    made = engine.state.replacement
    if engine.secret is None or made is None:
        return False
    had = await app.push_screen_wait(SecretDialog(made.key_id, made.user, engine.secret))
    if had:
        await _journal_seen(app, engine, made.key_id)
    else:
        engine.forget_secret()
    return had


async def _journal_seen(app: App[Any], engine: CaseEngine, key_id: str) -> None:
    try:
        await engine.hand_over(ToScreen())
    except RunbookError as error:
        engine.forget_secret()
        host_of(app).keep(f"journaling that the secret of {key_id} was seen", error)
        if isinstance(screen := app.screen, Commands):
            screen.say(f"{error}  (! shows it again)", "alarm")
