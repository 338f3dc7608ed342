"""A command of the responder's own: what will run, and what it says."""

from __future__ import annotations

from textual.app import ComposeResult

from services.quoting.shell import command
from tui.commands.bindings import bindings
from tui.dialogs.question import QuestionDialog
from tui.frame.base import StanchScreen
from tui.look.lines import Line
from tui.routes import ToHook
from tui.screens.hook.commands import HOOK
from tui.screens.hook.running import run
from tui.widgets.page import Page
from tui.widgets.rule import Rule

_RUNNING = "running; esc ends it"
_WELL = ("", _RUNNING, "done", "not run")
_WHERE = "It runs on this machine, without a shell, and without AWS's credentials or other secrets around it."


class HookScreen(StanchScreen):
    """Leaving it ends what still runs."""

    scope = HOOK
    BINDINGS = bindings(scope)

    def __init__(self, to: ToHook) -> None:
        super().__init__()
        self._to = to
        self._said: list[str] = []

    def body(self) -> ComposeResult:
        yield Rule(self._to.name, id="hook-rule")
        yield Page(id="output")

    @property
    def _command(self) -> str:
        return f"$ {command(*self._to.argv)}"

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#output", Page))
        self._tell([], "")
        self.do_refresh()

    def do_refresh(self) -> None:
        """Run it, or run it again."""
        self.run_worker(self._run(), group="hook", exclusive=True)

    async def _run(self) -> None:
        if self._to.confirm:
            question = QuestionDialog(f"Run {self._to.name}?", (self._command, _WHERE), "Leave it", "Run it")
            if not await self.app.push_screen_wait(question):
                self._tell(self._said, "not run")
                return
        self._tell([], _RUNNING)
        how = await run(self._to.argv, lambda said: self._tell(said, _RUNNING))
        self._tell(self._said, how)

    def _tell(self, said: list[str], how: str) -> None:
        self._said = said
        if not self.drawable:
            return
        self.query_one("#hook-rule", Rule).entitle(self._to.name, how)
        lines: list[Line] = [((line, "text"),) for line in said]
        if how not in _WELL:
            lines += [(), (("! ", "warn"), (how, "warn"))]
        self.query_one("#output", Page).show([((self._command, "quiet"),), (), *lines])
        self.commands_changed()

    def copied(self) -> str | None:
        return "\n".join(self._said) or None

    def paged(self) -> str | None:
        return self.copied()
