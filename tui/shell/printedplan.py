"""A plan as a command prints it."""

from __future__ import annotations

import click

from services.cases.plan import Plan


def print_plan(plan: Plan, number: int | None = None) -> None:
    """A plan as a person reads it."""
    click.echo()
    click.echo(f"{number} {plan.step}: {plan.title}" if number else f"{plan.step}: {plan.title}")
    if plan.already:
        click.echo(f"  nothing to do: {plan.already}")
        return
    click.echo(f"  stops:         {plan.stops}")
    click.echo(f"  does not stop: {plan.leaves}")
    click.echo(
        f"  undo:          {plan.undo or ('nothing' if plan.step == 'review' else 'cannot be undone')}"
    )
    for warning in plan.warnings:
        click.echo(f"  warning:       {warning}")
    if plan.where.endpoint:
        click.echo(f"  warning:       requests go to {plan.where.endpoint}, which is not AWS's own endpoint")
    if plan.blocked:
        click.echo(f"  blocked:       {plan.blocked}")
    for call in plan.calls:
        click.echo(f"  $ {plan.where.aws(call)}")
