"""A setting is written: comments and all else stay, the file stays valid, and nobody else's is touched."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.settings.config import EXAMPLE, Config, ConfigError, load
from tui.settings.entries import entries
from tui.settings.writing import named_in, write

WRITTEN = """\
# of the team
theme = "dark"  # easy on the eyes

[keys]  # our own
respond = "f5"
# the end
"""


def config_file(folder: Path, text: str = WRITTEN) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_comments_and_all_else_stay(tmp_path: Path) -> None:
    path = config_file(tmp_path)
    assert write(path, "theme", "light").theme == "light"
    config = write(path, "regions", ["eu-central-1", "us-east-1"])
    assert (
        config == load(path) == Config("light", regions=("eu-central-1", "us-east-1"), keys={"respond": "f5"})
    )
    text = path.read_text(encoding="utf-8")
    for comment in ("# of the team", "# easy on the eyes", "# our own", "# the end"):
        assert comment in text
    assert named_in(path) == {"theme", "regions", "keys"}
    assert write(path, "regions", None) == write(path, "regions", None)
    assert named_in(path) == {"theme", "keys"}


def test_a_file_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "stanch" / "config.toml"
    write(path, "mouse", False)
    assert load(path) == Config(mouse=False)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("theme"), st.sampled_from(["dark", "light", None])),
            st.tuples(st.sampled_from(["plain", "mouse", "read_only"]), st.sampled_from([True, False, None])),
            st.tuples(st.just("refresh_seconds"), st.none() | st.integers(1, 3600) | st.floats(1, 3600)),
            st.tuples(st.just("regions"), st.none() | st.lists(st.text(), max_size=3)),
        ),
        max_size=8,
    )
)
def test_whatever_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, object]]
) -> None:
    path = config_file(tmp_path_factory.mktemp("config", numbered=True), EXAMPLE + WRITTEN)
    expected = msgspec.to_builtins(load(path))
    for name, value in changes:
        config = write(path, name, value)
        expected[name] = getattr(Config(), name) if value is None else value
        assert config == load(path) == msgspec.convert(expected, Config)
    assert "# our own" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value"), [("refresh_seconds", 0), ("theme", "pink"), ("nonsense", 1), ("mouse", "no")]
)
def test_what_is_not_valid_is_not_written(tmp_path: Path, name: str, value: object) -> None:
    path = config_file(tmp_path)
    with pytest.raises(ConfigError, match=f"{name} can't be"):
        write(path, name, value)
    assert path.read_text(encoding="utf-8") == WRITTEN


def test_a_broken_file_stays_as_it_is(tmp_path: Path) -> None:
    path = config_file(tmp_path, "theme = ")
    with pytest.raises(ConfigError, match="isn't valid TOML"):
        write(path, "theme", "dark")
    assert path.read_text(encoding="utf-8") == "theme = "


def test_no_link_is_followed_and_nobody_elses_file_written(tmp_path: Path) -> None:
    target = config_file(tmp_path)
    link = tmp_path / "link.toml"
    link.symlink_to(target)
    with pytest.raises(ConfigError, match="it is a link"):
        write(link, "mouse", False)
    target.chmod(0o666)
    with pytest.raises(ConfigError, match="others can write to it"):
        write(target, "mouse", False)
    target.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(target, 12345, -1)
        with pytest.raises(ConfigError, match="another user"):
            write(target, "mouse", False)
    assert target.read_text(encoding="utf-8") == WRITTEN
    with pytest.raises(ConfigError, match="cannot be written"):
        write(Path("/dev/null/stanch/config.toml"), "mouse", False)


def test_everything_that_can_be_set_is_there_and_explained() -> None:
    found = {entry.name: entry for entry in entries(Config())}
    assert set(found) == {field.name for field in msgspec.structs.fields(Config)}
    assert {name for name, entry in found.items() if not entry.about} == set()
    assert found["theme"].choices[:2] == (None, "dark")
    assert found["mouse"].choices == (False, True)
    assert (found["refresh_seconds"].kind, found["regions"].kind) == ("number", "words")
    assert found["refresh_seconds"].read("90") == 90
    assert found["regions"].read("eu-central-1, us-east-1") == ["eu-central-1", "us-east-1"]
