"""What may be given before the command: an account, Regions, endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click


def account(given: str | None) -> str | None:
    if given is not None and not re.fullmatch(r"\d{12}", given, re.ASCII):
        raise click.BadParameter(f"{given!r} isn't an account ID (12 digits).")
    return given


def regions(given: tuple[str, ...]) -> tuple[str, ...]:
    """Raises UnknownRegion: what is done without AWS's answer would be done without a word on it."""
    if given:
        from services.aws.credentials.regions import check_region

        return tuple(check_region(each) for each in given)
    return given


def endpoint_urls(given: Sequence[str]) -> dict[str, str]:
    """By service; one without a name is for all of them."""
    from services.aws.endpoints import SERVICES

    found: dict[str, str] = {}
    for each in given:
        service, equals, url = each.partition("=")
        if not equals or "/" in service:
            service, url = "", each
        elif service not in SERVICES:
            raise click.BadParameter(
                f"{service!r} isn't a service that stanch calls ({', '.join(SERVICES)})."
            )
        if not re.match(r"https?://[^/]", url):
            raise click.BadParameter(f"{url!r} isn't a URL (http://… or https://…).")
        found |= {service: url} if service else dict.fromkeys(SERVICES, url) | found
    return found
