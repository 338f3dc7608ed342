"""`stanch sandbox`: a pretend AWS account on this machine, for any AWS client."""

from __future__ import annotations

import os

import click


@click.command(
    "sandbox",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
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
