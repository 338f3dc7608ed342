"""The configuration file: what a team sets once, so that nobody has to think of it in an incident."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from services.base import folders
from tui.settings.accounts import Accounts
from tui.settings.hooks import HookConfig

BUILT_IN = ("dark", "midnight", "light", "high-contrast", "terminal")
"""The names of the themes that there are without a configuration."""
Colour = Literal["red", "yellow", "green"]


class ConfigError(Exception):
    """The file cannot be used; the message is one sentence that says where and why."""

    def __init__(self, said: str, advice: str = "Fix it") -> None:
        super().__init__(said)
        self.advice = advice


class ProfileConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for one AWS profile alone."""

    colour: Colour | None = None
    """The profile's name stands in the status line in this colour, whatever the width."""
    read_only: bool | None = None
    regions: tuple[str, ...] = ()


class WebhookConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who hears of cases; off without a URL."""

    url: str = ""
    secret_file: str = ""
    """Its content signs what is sent; only its owner may read it."""
    events: tuple[Literal["opened", "contained", "closed"], ...] = ("opened", "contained", "closed")


Ink = Annotated[str, msgspec.Meta(pattern="^#[0-9a-fA-F]{6}$")]


class ThemeConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A theme of one's own: what it has otherwise than the one it is based on, as `#rrggbb`."""

    base: Literal["dark", "midnight", "light", "high-contrast"] = "dark"
    text: Ink | None = None
    background: Ink | None = None
    surface: Ink | None = None
    """Under dialogs."""
    panel: Ink | None = None
    """Under the status line, and what is typed into."""
    accent: Ink | None = None
    warning: Ink | None = None
    error: Ink | None = None
    success: Ink | None = None
    quiet: Ink | None = None
    greyed: Ink | None = None
    bar: Ink | None = None
    rule: Ink | None = None
    cursor_text: Ink | None = None
    cursor: Ink | None = None


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set; what stands on the command line goes before it."""

    theme: str | None = None
    plain: bool = False
    mouse: bool = True
    read_only: bool = False
    regions: tuple[str, ...] = ()
    refresh_seconds: Annotated[float, msgspec.Meta(ge=1, le=3600)] = 60.0
    """Between two readings of the traffic."""
    list_seconds: Annotated[float, msgspec.Meta(ge=2, le=3600)] = 30.0
    """Between two readings of the keys while they are in sight."""
    decoy_accounts: tuple[str, ...] = ()
    """Accounts of your own whose access keys are bait."""
    accounts: Accounts = Accounts()
    """By which roles other accounts are reached."""
    keys: dict[str, str | tuple[str, ...]] = {}
    """Other keys for commands, by the commands' ids."""
    profiles: dict[str, ProfileConfig] = {}
    webhook: WebhookConfig = WebhookConfig()
    themes: dict[str, ThemeConfig] = {}
    """Themes of one's own, by name."""
    hooks: tuple[HookConfig, ...] = ()
    """Commands of the responder's own."""

    def __post_init__(self) -> None:
        names = [hook.name for hook in self.hooks]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"there are two hooks {twice}")

    @property
    def theme_names(self) -> tuple[str, ...]:
        return (*BUILT_IN, *(name for name in self.themes if name not in BUILT_IN))

    def of_profile(self, profile: str | None) -> ProfileConfig:
        return self.profiles.get(profile or "default", ProfileConfig())

    def read_only_with(self, profile: str | None) -> bool:
        own = self.of_profile(profile).read_only
        return self.read_only if own is None else own

    def remapped(self) -> Mapping[str, tuple[str, ...]]:
        return {name: (keys,) if isinstance(keys, str) else keys for name, keys in self.keys.items()}


