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


def welcome(app: Welcoming) -> None:
    """Tell a newcomer to the demo what leaked, and whoever is in a drill what it is about."""
    token = app.options.leaked() if app.options.leaked else None
    if not token:
        show_alert(app)
        return
    from tui.dialogs.welcome import WelcomeDialog

    app.push_screen(WelcomeDialog(token), _identifying(app, token))


def show_alert(app: Welcoming) -> None:
    """Say what the drill is about, as far as the alert tells."""
    if (drill := app.options.drill) is None:
        return
    from tui.dialogs.welcome import AlertDialog

    found = drill.exercise.found
    app.push_screen(AlertDialog(drill.exercise.alert or "", found), _identifying(app, found))


def _identifying(app: Host, token: str | None) -> Callable[[bool | None], None]:
    def answered(identify: bool | None) -> None:
        if identify:
            app.open(ToIdentify(token))

    return answered
