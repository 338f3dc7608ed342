"""`stanch sandbox`: a pretend AWS account on this machine, for any AWS client."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _Sandbox(click.Command):
    """Its options are the sandbox's own, so they are completed from there."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            from sandbox.__main__ import options
        except ImportError:
            return []
        written = [(name, about) for names, about in options() for name in names.split(", ")]
        found = [(name.split()[0], about) for name, about in written]
        return [CompletionItem(name, help=about) for name, about in found if name.startswith(incomplete)]


def _values(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Of the option that was typed last, where it has a few."""
    try:
        from sandbox.__main__ import options
    except ImportError:
        return []
    typed = (ctx.params.get("arguments") or ("",))[-1]
    written = dict(names.rpartition(", ")[2].split(" ", 1) for names, _ in options() if " [" in names)
    values = written.get(typed, "[]")[1:-1].split("|")
    return [value for value in values if value and value.startswith(incomplete)]


@click.command(
    "sandbox",
    cls=_Sandbox,
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, shell_complete=_values)
@click.pass_context
def command(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Serve a simulated account and print the lines that point any AWS client at it."""
    try:
        from sandbox.client.environment import forget_this_machine

        # moto reads its own variables when it is imported.
        left = forget_this_machine(os.environ)
        from sandbox.__main__ import run
    except ImportError as error:
        raise click.ClickException(missing(error)) from None
    ctx.exit(run(list(arguments), left))


def missing(error: ImportError) -> str:
    return f"The sandbox is not installed ({error.name} is missing): install stanch[sandbox]."
