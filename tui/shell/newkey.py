"""What the commands that make a key say of it: the secret where that was asked for, once, and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import click

from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.base import clock
from services.cases.deposit import words_of
from services.cases.secret import Destination, ToScreen
from services.cases.state import CaseState
from services.goals.engine import Upkeep
from services.goals.goal import Goal
from tui.shell.secretplace import destination
from tui.shell.streams import require_output
from tui.shell.upkeep import How


class KeyGoal(Goal, Protocol):
    async def key(self, aws: AwsSession, case: CaseState) -> Credential | None:
        """The key that is meant, if there is one."""


def checked_destination(how: How, text: str, kms_key: str | None, tags: tuple[str, ...]) -> Destination:
    """Raises a UsageError, also where a secret for eyes only would get into a document."""
    how.check()
    found = destination(text, kms_key, tags)
    if isinstance(found, ToScreen) and how.as_json and not (how.only_plan or how.undo):
        raise click.UsageError(
            "--secret-to screen and --json cannot be combined: the secret is shown only to you."
        )
    if isinstance(found, ToScreen) and not (how.only_plan or how.undo):
        require_output()
    return found


async def key_fields(goal: KeyGoal, upkeep: Upkeep) -> dict[str, object]:
    """Show a secret that is to be shown; which key it is, and where its secret went."""
    await _show_secret(upkeep)
    made, key = upkeep.state.replacement, await goal.key(upkeep.aws, upkeep.state)
    # One that was just made may not be listed yet.
    ours = made is not None and (key is None or made.key_id == key.id)
    return {
        "key_id": key.id if key else made.key_id if made else None,
        "expires": clock.rfc3339(key.expires) if key and key.expires else None,
        "made": ours,
        "secret": made.delivered if made and ours else None,
    }


def tell_key(more: Mapping[str, object]) -> None:
    if not more:
        # It was taken back.
        return
    key_id, secret = more["key_id"], more["secret"]
    until = f"until {str(more['expires'])[:10]}" if more["expires"] else "without an expiry"
    if key_id and not more["made"]:
        click.echo(f"Key {key_id}, {until}: it already existed; its secret is where it was stored then.")
    elif key_id and secret:
        where = "was shown once on the screen" if secret == "screen" else f"is in {words_of(str(secret))}"
        click.echo(f"Key {key_id}, {until}. Its secret {where}.")


async def _show_secret(upkeep: Upkeep) -> None:
    if upkeep.secret and isinstance(upkeep.goal.secret_to, ToScreen):
        click.echo(upkeep.secret.reveal())
        await upkeep.hand_over(ToScreen())
