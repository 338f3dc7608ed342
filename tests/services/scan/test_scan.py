"""Keys planted in files, streams and a git history are found, and nothing else is taken for one."""

from __future__ import annotations

import base64
import io
import os
import random
import subprocess
from pathlib import Path

import pytest

from services.scan.scan import Scan
from services.scan.tokens import hits
from tests.deep import LONGEST_PATH, deep_folder, folder_of_length, long_folder
from tests.growth import cost_for_four_times_as_much

SECRET = "0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ"


def token(user: str = "web", prefix: str = "ACWL") -> str:
    return prefix + base64.b64encode(f"{user}-at-123456789012:{SECRET}".encode()).decode()


def scanned(*paths: Path) -> Scan:
    scan = Scan()
    for path in paths:
        scan.path(path)
    return scan


def git(folder: Path, *arguments: str, given: str = "", date: str = "2026-11-01T00:00:00Z") -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments],
        check=True,
        capture_output=True,
        input=given.encode(),
        env={**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date},
    )
    return done.stdout.decode().strip()


@pytest.mark.parametrize("prefix", ["ACWL", "ABSK", "APIAACWM", "AEAA"])
@pytest.mark.parametrize(
    "around", ["{}", 'key = "{}"', "Authorization: Bearer {}\r", "KEY={}&next=1", "<b>{}</b>"]
)
def test_a_key_of_each_kind_whatever_stands_around_it(prefix: str, around: str) -> None:
    text = "one\n" + around.format(token("a.b@c", prefix)) + "\nthree\n"
    (hit,) = hits(io.BytesIO(text.encode()))
    assert (hit.key.prefix, hit.key.user, hit.key.account) == (prefix, "a.b@c", "123456789012")
    assert hit.line == 2
    assert SECRET[:10] not in repr(hit)


@pytest.mark.parametrize("chunk", [1, 7, 64, 100, 4096])
def test_a_key_across_the_border_of_two_pieces(chunk: int) -> None:
    text = f"{'x' * 90}\n{token('one')} {token('two')}\n{token('three')}".encode()
    found = [(hit.key.user, hit.line) for hit in hits(io.BytesIO(text), chunk=chunk)]
    assert found == [("one", 2), ("two", 2), ("three", 3)]


def test_nothing_else_is_taken_for_a_key() -> None:
    rng = random.Random(7)
    noise = bytearray(rng.randbytes(2_000_000))
    for prefix in (b"ACWL", b"ABSK", b"APIAACWM", b"AEAA") * 50:
        at = rng.randrange(len(noise) - 200)
        noise[at : at + 4 + 120] = prefix[:4] + base64.b64encode(rng.randbytes(90))
    look_alikes = (
        b"ACWL" + base64.b64encode(b"no account here:" + SECRET.encode()),
        b"ACWL" + base64.b64encode(b"web-at-12345:" + SECRET.encode()),
        b"ACWL" + base64.b64encode(b"web-at-123456789012 " + SECRET.encode()),
        b"ACWL" * 1000,
        b"AEAA" + b"A" * 100_000,
    )
    text = bytes(noise) + b"\n" + b"\n".join(look_alikes) + b"\n" + base64.b64encode(bytes(noise[:300_000]))
    assert list(hits(io.BytesIO(text))) == []


def test_folders_binary_files_and_lines_without_end(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "app.env").write_text(f"A=1\nKEY={token()}\n")
    (tmp_path / "image.bin").write_bytes(os.urandom(50_000) + b"\0" + token("bin").encode() + b"\0")
    (tmp_path / "long.json").write_bytes(b"x" * 9_000_000 + token("long").encode())
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "er" / "app.env")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    scan = scanned(tmp_path)
    places = {found.key.user: found.place for found in scan.found}
    assert sorted(found.key.user or "" for found in scan.found) == ["bin", "long", "web"], (
        "links are not followed"
    )
    assert str(places["web"]) == f"{tmp_path}/deep/er/app.env:2"
    assert places["long"].line == 1
    assert scan.unreadable == []
    assert scan.files == 3


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    scan = scanned(tmp_path / "missing")
    assert scan.unreadable == [(str(tmp_path / "missing"), "there is no such file or folder")]
    scan = scanned(tmp_path / ("n" * 300))
    assert [why for _, why in scan.unreadable] == ["File name too long"]
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "kept.txt").write_text(token())
    scan = scanned(tmp_path / "repo")
    assert [what for what, _ in scan.unreadable] == [f"the history of {tmp_path / 'repo'}"]
    assert len(scan.found) == 1, "the files are read all the same"


def test_folders_a_thousand_deep_are_searched(tmp_path: Path) -> None:
    with deep_folder(tmp_path, 1500) as deepest:
        (deepest / "key.txt").write_text(token("deep"))
        (tmp_path / "later.txt").write_text(token("later"))
        scan = scanned(tmp_path)
    assert {found.key.user for found in scan.found} == {"deep", "later"}
    assert scan.unreadable == []


def test_folders_whose_path_is_too_long_are_named(tmp_path: Path) -> None:
    long_folder(tmp_path)
    (tmp_path / "z.txt").write_text(token("later"))
    scan = scanned(tmp_path)
    assert [found.key.user for found in scan.found] == ["later"]
    assert [why for _, why in scan.unreadable] == ["File name too long"]


