"""Commands of the responder's own: what may stand in the configuration, and what a program is given."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.base.text import clean
from tui.settings.config import ConfigError, load
from tui.settings.hooks import VALUES, HookConfig, Unfilled, address


def hook(command: str) -> HookConfig:
    return HookConfig("it", command)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    return path


@given(st.text(min_size=1))
def test_a_value_is_one_argument_whatever_stands_in_it_or_nothing_is_run(value: str) -> None:
    try:
        argv = hook("whois --host={ip} 'x {ip}' {ip}").argv({"ip": value})
    except Unfilled:
        assert clean(value) != value or value.startswith(("-", "@", "<"))
    else:
        assert argv == ("whois", f"--host={value}", f"x {value}", value)


@pytest.mark.parametrize("value", ["-h evil", "--output=/etc/passwd", "-"])
def test_a_value_chooses_no_option(value: str) -> None:
    with pytest.raises(Unfilled, match="taken for an option"):
        hook("whois {user_agent}").argv({"user_agent": value})
    assert hook("note -m '{user_agent}'").argv({"user_agent": "a"}) == ("note", "-m", "a")
    assert hook("note -m={user_agent}").argv({"user_agent": value}) == ("note", f"-m={value}")


@pytest.mark.parametrize("value", ["@/home/me/.aws/credentials", "</etc/passwd"])
@pytest.mark.parametrize("word", ["{user_agent}", "text={user_agent}"])
def test_a_value_names_no_file(word: str, value: str) -> None:
    with pytest.raises(Unfilled, match="taken for a file"):
        hook(f"curl -F '{word}' https://example.com").argv({"user_agent": value})


@pytest.mark.parametrize(
    "command",
    [
        "sh -c 'whois {ip} | head'",
        "/bin/bash -lc 'note {user_agent}'",
        "bash -ec 'note {user_agent}'",
        "env A=b zsh -c 'note {user_agent}'",
        "sudo -u me sh -c 'note {user_agent}'",
        "busybox sh -c 'note {user_agent}'",
        "su me -c 'note {user_agent}'",
        "python3.12 -c 'print(\"{user_agent}\")'",
        "perl -e 'print q({user_agent})'",
        "ssh bastion whois {user_agent}",
        "timeout 9 ssh bastion 'whois {ip}'",
        "watch -n 2 whois {ip}",
    ],
)
def test_no_value_is_a_part_of_code(command: str) -> None:
    with pytest.raises(ValueError, match="could run anything: use a script"):
        hook(command)


@pytest.mark.parametrize(
    "command",
    [
        "sh -c 'whois \"$1\" | head' sh {ip}",
        "bash note.sh {user_agent}",
        "python3 note.py --about {user_agent}",
        "ssh bastion uptime",
        "note -c {user_agent}",
    ],
)
def test_a_value_of_its_own_is_none(command: str) -> None:
    assert hook(command).command == command


def test_what_is_not_selected_is_said() -> None:
    with pytest.raises(Unfilled, match="no user agent is selected"):
        hook("x {user_agent}").argv({"user_agent": None})
    with pytest.raises(Unfilled, match="no ip is selected"):
        hook("x {ip}").argv({})


def test_braces_are_written_twice_and_home_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert hook("~/bin/x '{{print}}'").argv({}) == ("/home/me/bin/x", "{print}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = 'a'", "command"),
        ("name = 'a'\ncommand = 'x {nonsense}'", "has {nonsense}; there are account, "),
        ("name = 'a'\ncommand = '{ip} x'", "must begin with a program's name"),
        ("name = 'a'\ncommand = \"x '\\n'\"", "characters that can't be shown"),
        ("name = 'a'\ncommand = ''", "must begin with a program's name"),
        ("name = 'a'\ncommand = 'whois {ip} | less'", "without a shell, so | means nothing"),
        ("name = 'a'\ncommand = \"x 'y\"", "can't be split"),
        ("name = 'a\\u001b'\ncommand = 'x'", "hook's name"),
        ("name = 'a'\ncommand = 'x'\n[[hooks]]\nname = 'a'\ncommand = 'y'", "there are two hooks a"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, f"[[hooks]]\n{text}".replace("'a\\u001b'", '"a\\u001b"')))
    assert why in str(caught.value)


def test_every_value_can_be_asked_for_and_is_documented() -> None:
    told = (Path(__file__).parents[3] / "docs/hooks.md").read_text(encoding="utf-8")
    for name, meaning in VALUES.items():
        assert hook(f"x {{{name}}}").argv({name: "v"}) == ("x", "v")
        assert f"| `{{{name}}}` | {meaning} |" in told


def test_nobody_elses_file_says_what_is_run(tmp_path: Path) -> None:
    path = written(tmp_path, "[[hooks]]\nname = 'a'\ncommand = 'x'")
    assert [each.name for each in load(path).hooks] == ["a"]
    path.chmod(0o666)
    with pytest.raises(ConfigError, match="others can write it"):
        load(path)
    path.write_text("theme = 'dark'", encoding="utf-8")
    assert load(path).theme == "dark"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("athena.amazonaws.com", None),
        ("", None),
        ("fe80::1%eth0", None),
        ("::1%;touch x", None),
    ],
)
def test_an_address_is_one(text: str, found: str | None) -> None:
    assert address(text) == found


def test_what_is_shown_is_what_is_run() -> None:
    from services.quoting.shell import command

    argv = hook("note {user_agent}").argv({"user_agent": "$(id) 'x'; rm -rf /"})
    assert shlex.split(str(command(*argv))) == list(argv)
