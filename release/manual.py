"""`make man`: the manual page, from the program's own commands."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from release.commands import CommandPage, pages
from release.stage import ROOT
from services.base.version import VERSION
from tui.exits import Exit

_ENDS = {
    Exit.DONE: "done",
    Exit.DEFECT: "an internal error, or a journal that was altered",
    Exit.USAGE: "a mistake in use, or a name that nobody has",
    Exit.INCOMPLETE: "done but incomplete: something could not be read, and the output names it",
    Exit.REFUSED: "refused by a guard",
    Exit.AWS: "AWS refused, or could not be reached",
    Exit.INTERRUPTED: "interrupted",
}
_PLACES = (
    ("$XDG_STATE_HOME/stanch", "cases and evidence, readable by their owner alone (--state-dir)"),
    ("$XDG_CONFIG_HOME/stanch/config.toml", "the configuration (stanch config --example prints one)"),
    ("~/.aws/config, ~/.aws/credentials", "profiles, as the AWS CLI has them"),
)


def manual() -> str:
    """The page in man(7)'s macros."""
    itself, *commands = pages()
    return (
        "\n".join((*_head(itself), *(line for each in commands for line in _command(each)), *_foot())) + "\n"
    )


def _head(itself: CommandPage) -> Iterator[str]:
    yield f'.TH STANCH 1 "" "stanch {VERSION}" "User Commands"'
    yield from (".SH NAME", f"stanch \\- {_text(itself.summary.rstrip('.'))}")
    yield from (".SH SYNOPSIS", f".B {_text(itself.usage)}")
    yield from (".SH DESCRIPTION", _text(" ".join(itself.paragraphs)), ".PP", _text(itself.note))
    yield ".SH OPTIONS"
    yield from _listed(itself.options)
    yield ".SH COMMANDS"


def _command(page: CommandPage) -> Iterator[str]:
    yield from (f".SS {_text(page.usage)}", _text(page.paragraphs[0]) if page.paragraphs else "")
    for paragraph in page.paragraphs[1:]:
        yield from (".PP", _text(paragraph))
    yield from _listed(page.options)
    if page.examples:
        yield from (".PP", "Examples:", ".nf", *(f"  {_text(each)}" for each in page.examples), ".fi")
    elif page.note:
        yield from (".PP", _text(page.note))


def _foot() -> Iterator[str]:
    yield ".SH EXIT STATUS"
    yield from _listed((str(int(code)), meaning) for code, meaning in _ENDS.items())
    yield ".SH FILES"
    yield from _listed(_PLACES)


def _listed(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, meaning in rows:
        yield from (".TP", f".B {_text(name)}", _text(meaning) or "\\&")


def _text(words: str) -> str:
    """As it is: nothing in it is a macro, and what one types is typed with hyphens."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=ROOT / "dist" / "stanch.1")
    file = parser.parse_args().file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(manual(), encoding="utf-8")


if __name__ == "__main__":
    main()
