"""Folders are walked in order, however deep they are, and what cannot be listed ends nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.base.walk import walk
from tests.deep import deep_folder, long_folder


def at_once(error: OSError) -> None:
    raise error


def walked(top: Path, *, follow: bool = False) -> list[tuple[Path, list[str], list[str]]]:
    return list(walk(top, at_once, follow=follow))


@pytest.mark.parametrize("follow", [False, True])
def test_the_order_is_that_of_the_names(follow: bool, tmp_path: Path) -> None:
    for name in ("b/z", "b/a/deep", "a", "c"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").touch()
    (tmp_path / "link").symlink_to("b/a")
    (tmp_path / "broken").symlink_to("nowhere")
    expected = []
    for name, folders, names in os.walk(tmp_path, followlinks=follow):
        folders.sort()
        expected.append((Path(name), list(folders), sorted(names)))
    assert walked(tmp_path, follow=follow) == expected


def test_it_goes_on_where_it_is_let(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    seen = []
    for folder, folders, _ in walk(tmp_path, at_once):
        seen.append(folder.name)
        folders[:] = [name for name in folders if name != "b"]
    assert seen == [tmp_path.name, "a", "c"]


def test_a_thousand_folders_one_in_the_other(tmp_path: Path) -> None:
    with deep_folder(tmp_path, 1500) as deepest:
        assert [folder for folder, _, _ in walked(tmp_path)][-1] == deepest


def test_a_path_too_long_to_be_listed_is_one_that_failed(tmp_path: Path) -> None:
    failed: list[OSError] = []
    long_folder(tmp_path)
    (tmp_path / "z").mkdir()
    assert [folder for folder, _, _ in walk(tmp_path, failed.append)][-1] == tmp_path / "z"
    assert [error.strerror for error in failed] == ["File name too long"]
