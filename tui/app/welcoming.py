"""What a newcomer is told first: what leaked in the demo, or a drill's alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from textual.screen import Screen

from tui.host import Host
from tui.routes import ToIdentify


class Welcoming(Host, Protocol):
    """The app, as it shows a dialog."""

    def push_screen(self, screen: Screen[Any], callback: Callable[[Any], None] | None = None) -> Any: ...


def show_alert(app: Welcoming) -> None:
    """Say what a drill's alert tells, or what leaked in the demo."""
    from tui.dialogs.welcome import AlertDialog, WelcomeDialog

    if drill := app.options.drill:
        found = drill.exercise.found
        app.push_screen(AlertDialog(drill.exercise.alert or "", found), _identifying(app, found))
    elif app.options.leaked and (token := app.options.leaked()):
        app.push_screen(WelcomeDialog(token), _identifying(app, token))


def _identifying(app: Host, token: str | None) -> Callable[[bool | None], None]:
    def answered(identify: bool | None) -> None:
        if identify:
            app.open(ToIdentify(token))

    return answered
