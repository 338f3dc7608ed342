"""The configuration: what is in force, what goes before it, and what a mistake in it gets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from tests.tui.shell.conftest import Account, Stanch
from tests.tui.terminal import Terminal
from tui.app.table import load_commands
from tui.commands.table import every, remapped
from tui.settings.config import EXAMPLE, Config, ConfigError, load

STANCH = str(Path(sys.executable).with_name("stanch"))


load_commands()


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_changes_nothing_and_all_of_it_is_understood(tmp_path: Path) -> None:
    assert load(written(tmp_path, EXAMPLE)) == Config()
    meant = "\n".join(line.removeprefix("# ") for line in EXAMPLE.splitlines())
    config = load(written(tmp_path, meant))
    assert config.profiles["production"].colour == "red"
    assert config.remapped() == {"respond": ("f5",), "traffic": ("t", "f6")}
    assert remapped(config.remapped())[1] == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("theme = ", "isn't valid TOML"),
        ('theme = "pink"', "theme"),
        ("refresh_seconds = 0", "refresh_seconds"),
        ("read-only = true", "read-only"),
        ("[profiles.x]\ncolor = 'red'", "color"),
        ("regions = 'us-east-1'", "regions"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_it(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text))
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_text_is_a_sentence_too(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"theme = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_keys_that_would_mean_two_things_are_left_as_they_were() -> None:
    table, told = remapped(
        {"respond": ("t",), "traffic": ("?", "f7"), "nonsense": ("x",), "quit": ("no key",)},
    )
    assert [words.split(",")[0] for words in told] == [
        "The key t already means traffic",
        "The key question_mark already means help",
        "There is no command nonsense: stanch config --keys lists them.",
        "'no key' isn't a valid key",
    ]
    assert table == every()
    # What moves in a list is on every screen that has one.
    assert remapped({"respond": ("j",)})[1] != ()
    swapped, told = remapped({"traffic": ("f6",), "respond": ("t",)})
    assert told == ()
    assert {each.id: each.keys for each in swapped}["respond"] == ("t",)


def test_read_only_by_profile_and_lifted_for_one_run(
    leaked: Account, boto: Callable[..., Any], stanch: Stanch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "read_only = true\n[profiles.lab]\nread_only = false\n")
    monkeypatch.setenv("STANCH_CONFIG", str(path))

    def status() -> str:
        (key,) = boto("iam").list_service_specific_credentials(UserName="web")["ServiceSpecificCredentials"]
        return str(key["Status"])

    step = ("respond", leaked.key_id, "--user", "web", "--step", "deactivate", "--yes")
    refused = stanch(*step)
    assert refused.code == 4
    assert status() == "Active"
    assert stanch("--no-read-only", *step).code == 0
    assert status() == "Inactive"
    told = stanch("config", "--json").json
    assert (told["read_only"], told["file"], told["exists"]) == (True, str(path), True)


def test_a_broken_configuration_ends_every_command_with_a_way_on(
    leaked: Account, stanch: Stanch, tmp_path: Path
) -> None:
    path = written(tmp_path, "read_only = yes")
    broken = stanch("--config", str(path), "keys")
    assert broken.code == 2
    assert "--no-config" in broken.err
    assert stanch("--config", str(path), "--no-config", "keys").code == 0


def test_config_shows_what_is_in_force(stanch: Stanch, tmp_path: Path) -> None:
    path = written(tmp_path, 'theme = "light"\n[profiles.production]\ncolour = "red"\nread_only = true\n')
    told = stanch("--config", str(path), "config").out
    assert str(path) in told
    assert "light" in told
    assert "red; read-only" in told
    assert "respond" in stanch("config", "--keys").out
    assert stanch("config", "--example").out == EXAMPLE
    path = written(tmp_path, '[keys]\nrespond = "t"\n')
    clash = stanch("--config", str(path), "config")
    assert clash.code == 3
    assert "already means traffic" in clash.err


@pytest.mark.pty
def test_changed_keys_and_a_profiles_colour_on_the_screen(
    sandbox: Sandbox, leaked: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = tmp_path / "aws"
    aws.write_text(
        "[profile production]\nregion = us-east-1\n"
        f"aws_access_key_id = {sandbox.access_key_id}\naws_secret_access_key = {sandbox.secret_access_key}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(aws))
    path = written(
        tmp_path,
        '[keys]\nrespond = "f5"\ntraffic = "?"\n[profiles.production]\ncolour = "red"\nread_only = true\n',
    )
    argv = [STANCH, "--config", str(path), "--profile", "production", "--state-dir", str(tmp_path / "s")]
    with Terminal(argv) as terminal:
        terminal.wait("1 key", "f5 respond", "production  READ-ONLY")
        terminal.press("!")
        terminal.wait("The key question_mark already means help")
        terminal.press("esc")
        terminal.wait("f5 respond")
        terminal.type("\x1b[15~")
        terminal.wait("1 · deactivate")
        terminal.press("q")
        assert terminal.wait_end() == 0
