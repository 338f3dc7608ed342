"""Every command as the program itself has it: what the manual and the site's pages are written from."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

import click

from tui.cli import stanch


@dataclass(frozen=True, slots=True)
class CommandPage:
    """*options* are (how it is written, what it does); *paragraphs* and *examples* are plain text."""

    path: str
    usage: str
    summary: str
    paragraphs: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    examples: tuple[str, ...]
    note: str


def pages() -> Iterator[CommandPage]:
    """The program itself first, then each command and those under it."""
    yield from _pages(stanch, click.Context(stanch, info_name="stanch", help_option_names=["-h", "--help"]))


def _pages(command: click.Command, context: click.Context) -> Iterator[CommandPage]:
    text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    paragraphs = tuple(" ".join(each.split()) for each in text.split("\n\n") if each.strip())
    epilog = " ".join((command.epilog or "").split())
    label, colon, rest = epilog.partition(": ")
    shown = label in ("Example", "Examples") and bool(colon)
    usage = " ".join(command.collect_usage_pieces(context))
    yield CommandPage(
        context.command_path,
        f"{context.command_path} {usage}",
        command.get_short_help_str(limit=200),
        paragraphs,
        tuple(_options(command, context)),
        tuple(each.strip() for each in rest.split(" · ")) if shown else (),
        "" if shown else epilog,
    )
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _pages(inner, click.Context(inner, info_name=name, parent=context))


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    if command.name == "sandbox":
        from sandbox.__main__ import options

        yield from options()
        return
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and isinstance(parameter, click.Option):
            yield record
