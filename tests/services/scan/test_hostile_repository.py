"""A repository is whatever an attacker wrote: to look through it runs nothing and leads nowhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from services.scan.scan import Scan
from tests.services.scan.test_scan import git, scanned, token

CANARY = "canary"

RUNS_A_PROGRAM = {
    "gpg.program": "{run}",
    "gpg.openpgp.program": "{run}",
    "gpg.ssh.program": "{run}",
    "gpg.x509.program": "{run}",
    "core.fsmonitor": "{run}",
    "core.pager": "{run}",
    "pager.log": "{run}",
    "pager.cat-file": "{run}",
    "pager.rev-list": "{run}",
    "pager.diff-tree": "{run}",
    "core.editor": "{run}",
    "core.askPass": "{run}",
    "core.sshCommand": "{run}",
    "core.gitProxy": "{run}",
    "core.hooksPath": "{folder}",
    "core.alternateRefsCommand": "{run}",
    "credential.helper": "!{run}",
    "diff.external": "{run}",
    "diff.hostile.command": "{run}",
    "diff.hostile.textconv": "{run}",
    "filter.hostile.clean": "{run}",
    "filter.hostile.smudge": "{run}",
    "filter.hostile.process": "{run}",
    "merge.hostile.driver": "{run}",
    "interactive.diffFilter": "{run}",
    "uploadpack.packObjectsHook": "{run}",
    "remote.origin.uploadpack": "{run}",
    "remote.origin.receivepack": "{run}",
    "remote.origin.url": "ext::{run}",
    "remote.origin.vcs": "{run}",
    "sequence.editor": "{run}",
    "trailer.hostile.command": "{run}",
    "alias.cat-file": "!{run}",
    "alias.log": "!{run}",
    "alias.rev-list": "!{run}",
    "alias.diff-tree": "!{run}",
    "include.path": "{folder}/included",
    "protocol.ext.allow": "always",
}
ALL_ON = {
    "log.showSignature": "true",
    "diff.algorithm": "histogram",
    "core.attributesFile": "{folder}/attributes",
    "core.repositoryformatversion": "1",
    "extensions.partialClone": "origin",
    "remote.origin.promisor": "true",
    "fetch.recurseSubmodules": "true",
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A program that leaves a canary behind."""
    program = tmp_path / "bad" / "program"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / CANARY}\ncat\n")
    program.chmod(0o755)
    (program.parent / "included").write_text(f"[gpg]\n\tprogram = {program}\n")
    (program.parent / "attributes").write_text("* diff=hostile filter=hostile merge=hostile\n")
    for hook in (
        "post-checkout",
        "reference-transaction",
        "pre-auto-gc",
        "fsmonitor-watchman",
        "post-index-change",
    ):
        (program.parent / hook).symlink_to(program)
    return program


