"""A group of commands that knows typos."""

from __future__ import annotations

import click


class Guessing(click.Group):
    """A group that says which of its commands was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            from services.base.nearest import no_such

            commands = self.list_commands(ctx)
            ctx.fail(no_such("command", name, commands, otherwise=f"They are {', '.join(commands)}."))
        return super().resolve_command(ctx, args)
