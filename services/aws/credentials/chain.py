"""The standard credential chain as a Signer asks it."""

from __future__ import annotations

import asyncio
import re
from functools import partial

from services.aws.credentials.failures import CodeRefused, NotAnswered
from services.aws.credentials.found import Found
from services.aws.credentials.profiles import chain, named_profile
from services.aws.credentials.signer import Find, Signer, in_thread
from services.base.text import clean
from services.quoting.shell import command, options


def by_chain(profile: str | None, region: str | None, sts_url: str | None = None) -> Find:
    """Searches as the AWS CLI does; a code that AWS refuses is asked for again where a dialog asks.

    *sts_url* is where the account of what is found is asked, if an endpoint was named for that.
    """

    async def search(signer: Signer) -> Found:
        # Not earlier: a thread has imported botocore by now.
        from services.aws.credentials.find import find

        name = named_profile(profile) or "default"
        whose = f" of profile {clean(name)}" if any(True for _ in chain(name)) else ""
        questions = Questions(signer, asyncio.get_running_loop(), name)
        on_screen = signer.prompt is None or signer.prompt.on_screen
        work = partial(
            find,
            profile,
            region,
            questions,
            refused=signer.refused,
            detached=on_screen,
            account=signer.account,
            sts_url=sts_url,
        )
        while True:
            try:
                with signer.waiting.before_calls(f"the credentials{whose}"):
                    return await in_thread(work)
            except CodeRefused as error:
                if signer.prompt is None or not signer.prompt.on_screen:
                    raise
                questions.trouble = f"{error.said}. {error.advice}"

    return search


class Questions:
    """Carries botocore's questions from its thread to the loop that can ask them."""

    def __init__(self, signer: Signer, loop: asyncio.AbstractEventLoop, profile: str) -> None:
        self.trouble: str | None = None
        """What became of the last answer."""
        self._signer = signer
        self._loop = loop
        self._profile = profile

    def __call__(self, question: str) -> str:
        asked = f"{question.rstrip(': ')} (profile {self._profile})"
        typed = asyncio.run_coroutine_threadsafe(self._ask(asked), self._loop).result()
        if typed is None:
            raise not_answered(self._profile, "there is no terminal to ask on")
        # As it is shown by many an app: in two groups.
        code = "".join(typed.split())
        if not code:
            raise not_answered(self._profile, "none was typed")
        if not re.fullmatch(r"\d{6}", code, re.ASCII):
            raise CodeRefused(
                f"profile {clean(self._profile)}: what was typed isn't an MFA code",
                "It has six digits: try again.",
                asked=True,
            )
        return code

    async def _ask(self, question: str) -> str | None:
        if self._signer.prompt is None:
            return None
        with self._signer.waiting.for_person():
            return await self._signer.prompt(question, self.trouble)


def not_answered(profile: str, why: str) -> NotAnswered:
    again = command("aws", "sts", "get-caller-identity", *options({"--profile": profile}))
    return NotAnswered(
        f"profile {clean(profile)}: an MFA code is needed, and {why}",
        f"Enter it on a terminal, here or with: {again}",
        asked=True,
    )
