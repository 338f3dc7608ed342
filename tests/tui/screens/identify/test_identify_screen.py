"""Identify: read offline, matched online, and the secret shown and kept nowhere."""

from __future__ import annotations

import base64
import gc
import random
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events

from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE
from tests.services.keys.leaks import key_id
from tests.tui.piloting import Driver, driven
from tui.screens.identify.dialog import IdentifyDialog
from tui.screens.keys.key import KeyScreen
from tui.screens.runbook.screen import RunbookScreen
from tui.settings.options import Start
from tui.widgets.secretfield import SecretField

Boto = Callable[..., Any]


@pytest.fixture
def token(boto: Boto) -> str:
    """The key of `web`, which is the only one."""
    iam = boto("iam")
    iam.create_user(UserName="web")
    made = iam.create_service_specific_credential(UserName="web", ServiceName="logs.amazonaws.com")
    return str(made["ServiceSpecificCredential"]["ServiceCredentialSecret"])


@pytest.fixture
async def driver(sandbox: Sandbox, token: str, tmp_path: Path) -> AsyncIterator[Driver]:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("1 key")
        yield driver


def paste(driver: Driver, text: str) -> None:
    driver.app.post_message(events.Paste(text))


def secret_of(token: str) -> str:
    return base64.b64decode(token.removeprefix("ACWL")).decode().partition(":")[2]


async def test_a_pasted_key_is_told_matched_and_opened(driver: Driver, token: str) -> None:
    await driver.press("i")
    await driver.wait("identify a leaked key")
    paste(driver, token)
    await driver.wait("logs.amazonaws.com (ACWL)", "user web", "123456789012, this one")
    await driver.wait("alias web-at-123456789012", "active, made")
    await driver.press("enter")
    await driver.wait_gone("identify a leaked")
    assert isinstance(driver.app.screen, KeyScreen)
    assert driver.app.screen.subject is not None
    assert driver.app.screen.subject.user == "web"


async def test_the_runbook_is_one_key_away(driver: Driver, token: str) -> None:
    await driver.press("i")
    paste(driver, f"  Bearer {token}\n")
    await driver.wait("active, made")
    await driver.press("r")
    await driver.until(lambda: isinstance(driver.app.screen, RunbookScreen), "no runbook")


async def test_a_key_typed_by_a_terminal_without_bracketed_paste(driver: Driver, token: str) -> None:
    await driver.press("i")
    await driver.press("x", "backspace", *token[:8])
    await driver.wait("8 characters")
    await driver.type(token[8:])
    await driver.wait("active, made")
    await driver.press("i", *"AKIA", "enter")
    await driver.wait("does not look like any", "the leaked key, or text with it")


async def test_a_paste_anywhere_opens_identify(driver: Driver, token: str) -> None:
    paste(driver, token)
    await driver.wait("identify a leaked key", "active, made")


@pytest.mark.parametrize(("pressed", "screen"), [("r", RunbookScreen), ("enter", KeyScreen)])
async def test_offline_facts_come_before_aws_answers(
    sandbox: Sandbox, driver: Driver, token: str, pressed: str, screen: type[Any]
) -> None:
    answer = threading.Event()

    def hold() -> None:
        answer.wait(PATIENCE)

    sandbox.faults.on("ListServiceSpecificCredentials", "before", hold)
    paste(driver, token)
    await driver.wait("user web", "looking for it among the account's keys…")
    assert "respond" in driver.text
    await driver.press(pressed)
    await driver.wait("As soon as its key is found.")
    answer.set()
    await driver.until(lambda: isinstance(driver.app.screen, screen), "what was pressed was forgotten")


