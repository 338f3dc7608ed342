"""Takes a secret without ever showing it: pasted or typed, handed over once, then wiped."""

from __future__ import annotations

from textual import events
from textual.message import Message

from tui.look import words
from tui.look.lines import Line, fit
from tui.widgets.lines import Lines

MOST = (1 << 20) + 1
"""Characters kept of what is pasted: more than is looked through for a key, so that it is told "too long"."""


class SecretField(Lines, can_focus=True):
    """Tells how much it holds, never what; take() empties it."""

    class Given(Message):
        """Something was pasted, or enter was pressed: it can be taken."""

    def __init__(self, prompt: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._prompt = prompt
        self._held = bytearray()
        self._length = 0

    def take(self) -> str:
        """What was given; the field is empty from then on."""
        given = self._held.decode("utf-8", "replace")
        self.wipe()
        return given

    @property
    def is_empty(self) -> bool:
        return not self._held

    def wipe(self) -> None:
        for at in range(len(self._held)):
            self._held[at] = 0
        self._held.clear()
        self._length = 0
        self._redraw()

    def give(self, text: str) -> None:
        """As if *text* was pasted."""
        self._add(text)
        self.post_message(self.Given())

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key in ("enter", "backspace", "ctrl+u") or (character is not None and character.isprintable())

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.give(event.text)

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter" and self._held:
            self.post_message(self.Given())
        elif event.key == "backspace" and self._held:
            del self._held[-1]
            self._length = len(self._held)
        elif event.key == "ctrl+u":
            self.wipe()
        elif event.is_printable and event.character:
            self._add(event.character)
        else:
            return
        event.stop()
        event.prevent_default()
        self._redraw()

    def watch_has_focus(self, focused: bool) -> None:
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def _add(self, text: str) -> None:
        self._length += len(text)
        self._held += text[: max(0, MOST - len(self._held))].encode("utf-8", "replace")
        self._redraw()

    def _redraw(self) -> None:
        if self._length:
            told: Line = (
                ("•" * min(self._length, 24), "text"),
                (f" {words.count(self._length, 'character')}", "quiet"),
            )
        else:
            told = ((self._prompt, "quiet"),)
        cursor: Line = (("▏", "accent"),) if self.has_focus else ((" ", "text"),)
        self.draw([fit(((" ", "text"), *cursor, *told), self.size.width)])
