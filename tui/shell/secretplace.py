"""Where a new secret goes, as options of the commands that make keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from services.cases.secret import Destination, ToSecretsManager, parse_destination, parse_tag


def secret_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--secret-to, --kms-key, --secret-tag and --secret-anyway."""
    for option in (
        click.option(
            "--secret-anyway",
            is_flag=True,
            expose_value=False,
            callback=_keep_anyway,
            help="Store it in a secret that is there though others may read it, or another account's key "
            "encrypts it.",
        ),
        click.option(
            "--secret-tag",
            "secret_tags",
            metavar="KEY=VALUE",
            multiple=True,
            help="A tag for a new secret; may be repeated.",
        ),
        click.option(
            "--kms-key", metavar="KEY", help="Encrypt a new secret with this KMS key: id, alias or ARN."
        ),
        click.option(
            "--secret-to",
            metavar="WHERE",
            default="secretsmanager",
            show_default=True,
            help="Where a new secret goes: secretsmanager[:NAME], file:PATH (new, 0600) or screen.",
        ),
    ):
        command = option(command)
    return command


def _keep_anyway(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    ctx.meta[_ANYWAY] = value


_ANYWAY = "stanch.secret_anyway"


def destination(text: str, kms_key: str | None, tags: tuple[str, ...]) -> Destination:
    """Raises a UsageError."""
    try:
        found, given = parse_destination(text), tuple(parse_tag(tag) for tag in tags)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if isinstance(found, ToSecretsManager):
        anyway = bool(click.get_current_context().meta.get(_ANYWAY))
        return replace(found, kms_key=kms_key, tags=given, anyway=anyway)
    if kms_key or given:
        raise click.UsageError("--kms-key and --secret-tag need a secret that goes to Secrets Manager.")
    return found


def age_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--days and --never-expires."""
    command = click.option(
        "--never-expires", is_flag=True, help="Create a key that never expires (not advised)."
    )(command)
    return click.option(
        "--days",
        type=click.IntRange(1, 36600),
        default=90,
        show_default=True,
        help="When the key expires: 1, 5, 30, 90, 365 or any number.",
    )(command)
