"""The webhook as it is configured, and a test of it."""

from __future__ import annotations

from pathlib import Path
from time import time

import click

from services.base import clock, files
from services.base.signedpost import Address, deliver, headers, problem
from services.cases import webhook
from services.cases.webhook import payload
from tui.exits import Exit
from tui.settings.config import WebhookConfig
from tui.shell.common import complain

MOST_SECRET = 4096
_EXAMPLE = {
    "account": "123456789012",
    "key_id": "ACCAEXAMPLE",
    "user": "web",
    "service": "logs.amazonaws.com",
}


class Unusable(Exception):
    """Why the webhook, as it is configured, tells nobody."""


def switch_on(config: WebhookConfig) -> None:
    """Tell it of cases from now on; where it can't be used that is said, and nothing else changes."""
    if not config.url:
        return
    try:
        webhook.configure(address(config), config.events)
    except Unusable as error:
        complain(str(error))


def address(config: WebhookConfig) -> Address:
    """Raises Unusable."""
    if not config.url:
        raise Unusable("No webhook is configured: `stanch config --example` shows how.")
    if why := problem(config.url):
        raise Unusable(f"The webhook's url can't be used: {why}.")
    if not config.secret_file:
        raise Unusable("The webhook needs a secret_file, whose content signs what is sent.")
    path = Path(config.secret_file).expanduser()
    try:
        with files.open_ours(path) as file:
            secret = file.read(MOST_SECRET).strip()
    except OSError as error:
        raise Unusable(f"The webhook's secret_file {path} can't be read ({error.strerror}).") from None
    if not secret:
        raise Unusable(f"The webhook's secret_file {path} is empty.")
    return Address(config.url, secret)


def test(config: WebhookConfig) -> Exit:
    """Show what is sent, send it as a test, and say what was answered."""
    try:
        there = address(config)
    except Unusable as error:
        raise click.UsageError(str(error)) from None
    body = payload("test", "0000-TST", clock.now(), _EXAMPLE)
    click.echo(f"POST {config.url}")
    for name, value in headers(there.secret, body, "test", int(time())).items():
        click.echo(f"{name}: {value}")
    click.echo(f"\n{body.decode()}\n")
    done = deliver(there, body, "test")
    click.echo(f"{'Delivered' if done.delivered else 'Not delivered'}: {done.message}.")
    return Exit.DONE if done.delivered else Exit.INCOMPLETE