EXAMPLE = """\
# theme = "dark"             # dark, midnight, light, high-contrast, terminal (16 colours), or one of your own
# plain = false              # for screen readers: no lines and boxes, graphs as numbers
# mouse = true               # false leaves the mouse to the terminal, to select text with
# read_only = false          # --no-read-only lifts it for one run
# regions = ["us-east-1"]    # in addition to the profile's own
# refresh_seconds = 60       # between two readings of the traffic
# list_seconds = 30          # between two readings of the keys while they are in sight
# decoy_accounts = []        # accounts of your own whose access keys are bait

# [profiles.production]      # for one AWS profile alone
# colour = "red"             # red, yellow or green: its name is always in sight
# read_only = true
# regions = ["eu-central-1"]

# [accounts]                 # by which roles other accounts are reached: docs/accounts.md
# role = "incident-response"           # a name, or "arn:aws:iam::{account}:role/ops/responder"
# external_id = "4711-abc"             # where the roles ask for one
# source_identity = true               # tells the role who acts

# [accounts.exceptions.210987654321]   # for one account, or for an organization (o-…)
# role = "break-glass"

# [webhook]                  # hears of cases; off without a URL. stanch config --webhook-test tries it
# url = "https://hooks.example.com/stanch"
# secret_file = "~/.config/stanch/webhook.key"   # signs what is sent: HMAC-SHA256
# events = ["opened", "contained", "closed"]

# [themes.team]              # a theme of your own; what it leaves out is that of its base
# base = "midnight"          # dark, midnight, light or high-contrast
# accent = "#ffaf5f"         # text, background, surface, panel, accent, warning, error, success, quiet,
# bar = "#af5f00"            # greyed, bar, rule, cursor_text and cursor can be set

# [[hooks]]                  # a command of your own, on every screen: docs/hooks.md
# name = "whois"
# key = "f7"
# command = "whois {ip}"     # filled in from what is selected; no shell reads it
# confirm = true             # asks first
# safe = false               # true lets it run under --read-only

# [keys]                     # stanch config --keys lists the commands
# respond = "f5"
# traffic = ["t", "f6"]
"""


def default_path() -> Path:
    import platformdirs

    found = folders.of_user(lambda: platformdirs.user_config_path("stanch"), "XDG_CONFIG_HOME")
    return found / "config.toml"


def default_state_dir() -> Path:
    """Where cases and evidence are kept."""
    import platformdirs

    return folders.of_user(lambda: platformdirs.user_state_path("stanch"), "XDG_STATE_HOME")


def load(path: Path, *, named: bool = False) -> Config:
    """The configuration in *path*, or the defaults where there is none and none was *named*.

    Raises ConfigError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        if named:
            raise ConfigError(f"There is no configuration file {path}.", "Name another") from None
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({_why(error)}).") from None
    config = parsed(text, path)
    if config.hooks and not _is_safe(path):
        raise ConfigError(f"{path} has hooks, and others can write it.", "Make it yours (chmod go-w)")
    return config


def parsed(text: str, path: Path) -> Config:
    """What *text*, of *path*, says; raises ConfigError."""
    import tomllib

    try:
        config = msgspec.convert(tomllib.loads(text), Config)
    except RecursionError:
        raise ConfigError(f"{path} isn't valid TOML: it is nested too deep.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} isn't valid TOML: {error}.") from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path} has an invalid setting: {error}.") from None
    require_theme(config.theme, config, f"{path} has an invalid setting: ")
    if taken := [name for name in config.themes if name in BUILT_IN]:
        raise ConfigError(
            f"{path} has an invalid setting: themes.{taken[0]} is the name of a built-in theme."
        )
    return config


def require_theme(name: str | None, config: Config, where: str = "") -> None:
    """Raise ConfigError where no theme is called of that name."""
    if name is not None and name not in config.theme_names:
        raise ConfigError(f"{where}no theme is called {name!r}: {', '.join(config.theme_names)}.")


def _is_safe(path: Path) -> bool:
    """Whether nobody but root and whoever runs this can write what is to be run."""
    found = path.stat()
    return found.st_uid in (0, os.geteuid()) and not found.st_mode & 0o022


def _why(error: Exception) -> str:
    return (error.strerror or "no reason given") if isinstance(error, OSError) else "it is not UTF-8"
