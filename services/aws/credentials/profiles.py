"""Which profile is in use, and whether signing in with it may ask a person: from the files alone, at once.

botocore is too slow to ask before the first paint.
"""

from __future__ import annotations

import configparser
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

Section = Mapping[str, str]


def named_profile(option: str | None) -> str | None:
    """The profile that is named, in the AWS CLI v2's order; an empty variable names none."""
    return option or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or None


def environment_signs(option: str | None) -> bool:
    """Whether the keys in the environment sign: only a profile named as an option goes before them."""
    return not option and bool(os.environ.get("AWS_ACCESS_KEY_ID"))


def signing_profile(option: str | None) -> str | None:
    """The profile that signs, as far as one is named."""
    return None if environment_signs(option) else named_profile(option)


def named_region(option: str | None) -> str | None:
    """The Region that the environment or the profile names."""
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if found := os.environ.get(variable):
            return found
    return read_profiles().get(named_profile(option) or "default", {}).get("region") or None


def may_ask(option: str | None) -> bool:
    """Whether an MFA code may be asked for, or a helper is run that may itself ask on the terminal."""
    if environment_signs(option):
        return False
    links = chain(named_profile(option) or "default")
    return any("mfa_serial" in link or "credential_process" in link for _, link in links)


def chain(name: str) -> Iterator[tuple[str, Section]]:
    """The profile *name* and those along its source_profile, each once."""
    profiles, seen = read_profiles(), set[str]()
    while name in profiles and name not in seen:
        seen.add(name)
        yield name, profiles[name]
        name = profiles[name].get("source_profile", "")


def read_profiles() -> dict[str, dict[str, str]]:
    """All profiles of both files by name, those of the credentials file over the others; unreadable: none.

    What is wrong with a file, botocore says when it reads it.
    """
    profiles: dict[str, dict[str, str]] = {}
    for section, values in _sections("AWS_CONFIG_FILE", "~/.aws/config"):
        if section == "default":
            profiles.setdefault("default", {}).update(values)
        elif (name := _named_by(section)) is not None:
            profiles.setdefault(name, {}).update(values)
    for section, values in _sections("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"):
        profiles.setdefault(section, {}).update(values)
    return profiles


def _named_by(section: str) -> str | None:
    """The profile whose section it is, as botocore reads that: a name with a space stands in quotes."""
    with suppress(ValueError):
        words = shlex.split(section) if section.startswith("profile") else []
        if len(words) == 2:
            return words[1]
    return None


def _sections(variable: str, usual: str) -> Iterator[tuple[str, dict[str, str]]]:
    parser = configparser.RawConfigParser(strict=False, default_section="\0")
    with suppress(configparser.Error, OSError, ValueError, RuntimeError):
        parser.read(Path(os.environ.get(variable) or usual).expanduser())
    for section in parser.sections():
        yield section, dict(parser[section])