@pytest.mark.parametrize("room", range(1, 13))
def test_a_repository_at_the_end_of_the_longest_path_ends_nothing(room: int, tmp_path: Path) -> None:
    (tmp_path / "z.txt").write_text(token("later"))
    last = os.open(folder_of_length(tmp_path, LONGEST_PATH - room), os.O_RDONLY)
    for name in (".git", "objects", "refs"):
        os.mkdir(name, dir_fd=last)
    for name in ("HEAD", "a-file-of-a-long-name"):
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=last))
    os.close(last)
    scan = scanned(tmp_path)
    assert [found.key.user for found in scan.found] == ["later"]
    assert any(why == "File name too long" for _, why in scan.unreadable)


def test_repositories_beside_each_other_are_not_asked_for_each_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    inside = Path.is_relative_to

    def counted(self: Path, *others: str | os.PathLike[str]) -> bool:
        nonlocal asked
        asked += 1
        return inside(self, *others)

    for number in range(60):
        for name in ("objects/pack", "refs", "hooks"):
            (tmp_path / f"{number}.git" / name).mkdir(parents=True)
        (tmp_path / f"{number}.git" / "HEAD").touch()
        (tmp_path / f"{number}.git" / "objects" / "pack" / "a.pack").touch()
    monkeypatch.setattr(Path, "is_relative_to", counted)
    repositories: list[Path] = []
    assert [path.name for path in Scan()._below(tmp_path, repositories)] == ["HEAD"] * 60
    assert len(repositories) == 60
    assert asked < 60 * 5 * 4


def test_a_history_keeps_what_was_deleted(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "-q")
    (repo / "a.txt").write_text("nothing\n")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "first")
    (repo / "conf").mkdir()
    (repo / "conf" / "my app.env").write_text(f"# ours\nKEY={token('deleted')}\n")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "second")
    leaked = git(repo, "rev-parse", "HEAD")
    git(repo, "rm", "-q", "conf/my app.env")
    git(repo, "commit", "-qm", "third")
    git(repo, "commit", "-q", "--allow-empty", "-m", f"use {token('told')}")
    message = git(repo, "rev-parse", "HEAD")
    git(repo, "reset", "-q", "--hard", leaked + "^")
    git(repo, "reset", "-q", "--hard", message)
    found = {each.key.user: each.place for each in scanned(repo).found}
    assert set(found) == {"deleted", "told"}
    assert (found["deleted"].commit, found["deleted"].line) == (leaked, 2)
    assert found["deleted"].path == f"{repo}/conf/my app.env"
    assert found["told"].commit == message

    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    assert {each.key.user for each in scanned(bare).found} == {"deleted", "told"}

    # Of no branch any more, and still there for whoever looks.
    git(repo, "checkout", "-q", "--orphan", "clean")
    git(repo, "rm", "-qrf", ".")
    git(repo, "commit", "-q", "--allow-empty", "-m", "anew")
    (branch,) = [name for name in git(repo, "branch", "--format=%(refname:short)").split() if name != "clean"]
    git(repo, "branch", "-qD", branch)
    places = {each.key.user: each.place for each in scanned(repo).found}
    assert set(places) == {"deleted", "told"}
    assert (places["deleted"].commit, places["deleted"].path) == (leaked, f"{repo}/conf/my app.env")

    # Its commits gone too: what is left is an object that nothing names.
    lost = git(
        repo, "hash-object", "-w", "--stdin-paths", given=f"{made(tmp_path / 'lost', token('lost'))}\n"
    )
    (place,) = [each.place for each in scanned(repo).found if each.key.user == "lost"]
    assert (place.commit, place.object_id) == (None, lost)


def made(path: Path, content: str) -> Path:
    path.write_text(content)
    return path


def test_each_object_is_placed_in_one_pass(tmp_path: Path) -> None:
    """Each is told with the commit that brought it, and with as much of its path as git shows."""
    repo, commits = tmp_path / "repo", dict[str, str]()
    git(tmp_path, "init", "-q", str(repo))
    (repo / "odd\tname").mkdir()
    for number in range(3):
        for each in range(100):
            (repo / "odd\tname" / f"{number}-{each}").write_text(token(f"u{number}.{each}"))
        (repo / f"{number}\nbroken").write_text(token(f"u{number}.broken"))
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "more", date=f"2026-01-0{number + 1}T00:00:00Z")
        commits[str(number)] = git(repo, "rev-parse", "HEAD")
    in_history = [found for found in scanned(repo).found if found.place.object_id]
    assert len(in_history) == 303
    for found in in_history:
        commit, _, name = (found.key.user or "").removeprefix("u").partition(".")
        assert found.place.commit == commits[commit]
        where = f"{commit}…" if name == "broken" else f"odd name/{commit}-{name}"
        assert found.place.path == f"{repo}/{where}"


@pytest.mark.parametrize("prefix", ["ACWL", "ABSK", "APIAACWM", "AEAA"])
def test_what_only_looks_like_keys_costs_little(prefix: str) -> None:
    alias = base64.b64encode(b"a-at-123456789012:").decode()
    tails = ("", "Y", "YYYYY", "YWFh", prefix[:3], alias, alias + "////", alias[:-1], "KY" + prefix)
    size = 64 << 10
    for tail in tails:
        unit = (prefix + tail).encode()
        cost = cost_for_four_times_as_much(lambda part: list(hits(io.BytesIO(part))), (unit * size)[:size])
        assert cost < 10, unit
