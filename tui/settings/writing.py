"""Writes one setting into the configuration file: its comments stay, and it stays valid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from services.base import files, folders
from services.base.text import clean
from tui.settings.config import Config, ConfigError, parsed, require_theme

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def write(path: Path, name: str, value: object | None) -> Config:
    """Set *name*, or with None take it out, and return what the file says then; raises ConfigError.

    What somebody wrote into the file meanwhile stays. Nothing is written through a link, into a file of
    another user's, or where the outcome would not be valid.
    """
    import tomlkit

    document, current = _document(path)
    if value is None:
        document.pop(name, None)
    else:
        try:
            msgspec.convert({name: value}, Config)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{name} can't be {clean(value)}: {error}.", "Nothing was written") from None
        if name == "theme":
            require_theme(str(value), current, f"theme can't be {clean(value)}: ")
        document[name] = value
    text = tomlkit.dumps(document)
    config = parsed(text, path)
    try:
        if not path.parent.exists():
            folders.make_private(path.parent)
        files.replace(path, text.encode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}).", "Change it by hand") from None
    return config


def named_in(path: Path) -> frozenset[str]:
    """What a valid file sets, the program's own values too."""
    import tomllib

    try:
        return frozenset(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return frozenset()


def _document(path: Path) -> tuple[TOMLDocument, Config]:
    import tomlkit

    try:
        text = files.read(path).decode()
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"{path} cannot be written ({why}).", "Change it by hand") from None
    current = parsed(text, path)
    return tomlkit.parse(text), current
