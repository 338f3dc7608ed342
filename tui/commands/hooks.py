"""The responder's own commands, as configured: to be had on every screen, by key and by name."""

from __future__ import annotations

from collections.abc import Iterable

from tui.commands import table
from tui.commands.command import Blocked, Command, Leads, Scene
from tui.routes import ToHook
from tui.settings.hooks import HookConfig, Unfilled


def add(hooks: Iterable[HookConfig]) -> tuple[str, ...]:
    """Make them commands, once those of the program have their keys; a sentence for each key not given."""
    return table.add(map(_command, hooks))


def _command(hook: HookConfig) -> Command:
    keys = (hook.key,) if hook.key else ()
    about = f"Your own command: {hook.command.rstrip('.')}."
    return Command(hook.id, keys, hook.name, about, blocked=_blocked(hook), to=_leads(hook))


def _blocked(hook: HookConfig) -> Blocked:
    def reason(scene: Scene) -> str | None:
        if scene.read_only and not hook.safe:
            return "started with --read-only, and it isn't marked safe"
        try:
            hook.argv(scene.hook_values)
        except Unfilled as error:
            return str(error)
        return None

    return reason


def _leads(hook: HookConfig) -> Leads:
    return lambda scene: ToHook(hook.name, hook.argv(scene.hook_values), hook.confirm)
