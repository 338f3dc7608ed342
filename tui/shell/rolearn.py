"""The ARN of a role, as --role-arn takes it."""

from __future__ import annotations

import re

import click

from services.base.text import clean

_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)

Given = str | tuple[str, ...] | None


def role_arn(context: click.Context, option: click.Parameter, value: Given) -> Given:
    """*value* as it is; raises BadParameter where one in it is none."""
    given = value if isinstance(value, tuple) else () if value is None else (value,)
    for each in given:
        if not _ROLE.fullmatch(each):
            example = "arn:aws:iam::123456789012:role/NAME"
            raise click.BadParameter(f"{clean(each)!r} isn't the ARN of a role ({example}).")
    return value
