"""Several keys' rotations, planned and begun from the shell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import click

from services.aws.errors import ReadOnly
from services.base import clock
from services.cases.book import CaseBook
from services.incident.situation import Options
from services.keys.inventory import Inventory
from services.rotation.many import Begun, Candidate, begin_all, find
from tui.exits import Exit
from tui.shell.common import Setup, complain, confirm, print_json, print_table
from tui.shell.rescue import ask_where_else, can_ask


@dataclass(frozen=True, slots=True)
class Many:
    """All keys of that age, of one service or user where that is named."""

    setup: Setup
    older_than: timedelta
    service: str | None
    user: str | None
    options: Options
    only_plan: bool
    yes: bool
    take_over: bool
    as_json: bool

    async def run(self) -> int:
        book = CaseBook(self.setup.state_dir)
        if self.setup.read_only and not self.only_plan:
            raise ReadOnly("rotate")
        async with self.setup.session() as aws:
            found, candidates = await find(
                aws, book, self.older_than, self.options, service=self.service, user=self.user
            )
            for part in found.unreadable:
                complain(part.words)
            complete = found.complete and not any(one.blocked for one in candidates)
            if self.only_plan:
                self._show(found, candidates)
                return Exit.DONE if found.complete else Exit.INCOMPLETE
            ready = sum(one.plan is not None for one in candidates)
            if not self.yes:
                self._show(found, candidates)
                if ready:
                    where = self.setup.where.text
                    confirm(aws, f"Create a second key for {ready} in {where}?")
            begun = await begin_all(
                candidates,
                book,
                self._told,
                take_over=self.take_over,
                # Where nobody can be asked, a new key that nobody uses is reset when it is begun again.
                rescue=ask_where_else if can_ask() else None,
            )
        if self.as_json:
            rows = [_row(one.candidate) | _ended(one) for one in begun]
            print_json(self._document(found, rows))
        elif not candidates:
            complain(f"No key is {self.older_than.days} days old or more.")
        failed = any(one.error for one in begun)
        return Exit.DONE if complete and not failed else Exit.INCOMPLETE

    def _show(self, found: Inventory, candidates: Sequence[Candidate]) -> None:
        if self.as_json:
            print_json(self._document(found, [_row(one) for one in candidates]))
            return
        if not candidates:
            complain(f"No key is {self.older_than.days} days old or more.")
            return
        now = clock.now()
        click.echo(f"In {self.setup.where.text}:")
        print_table(
            ("KEY ID", "USER", "SERVICE", "STATUS", "AGE", "PLAN"),
            [
                (
                    one.key.id,
                    one.key.user,
                    one.key.short_service,
                    one.key.status.lower(),
                    f"{one.key.age_days(now)}d",
                    _words(one),
                )
                for one in candidates
            ],
        )
        for warning in dict.fromkeys(
            warning for one in candidates if one.plan for warning in one.plan.warnings
        ):
            complain(warning)

    def _told(self, begun: Begun) -> None:
        key = begun.candidate.key
        words = f"{key.id} of {key.user}: {begun.words.rstrip('.')}."
        if begun.error:
            complain(words)
        elif not self.as_json:
            click.echo(f"{words} Case {begun.case}.")

    def _document(self, found: Inventory, rows: Sequence[dict[str, object]]) -> dict[str, object]:
        return {
            "account": found.account,
            "complete": found.complete,
            "unreadable": [part.as_json() for part in found.unreadable],
            "older_than_days": self.older_than.days,
            "keys": list(rows),
        }


def _words(one: Candidate) -> str:
    if one.under_way:
        return f"under way in case {one.case}"
    if one.blocked:
        return f"blocked: {one.blocked}"
    return one.plan.title if one.plan else ""


def _row(one: Candidate) -> dict[str, object]:
    return one.key.as_json(clock.now()) | {
        "key_id": one.key.id,
        "case": one.case,
        "under_way": one.under_way,
        "blocked": one.blocked,
        "plan": one.plan.as_json() if one.plan else None,
    }


def _ended(one: Begun) -> dict[str, object]:
    made = one.candidate.rotation.state.replacement
    return {
        "case": one.case,
        "begun": not one.error,
        "message": one.words,
        "new_key_id": made.key_id if made else None,
        "secret": made.delivered if made else None,
    }
