"""What a shell completes besides commands and options: names known on this machine, without a call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import click

_PLAIN = re.compile(r"[\w.@+/-]+", re.ASCII)
"""Names that need no quotes: a shell would take a blank in one for its end."""


def themes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from tui.settings.config import BUILT_IN, Config, ConfigError, default_path, load

    root = ctx.find_root().params
    file, config = root.get("config_file"), Config()
    if not root.get("no_config"):
        with suppress(ConfigError):
            config = load(Path(file) if file else default_path())
    return _beginning((*BUILT_IN, *config.theme_names), incomplete)


def profiles(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from services.aws.credentials.profiles import read_profiles

    return _beginning(filter(_PLAIN.fullmatch, read_profiles()), incomplete)


def services(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from services.base.keyservices import KeyService, short_service

    return _beginning(map(short_service, KeyService), incomplete)


def kinds(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Access keys too, which are of no service."""
    from services.base.keyservices import ACCESS_KEY

    return [*services(ctx, param, incomplete), *_beginning((ACCESS_KEY,), incomplete)]


def cases(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from tui.settings.config import default_state_dir

    folder = ctx.find_root().params.get("state_dir") or default_state_dir()
    return _beginning(_case_ids(Path(folder)), incomplete)


def _case_ids(state_dir: Path) -> Iterator[str]:
    from services.cases.book import CaseBook, is_begun

    # Nothing is read, and nothing complained of, while somebody types.
    with suppress(OSError):
        for path in sorted(CaseBook(state_dir).folder.iterdir(), reverse=True):
            if _PLAIN.fullmatch(path.name) and is_begun(path):
                yield path.name


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


case_option = click.option(
    "--case",
    "case_id",
    metavar="ID",
    shell_complete=cases,
    help="Resume this case instead of the key's open one.",
)
