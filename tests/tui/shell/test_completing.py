"""What a shell completes: names that are known on this machine; whatever is wrong there, no message."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from tui.cli import COMMANDS, run, stanch


def completed(*words: str) -> list[str]:
    complete = ShellComplete(stanch, {}, "stanch", "_STANCH_COMPLETE")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1])]


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in (
        ("STANCH_CONFIG", "config.toml"),
        ("STANCH_STATE_DIR", "state"),
        ("AWS_CONFIG_FILE", "aws"),
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    ):
        monkeypatch.setenv(name, str(tmp_path / value))
    (tmp_path / "config.toml").touch()
    return tmp_path


def test_profiles_that_need_no_quotes(machine: Path) -> None:
    text = "[default]\n[profile prod]\n[profile a;b]\n[profile $(id)]\n[profile c d]\n[sso-session x]\n"
    (machine / "aws").write_text(text, encoding="utf-8")
    (machine / "credentials").write_text("[prod]\nkey = 1\n[old]\n", encoding="utf-8")
    assert completed("--profile", "") == ["default", "prod", "old"]
    assert completed("--profile", "pr") == ["prod"]


def test_themes_with_those_of_ones_own(machine: Path) -> None:
    (machine / "config.toml").write_text("[themes.team]\n", encoding="utf-8")
    assert completed("--theme", "") == ["dark", "midnight", "light", "high-contrast", "terminal", "team"]
    (machine / "config.toml").write_text("bad [", encoding="utf-8")
    assert completed("--theme", "d") == ["dark"]


def test_cases_by_whichever_command_takes_one(machine: Path) -> None:
    for name in ("1126-AAA", "1127-BBB", "1127-$(x)"):
        (machine / "state" / "cases" / name).mkdir(parents=True)
        (machine / "state" / "cases" / name / "head.json").touch()
    (machine / "state" / "cases" / "1128-new").mkdir()
    for command in ("show", "verify", "anchor", "note", "report", "export", "send", "close"):
        assert completed("case", command, "") == ["1127-BBB", "1126-AAA"]
    assert completed("respond", "AKIA", "--case", "1126") == ["1126-AAA"]
    assert completed("--state-dir", str(machine / "none"), "case", "show", "") == []


def test_services_by_their_short_names() -> None:
    for words in (["keys"], ["issue", "web"], ["policy", "deny"], ["rotate"], ["harden"]):
        assert completed(*words, "--service", "lo") == ["logs"]
    assert completed("keys", "--service", "acc") == ["access-key"]


def test_the_sandboxs_own_options() -> None:
    assert {"--port", "--scenario", "--fault", "--help"} <= set(completed("sandbox", "--"))
    assert completed("sandbox", "--port", "1", "--scenario", "leaked-k") == ["leaked-key"]
    assert completed("sandbox", "--port", "") == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with suppress(SystemExit):
        run([name, "--help"])
    assert "Example" in capsys.readouterr().out
