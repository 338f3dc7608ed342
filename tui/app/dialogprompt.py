"""Carries the code that somebody types in a dialog to whoever waits for it."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App


class DialogPrompt:
    """Asks in a dialog over whatever screen is open; *app* may be asked from any task."""

    on_screen = True

    def __init__(self, app: App[Any]) -> None:
        self._app = app

    async def __call__(self, question: str, trouble: str | None) -> str | None:
        from tui.dialogs.mfacode import MfaCodeDialog

        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def answered(typed: str | None) -> None:
            if not answer.done():
                answer.set_result(typed or "")

        # In the app's own task: this one belongs to whatever call came first.
        self._app.call_later(self._app.push_screen, MfaCodeDialog(question, trouble), answered)
        return await answer
