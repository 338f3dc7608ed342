"""Asks for all that is known of one key, section by section, and keeps it as rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from services.aws import iam
from services.aws.errors import AwsError
from services.aws.sts import get_caller
from services.base.keyservices import KeyService
from services.cases.book import CaseBook
from services.cases.errors import CaseError
from services.keys import keydetails
from services.keys.holdings import UserHoldings, examine_user
from services.keys.inventory import Key, assess, with_holdings
from services.keys.keydetails import PolicyFound
from services.review import lastevents
from tui.screens.keys import keyrows
from tui.screens.keys.keyrows import KeyRow

if TYPE_CHECKING:
    from services.aws.where import Where
    from tui.host import Host

Read = Callable[[], Awaitable[None]]


class KeyReader:
    """*on_change* is called when rows have come; each of `reads` is asked for by itself."""

    def __init__(self, host: Host, key: Key, change: str | None, on_change: Callable[[], None]) -> None:
        self.key = key
        self.policies: dict[str, PolicyFound] = {}
        self.others: dict[str, Key] = {}
        """The other keys of its user."""
        self._host = host
        self._change = change
        self._on_change = on_change
        self._held: UserHoldings | None = None
        user = key.user
        self._sections: dict[str, list[KeyRow]] = {
            "key": keyrows.of_key(key, change, host.options.now()),
            "case": [keyrows.waiting("case", "looking for its case…")],
            "holds": [keyrows.waiting("holds", f"reading what else {user} has…")],
            "tokens": [keyrows.waiting("tokens", f"asking whether {user} may use tokens…")],
            "policies": [keyrows.waiting("policies", "reading its policies…")],
        }
        if key.service == KeyService.LOGS:
            self._sections["reach"] = [keyrows.waiting("reach", "asking where its user may write…")]
        self._sections["events"] = [keyrows.waiting("events", "asking the event history…")]

    @property
    def rows(self) -> list[KeyRow]:
        return [row for rows in self._sections.values() for row in rows]

    @property
    def changeable(self) -> Mapping[str, Read]:
        """By section, what another screen may have changed."""
        return {"key": self._read_key, "case": self._read_case}

    @property
    def reads(self) -> Mapping[str, Read]:
        """All of it, by section."""
        more: dict[str, Read] = {
            "holds": self._read_holdings,
            "tokens": self._read_rights,
            "events": self._read_events,
        }
        return {
            **self.changeable,
            **more,
            **({"reach": self._read_reach} if "reach" in self._sections else {}),
        }

    async def attempt(self, section: str, read: Read) -> bool:
        """Whether *read* succeeded; what fails stands in its section, and in the error log."""
        try:
            await read()
            return True
        except (AwsError, CaseError) as error:
            self._host.keep(f"reading the {section} of {self.key.id}", error)
            self._put(section, [keyrows.failed(section, error)])
            return False

    def _put(self, section: str, rows: list[KeyRow]) -> None:
        self._sections[section] = rows
        self._on_change()

    async def _read_key(self) -> None:
        found = assess(
            await iam.list_credentials(await self._host.aws(), self.key.user), self._host.options.now()
        )
        by_id = {each.id: each for each in found}
        gone = replace(self.key, credential=replace(self.key.credential, status="gone"), risks=())
        self.key = by_id.pop(self.key.id, gone)
        self.others = by_id
        self._put_user()

    async def _read_holdings(self) -> None:
        aws = await self._host.aws()
        self._held = held = await examine_user(aws, self.key.user)
        self._put_user()
        found = await keydetails.policies_of(aws, held, self.key.service)
        self.policies = {policy.name: policy for policy in found}
        self._put("policies", keyrows.of_policies(found))

    def _put_user(self) -> None:
        if self._held is not None:
            self.key = with_holdings(self.key, self._held)
            others = [each.credential for each in self.others.values()]
            self._put("holds", keyrows.of_holdings(self._held, others, self.key.service))
        self._put("key", keyrows.of_key(self.key, self._change, self._host.options.now()))

    async def _read_case(self) -> None:
        aws = await self._host.aws()
        await get_caller(aws)
        self._put("case", await asyncio.to_thread(self._cases, aws.where))

    def _cases(self, where: Where) -> list[KeyRow]:
        book, closed = CaseBook(self._host.options.state_dir), 0
        for case in book.cases():
            with suppress(CaseError):  # the cases screen says what is wrong with it
                state = case.state()
                mine = state.opened.get("key_id") == self.key.id and where.has(state.opened)
                closed += mine and state.closed_at is not None
        found = book.open_case_of(self.key.id, where)
        return keyrows.of_cases(
            found.state() if found else None, found.id if found else "", closed, self._host.options.now()
        )

    async def _read_rights(self) -> None:
        aws = await self._host.aws()
        account = (await get_caller(aws)).account
        answers = await keydetails.may_use(aws, account, self.key.user, self.key.service)
        self._put("tokens", keyrows.of_rights(answers))

    async def _read_reach(self) -> None:
        aws = await self._host.aws()
        account = (await get_caller(aws)).account
        self._put("reach", keyrows.of_reach(await keydetails.reach(aws, account, self.key.user)))

    async def _read_events(self) -> None:
        now = self._host.options.now()
        found = await lastevents.last_events(await self._host.aws(), self.key.user, now)
        self._put("events", keyrows.of_events(found, now))
