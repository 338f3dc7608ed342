"""How Athena is to be used, as the commands that review take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from services.review.model import Athena


def athena_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--athena-workgroup, --athena-output and --athena-create; `given_athena` has what was said."""
    for name, options in (
        ("create", {"is_flag": True, "help": "Create Athena's table over the trail."}),
        ("output", {"metavar": "S3", "help": "s3://… for Athena's results, if the workgroup has none."}),
        ("workgroup", {"metavar": "NAME", "help": "Where Athena's queries run."}),
    ):
        command = click.option(f"--athena-{name}", expose_value=False, callback=_keep, **options)(command)
    return command


def given_athena() -> Athena:
    said = click.get_current_context().meta.get
    create = bool(said("stanch.athena_create"))
    return Athena(said("stanch.athena_workgroup"), said("stanch.athena_output"), create=create)


def _keep(ctx: click.Context, param: click.Parameter, value: object) -> None:
    ctx.meta[f"stanch.{param.name}"] = value