async def test_what_is_no_key_gets_its_sentence(driver: Driver) -> None:
    await driver.press("i")
    for given, said in (
        ("ACWLabc", "cannot be decoded"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzKEY09a", "a secret access key, which doesn't say whose"),
        ("ACWL\nACWL", "No credential was recognised"),
        ("hello", "does not look like any"),
        ("x" * 20_000, "does not look"),
        ("\x1b]52;c;aGk=\x07", "does not look"),
        ("A" * 10_000_000, "too long"),
    ):
        paste(driver, given)
        await driver.wait(said)
    await driver.press("enter", "escape")
    await driver.wait_gone("identify a leaked")


async def test_a_key_of_another_account_is_told_so(driver: Driver) -> None:
    foreign = "ACWL" + base64.b64encode(b"eve-at-999999999999:" + b"s" * 60).decode()
    paste(driver, foreign)
    await driver.wait("999999999999, which is not this one (123456789012)")
    await driver.wait("Not looked up: you are signed in to 123456789012")
    await driver.press("r")
    await driver.wait("respond: it belongs to another account")
    await driver.press("i")
    await driver.wait("a whole message and press enter")


async def test_a_key_that_was_cut_still_names_its_user(driver: Driver, token: str) -> None:
    paste(driver, token[:60])
    await driver.wait("user web", "It looks truncated", "active, made")


async def test_when_aws_fails_what_is_known_offline_stays(
    sandbox: Sandbox, driver: Driver, token: str
) -> None:
    sandbox.faults.add("deny:ListServiceSpecificCredentials")
    paste(driver, token)
    await driver.wait("user web", "Not allowed: iam:ListServiceSpecificCredentials")


async def test_the_secret_is_on_no_screen_and_in_no_object_of_ours(driver: Driver, token: str) -> None:
    secret = secret_of(token)
    seen = []
    paste(driver, token)
    for words in ("user web", "active, made"):
        await driver.wait(words)
        seen.append(driver.text)
    assert isinstance(driver.app.screen, IdentifyDialog)
    assert not driver.app.screen.query_one(SecretField)._held
    assert not any(secret in text or token in text for text in seen)
    gc.collect()
    ours = [
        found for found in gc.get_objects() if str(type(found).__module__).startswith(("tui.", "services."))
    ]
    assert driver.app.screen in ours
    assert not any(secret in repr(vars(found)) for found in ours if hasattr(found, "__dict__"))


async def test_leaving_forgets_what_was_typed(driver: Driver) -> None:
    await driver.press("i")
    await driver.press(*"half a key")
    await driver.wait("10 characters")
    assert isinstance(driver.app.screen, IdentifyDialog)
    field = driver.app.screen.query_one(SecretField)
    assert "half" not in driver.text
    await driver.press("escape")
    await driver.wait_gone("identify a leaked")
    assert not field._held


async def test_a_message_with_two_keys_of_which_one_is_a_decoys(
    driver: Driver, token: str, boto: Boto
) -> None:
    named = boto("iam").create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    decoy = key_id(random.Random(1), account="534261010715")
    paste(driver, f"Hello,\nthese leaked: {named}\nand {decoy}\n")
    await driver.wait("1 of 2 keys", f"{named}, active", "user web", "does not end sessions")
    await driver.press("tab")
    await driver.wait("2 of 2 keys", "canarytokens.org", "opens nothing")
    await driver.press("tab")
    await driver.wait(f"{named}, active")
    await driver.press("r")
    await driver.until(lambda: isinstance(driver.app.screen, RunbookScreen), "no runbook")


async def test_an_access_key_opens_as_its_runbook(driver: Driver, boto: Boto) -> None:
    named = boto("iam").create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    paste(driver, named)
    await driver.wait(f"{named}, active")
    await driver.press("enter")
    await driver.until(lambda: isinstance(driver.app.screen, RunbookScreen), "no runbook")
    assert _subject(driver) == (named, "web")


async def test_where_nothing_can_be_opened_it_says_why(sandbox: Sandbox, driver: Driver, boto: Boto) -> None:
    rng = random.Random(2)
    made = boto("iam").create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    boto("iam").delete_access_key(UserName="web", AccessKeyId=made)
    gone = "ACWL" + base64.b64encode(b"eve-at-123456789012:" + b"s" * 60).decode()
    for given, said in (
        (key_id(rng, account="999999999999"), "it belongs to another account"),
        (key_id(rng, account="534261010715"), "it is a decoy, and no key of this account"),
        ("AKIAIOSFODNN7EXAMPLE", "it is an example, and no real key"),
        (made, "it was deleted"),
        (gone, "it was deleted"),
        (key_id(rng, "ASIA", account="123456789012"), "a session has no screen of its own; r opens"),
    ):
        paste(driver, given)
        await driver.until(lambda: _answered(driver), f"no answer for {given}")
        await driver.press("enter")
        await driver.wait(f"open: {said}")
        await driver.press("escape")
        await driver.wait_gone("identify a leaked")


def _answered(driver: Driver) -> bool:
    screen = driver.app.screen
    return isinstance(screen, IdentifyDialog) and bool(screen._facts) and not screen._searching


async def test_what_was_pressed_is_for_the_key_in_sight_alone(
    sandbox: Sandbox, driver: Driver, token: str, boto: Boto
) -> None:
    answer = threading.Event()

    def hold() -> None:
        answer.wait(PATIENCE)

    iam = boto("iam")
    named = iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    (made,) = iam.list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
    api_key = made["ServiceSpecificCredentialId"]
    sandbox.faults.on("GetAccessKeyLastUsed", "before", hold)
    paste(driver, f"{token}\n\n{named}\n")
    await driver.wait("1 of 2 keys", "active, made")
    await driver.press("tab")
    await driver.wait("2 of 2 keys", "looking for it among")
    await driver.press("r")
    await driver.wait("As soon as its key is found.")
    await driver.press("tab")
    await driver.wait("1 of 2 keys", "active, made")
    await driver.press("r")
    await driver.until(lambda: isinstance(driver.app.screen, RunbookScreen), "waited for another key")
    answer.set()
    assert _subject(driver) == (api_key, "web")


def _subject(driver: Driver) -> tuple[str, str] | None:
    assert isinstance(driver.app.screen, RunbookScreen)
    subject = driver.app.screen.subject
    return (subject.key_id, subject.user) if subject else None
