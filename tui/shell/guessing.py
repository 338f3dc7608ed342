"""A group of commands that knows typos."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import click


class _Context(click.Context):
    """Tells an error in use where it was made: click's parser leaves that out of some."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, click.UsageError) and error.ctx is None:
            error.ctx = self
        super().__exit__(kind, error, trace)


class Guessing(click.Group):
    """A group that says which of its commands was meant."""

    context_class = _Context

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            from services.base.nearest import no_such

            commands = self.list_commands(ctx)
            ctx.fail(no_such("command", name, commands, otherwise=f"They are {', '.join(commands)}."))
        found, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            command.context_class = _Context
            for parameter in command.params:
                if parameter.type is click.STRING:
                    parameter.type = _GIVEN
        return found, command, rest


class _Given(click.types.StringParamType):
    """Text that is there: an empty one is a script's variable that was never set, and would stand for all."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = super().convert(value, param, ctx)
        if not text.strip():
            self.fail("it is empty.", param, ctx)
        return text


_GIVEN = _Given()
