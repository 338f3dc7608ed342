"""The commands of a scope as Textual has them."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.commands.table import within


def bindings(scope: str) -> list[BindingType]:
    """Textual's bindings for *scope*; each has the command's id, so that its keys can be changed."""
    return [
        Binding(",".join(command.keys), f"command('{command.id}')", command.label, show=False, id=command.id)
        for command in within(scope)
        if command.keys
    ]