def repository(folder: Path, user: str = "web") -> Path:
    """One with a signed commit, a key that was deleted, and an attribute for every file."""
    git(folder.parent, "init", "-q", str(folder))
    (folder / ".gitattributes").write_text("* diff=hostile filter=hostile merge=hostile\n")
    (folder / "app.env").write_text(f"KEY={token(user)}\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    tree, parent = git(folder, "rev-parse", "HEAD^{tree}", "HEAD").split()
    signed = (
        f"tree {tree}\nparent {parent}\nauthor a <a@example.org> 1767225600 +0000\n"
        "committer a <a@example.org> 1767225600 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n"
        " iQEz\n -----END PGP SIGNATURE-----\n\nsigned\n"
    )
    git(
        folder, "reset", "-q", "--hard", git(folder, "hash-object", "-tcommit", "-w", "--stdin", given=signed)
    )
    git(folder, "rm", "-q", "app.env")
    git(folder, "commit", "-qm", "gone")
    return folder


def configure(gitdir: Path, run: Path, *keys: str) -> None:
    settings = {key: value for key, value in (RUNS_A_PROGRAM | ALL_ON).items() if not keys or key in keys}
    with (gitdir / "config").open("a") as file:
        for key, value in (settings | ALL_ON).items():
            section, _, rest = key.partition(".")
            within, _, name = rest.rpartition(".")
            file.write(f'[{section} "{within}"]\n' if within else f"[{section}]\n")
            file.write(f'\t{name} = "{value.format(run=run, folder=run.parent)}"\n')
    for hook in run.parent.iterdir():
        (gitdir / "hooks").mkdir(exist_ok=True)
        (gitdir / "hooks" / hook.name).unlink(missing_ok=True)
        (gitdir / "hooks" / hook.name).symlink_to(run)
    (gitdir / "info").mkdir(exist_ok=True)
    (gitdir / "info" / "attributes").write_text("* diff=hostile filter=hostile merge=hostile\n")


def as_work_tree(folder: Path) -> Path:
    return repository(folder) / ".git"


def as_bare(folder: Path) -> Path:
    git(folder.parent, "clone", "-q", "--bare", str(repository(folder.parent / "source")), str(folder))
    return folder


def as_files_of_an_innocent_clone(folder: Path) -> Path:
    """A bare repository committed as files: `safe.bareRepository` is made against these."""
    innocent = repository(folder, "innocent")
    git(
        folder.parent,
        "clone",
        "-q",
        "--bare",
        str(repository(folder.parent / "source")),
        str(innocent / "vendor"),
    )
    return innocent / "vendor"


SHAPES = (as_work_tree, as_bare, as_files_of_an_innocent_clone)


def test_the_canary_sings(tmp_path: Path, run: Path) -> None:
    """Or the tests below would prove nothing: plain git does run what such a repository names."""
    configure(as_work_tree(tmp_path / "repo"), run, "gpg.program")
    subprocess.run(["git", "-C", str(tmp_path / "repo"), "log"], capture_output=True, check=False)
    assert (tmp_path / CANARY).exists()


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_that_a_repository_names_is_run(
    tmp_path: Path,
    run: Path,
    shape: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
    counted: Callable[[str], None],
) -> None:
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR"):
        monkeypatch.setenv(name, str(run))
    gitdir = shape(tmp_path / "repo")
    innocent = (gitdir / "config").read_bytes()
    tried = 0
    for keys in [(key,) for key in RUNS_A_PROGRAM] + [()]:
        (gitdir / "config").write_bytes(innocent)
        configure(gitdir, run, *keys)
        scan = scanned(tmp_path / "repo")
        assert not (tmp_path / CANARY).exists(), keys or "all of them"
        assert any(found.key.user == "web" and found.place.commit for found in scan.found)
        tried += 1
    counted(f"{tried} hostile configurations {shape.__name__}: nothing was run")
    assert tried == len(RUNS_A_PROGRAM) + 1


def test_git_is_never_taken_from_the_folder_that_is_looked_through(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = repository(tmp_path / "repo")
    (repo / "git").symlink_to(run)
    monkeypatch.chdir(repo)
    monkeypatch.setenv("PATH", f".:{os.pathsep}{os.environ['PATH']}")
    assert scanned(Path()).objects
    assert not (tmp_path / CANARY).exists()


def test_git_gets_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of git a program that writes its environment down."""
    told = tmp_path / "environment"
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\n/usr/bin/env > {told}\n")
    fake.chmod(0o755)
    repo = repository(tmp_path / "repo")
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    scanned(repo)
    names = {line.partition("=")[0] for line in told.read_text().splitlines()}
    assert "GIT_DIR" in names
    assert not any(name.startswith("AWS_") for name in names)


def unread(scan: Scan) -> str:
    return "; ".join(why for _, why in scan.unreadable)


def test_what_is_elsewhere_is_named_and_not_followed(tmp_path: Path) -> None:
    secret = repository(tmp_path / "elsewhere", "elsewhere")

    def linked(at: Path) -> None:
        at.mkdir()
        (at / ".git").symlink_to(secret / ".git")

    def with_linked_objects(at: Path) -> None:
        git(tmp_path, "init", "-q", str(at))
        (at / ".git" / "objects").rename(at / "aside")
        (at / ".git" / "objects").symlink_to(secret / ".git" / "objects")

    ways: dict[str, Callable[[Path], object]] = {
        "alternates": lambda at: git(tmp_path, "clone", "-q", "--shared", str(secret), str(at)),
        "shallow": lambda at: git(tmp_path, "clone", "-q", "--depth=1", secret.as_uri(), str(at)),
        "worktree": lambda at: git(secret, "worktree", "add", "-q", "--detach", str(at)),
        "a link": linked,
        "objects that are a link": with_linked_objects,
    }
    for name, make in ways.items():
        at = tmp_path / "mine" / name
        at.parent.mkdir(exist_ok=True)
        make(at)
        scan = scanned(at)
        assert scan.unreadable, name
        assert not scan.found, f"{name}: {scan.found}"


def test_a_partial_clone_is_named(tmp_path: Path) -> None:
    source = repository(tmp_path / "source")
    git(source, "config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", source.as_uri(), str(partial))
    scan = scanned(partial)
    assert "never fetched" in unread(scan)
    assert not scan.found


def test_a_submodule_is_read_in_the_repository_it_belongs_to(tmp_path: Path) -> None:
    inner, outer = repository(tmp_path / "inner", "inner"), repository(tmp_path / "outer", "outer")
    allowed = ("-c", "protocol.file.allow=always")
    git(outer, *allowed, "submodule", "--quiet", "add", str(inner), "sub")
    scan = scanned(outer)
    assert {found.key.user for found in scan.found} == {"inner", "outer"}
    assert not scan.unreadable
    assert "leads to another place" in unread(scanned(outer / "sub"))


def test_reflogs_and_the_configuration_are_read_as_files(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo")
    git(repo, "config", "http.extraHeader", f"Authorization: Bearer {token('header')}")
    git(repo, "commit", "-q", "--allow-empty", "-m", f"with {token('reflog')}")
    places = {str(found.place) for found in scanned(repo).found if found.key.user in ("header", "reflog")}
    assert any(".git/config:" in place for place in places)
    assert any(".git/logs/HEAD:" in place for place in places)


def test_objects_that_are_no_files_are_waited_for_by_nobody(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo")
    loose = repo / ".git" / "objects" / "ab"
    loose.mkdir(exist_ok=True)
    os.mkfifo(loose / ("c" * 38))
    (repo / ".git" / "objects" / "cd").symlink_to(tmp_path)
    scan = scanned(repo)
    assert "isn't a regular file" in unread(scan)
    assert "a link to another place" in unread(scan)
    assert {found.key.user for found in scan.found} == {"web"}


def test_a_broken_object_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo")
    blob = git(repo, "hash-object", "-w", "--stdin", given="to be broken")
    path = repo / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"broken")
    scan = scanned(repo)
    assert scan.unreadable
    assert scan.files, "the files are read all the same"


def test_objects_of_sha256(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    git(tmp_path, "init", "-q", "--object-format=sha256", str(repo))
    (repo / "app.env").write_text(token())
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "first")
    for packed in (False, True):
        if packed:
            git(repo, "gc", "-q")
        scan = scanned(repo)
        assert not scan.unreadable
        assert [len(found.place.commit or "") for found in scan.found if found.place.object_id] == [64]


def _rename_as_of_sha256(gitdir: Path) -> None:
    for path in (gitdir / "objects" / "pack").glob("pack-*.???*"):
        path.rename(path.with_name(f"pack-{'a' * 64}{path.suffix}"))


def _truncate(gitdir: Path, suffix: str, size: int) -> None:
    for path in (gitdir / "objects" / "pack").glob(f"*{suffix}"):
        path.chmod(0o600)
        os.truncate(path, size)


def _add(gitdir: Path, *names: str) -> None:
    for name in names:
        (gitdir / "objects" / name).parent.mkdir(exist_ok=True)
        (gitdir / "objects" / name).touch()


HIDES_OBJECTS: dict[str, Callable[[Path], None]] = {
    "a pack's name is as long as one of SHA-256": _rename_as_of_sha256,
    "an empty pack of SHA-256": lambda at: _add(at, f"pack/{'a' * 64}.pack", f"pack/pack-{'a' * 64}.idx"),
    "one more with both": lambda at: _add(at, f"pack/pack-{'a' * 64}.pack", f"pack/pack-{'a' * 64}.idx"),
    "an empty loose object of SHA-256": lambda at: _add(at, f"ab/{'a' * 62}"),
    "an index cut in its table": lambda at: _truncate(at, ".idx", 900),
    "an index cut in its head": lambda at: _truncate(at, ".idx", 6),
    "an empty index": lambda at: _truncate(at, ".idx", 0),
    "a pack that is cut": lambda at: _truncate(at, ".pack", 40),
    "an empty pack": lambda at: _truncate(at, ".pack", 0),
}


@pytest.mark.parametrize("way", HIDES_OBJECTS)
def test_nothing_hides_objects_in_silence(way: str, tmp_path: Path) -> None:
    """git itself goes on without a pack that it cannot read, and ends as if all had been there."""
    repo = repository(tmp_path / "repo")
    git(repo, "gc", "-q")
    HIDES_OBJECTS[way](repo / ".git")
    scan = scanned(repo)
    assert scan.unreadable or {found.key.user for found in scan.found} == {"web"}
    if "SHA-256" in way:
        assert {found.key.user for found in scan.found} == {"web"}, "git itself still reads them"


def test_an_index_that_lies_is_named(tmp_path: Path) -> None:
    """Its end is right, so that it is taken for the pack's own; what git says of it is kept."""
    repo = repository(tmp_path / "repo")
    git(repo, "gc", "-q")
    (index,) = (repo / ".git" / "objects" / "pack").glob("*.idx")
    index.chmod(0o600)
    content = bytearray(index.read_bytes())
    content[8:1032] = bytes(1020) + (1 << 20).to_bytes(4, "big")
    index.write_bytes(content)
    assert "git can't read" in unread(scanned(repo))


def _shared(at: Path, secret: Path, *folders: str) -> Path:
    for name in folders:
        (at / name).mkdir(parents=True)
    at.mkdir(exist_ok=True, parents=True)
    (at / "HEAD").write_text("ref: refs/heads/master\n")
    (at / "commondir").write_text(f"{secret / '.git'}\n")
    return at


@pytest.mark.parametrize("way", ["own objects", "a file that leads here", "a file that leads to nothing"])
def test_objects_shared_with_another_repository_are_named(way: str, tmp_path: Path) -> None:
    secret, mine = repository(tmp_path / "elsewhere"), tmp_path / "mine"
    mine.mkdir()
    if way == "own objects":
        _shared(mine / ".git", secret, "objects", "refs")
    else:
        (mine / ".git").write_text("gitdir: hidden\n")
        if way == "a file that leads here":
            _shared(mine / "hidden", secret)
        else:
            (mine / "hidden").mkdir()
    scan = scanned(mine)
    assert scan.unreadable
    assert not scan.found


def test_a_worktree_beside_its_repository_is_no_gap(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    repo = repository(tmp_path / "all" / "repo")
    git(repo, "worktree", "add", "-q", "--detach", str(tmp_path / "all" / "tree"))
    scan = scanned(tmp_path / "all")
    assert not scan.unreadable
    assert {found.key.user for found in scan.found} == {"web"}


def test_files_of_others_among_the_objects_are_read(tmp_path: Path) -> None:
    """A folder that only looks like a repository would hide what is in its objects."""
    for name in ("repo/objects", "repo/refs"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "repo" / "HEAD").symlink_to("refs/heads/none")
    hidden = ("readme", "ab/readme", "pack/readme", "deep/er/readme", "info/packs")
    for number, name in enumerate(hidden):
        path = tmp_path / "repo" / "objects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(token(f"user{number}"))
    assert {found.key.user for found in scanned(tmp_path).found} == {f"user{n}" for n in range(5)}


def test_a_tree_of_ten_thousand_million_paths_takes_no_time(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    git(tmp_path, "init", "-q", str(repo))
    each = git(repo, "hash-object", "-w", "--stdin", given=token())
    kind = "100644 blob"
    for _ in range(10):
        entries = "".join(f"{kind} {each}\t{name}\n" for name in range(10))
        each, kind = git(repo, "mktree", given=entries), "040000 tree"
    commit = git(repo, "commit-tree", "-m", "many", each)
    git(repo, "update-ref", "refs/heads/many", commit)
    (found,) = scanned(repo).found
    assert found.place.commit == commit
    assert found.place.path == str(repo / Path(*"0000000000"))
