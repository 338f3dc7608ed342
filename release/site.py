"""What the site of `make docs` has beside the pages of docs/: every command and key, from the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mkdocs.structure.files import File, Files

from release.commands import pages
from tui.app.table import load_commands
from tui.commands.table import every

_SIGNS = str.maketrans({each: f"\\{each}" for each in "\\`*_[]<>|#"})


def on_files(files: Files, config: Any) -> Files:
    for name, lines in (("commands.md", commands()), ("keys.md", keys())):
        files.append(File.generated(config, name, content="\n".join(lines) + "\n"))
    named = {*_named(config.nav)}
    more = [file.src_uri for file in files.documentation_pages() if file.src_uri not in named]
    config.nav.append({"More": sorted(more)})
    return files


def _named(nav: Any) -> Iterator[str]:
    match nav:
        case str():
            yield nav
        case list():
            for each in nav:
                yield from _named(each)
        case dict():
            yield from _named(list(nav.values()))


def commands() -> Iterator[str]:
    """Every command with its options and examples."""
    yield "# Every command"
    for page in pages():
        yield from ("", f"## {page.path}", "", "```", page.usage, "```")
        for paragraph in page.paragraphs:
            yield from ("", _text(paragraph))
        if page.options:
            yield from ("", "| option | does |", "|---|---|")
            yield from (f"| {_text(name)} | {_text(does)} |" for name, does in page.options)
        if page.examples:
            yield from ("", "```", *page.examples, "```")
        elif page.note:
            yield from ("", _text(page.note))


def keys() -> Iterator[str]:
    """Every command of the screens with its keys."""
    load_commands()
    yield from (
        "# Every key",
        "",
        "The screens' footers show those that can be used now; `?` shows all of a screen.",
    )
    yield from ("", "| key | command | does |", "|---|---|---|")
    for each in every():
        yield f"| {_text(', '.join(each.keys))} | {_text(each.id)} | {_text(each.help)} |"


def _text(words: str) -> str:
    """As it is: nothing in it is markup."""
    return words.translate(_SIGNS)
