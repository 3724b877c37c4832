"""Git repositories anywhere on this computer: read at a commit, copied, given a branch; their files stay as they are.

A repository of a person is theirs: its files, its index, what is checked out and what is staged are not touched.  What
is read, is read of a commit; what is tried, is tried in a copy that goes away; what is delivered, is a new branch, of
which git writes the objects and the reference and nothing else (`git fast-import`).
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from studio.spec.outside import Sandbox
from studio.support.errors import NodeError
from studio.tools.git.asking import diff_between
from studio.tools.git.changing import MOST_MESSAGE, person_problem
from studio.tools.git.command import Git, branch_name, commit_name
from studio.tools.git.repository import Repository, find_repository, linked_checkout
from studio.tools.workspace import Workspace
from studio.tools.workspace.names import is_own, tree_problem

LONGEST_BRANCH: Final = 50
MOST_BRANCHES: Final = 1_000
"""How many numbers are tried behind the name of a branch that is there already."""
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
TEMPORARY: Final = "temporary:"
"""Before the name of a repository that a run made for itself: a record then says nothing of the machine."""
_TREE: Final = "tree"
_BARE: Final = ("HEAD", "objects", "refs")
_MODES: Final = ("100644", "100755")
_FOLDER: Final = "040000"


async def repository_at(place: str, sandbox: Sandbox) -> Git:
    """Return the repository that a folder of this computer belongs to. `place` is absolute, begins with `~`, or is
    relative to the current folder. Raises `NodeError` if there is none, or if parts of it lie elsewhere.

    A linked worktree (`git worktree add`) stands for its repository, with its own `HEAD`.
    """
    return await Git.of(await asyncio.to_thread(_repository, place), sandbox)


def _repository(place: str) -> Repository:
    top = _top(place)
    checkout = linked_checkout(top)
    try:
        whole = find_repository(top if checkout is None else checkout.parents[2].resolve(), ".")
    except NodeError as error:
        if error.kind != "unsafe_repository":
            raise
        raise NodeError(
            "parts of the git repository lie outside of its folder: `.git` names another place, or links or borrowed "
            "objects lead there.",
            hint="Give a clone that is whole (`git clone`), or a worktree made by `git worktree add`.",
            code="unsafe_repository",
        ) from None
    return whole if checkout is None else replace(whole, git_dir=checkout)


def _top(place: str) -> Path:
    if not place.strip() or "\0" in place:
        raise NodeError("no repository is named.", hint="Give the folder of a git repository.", code="input")
    try:
        folder = Path(os.path.realpath(Path(place).expanduser()))
    except RuntimeError:
        raise NodeError(f"nobody has the home folder `{place[:80]}`.", code="input") from None
    if not folder.is_dir():
        raise NodeError(
            f"there is no folder `{place[:200]}`.", hint="Give the folder of a git repository.", code="no_repository"
        )
    if not os.path.lexists(folder / ".git") and all(os.path.lexists(folder / part) for part in _BARE):
        raise NodeError(
            f"the folder `{place[:200]}` is a bare repository, without files of its own.",
            hint="Clone it, and give the folder of the clone.",
            code="no_repository",
        )
    for top in (folder, *folder.parents):
        if os.path.lexists(top / ".git"):
            return top
    raise NodeError(
        f"the folder `{place[:200]}` belongs to no git repository.",
        hint="Make one with `git init` and a first commit.",
        code="no_repository",
    )


async def commit_at(git: Git, start: str) -> str:
    """Return the hash of a commit. Raises `NodeError` if there is none of that name; a whole hash is taken as it is."""
    if _HASH.fullmatch(start):
        return start
    found = await git.run(
        "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit_name(start)}^{{commit}}", may_fail=True
    )
    if found.exit_code:
        raise NodeError(
            f"the repository has no commit `{start[:80]}`.", hint="Commit something first, or name another.", code="git"
        )
    return found.stdout.strip().splitlines()[-1]


@dataclass(frozen=True, slots=True)
class Copy:
    """A fresh copy of the files of a commit, with changes put over it, in a folder that goes away."""

    git: Git
    files: Workspace

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.git.repository.top

    async def changed(self) -> list[str]:
        """Return the names of files that differ from the commit; what `.gitignore` leaves out is not looked at."""
        where = {"GIT_INDEX_FILE": str(self.git.repository.project / "index")}
        known = await self.git.run("diff-files", "--name-only", "--ignore-submodules=all", "-z", extra=where)
        new = await self.git.run("ls-files", "--others", "--exclude-standard", "-z", extra=where)
        names = {name for name in (known.stdout + new.stdout).split("\0") if name and not name.endswith("/")}
        return sorted(name for name in names if not any(map(is_own, name.split("/"))))


@asynccontextmanager
async def fresh_copy(git: Git, commit: str, changes: Mapping[str, str | None]) -> AsyncIterator[Copy]:
    """Give a copy of the files of a commit in a folder of its own, with these changes; it is deleted afterwards.

    Nothing that the repository names is run.  A change is the text of a file, or None for one that is deleted.
    """
    with tempfile.TemporaryDirectory(prefix="studio-copy-", ignore_cleanup_errors=True) as made:
        scratch = await asyncio.to_thread(_real, made)
        (scratch / _TREE).mkdir()
        copy = git.elsewhere(scratch, scratch / _TREE)
        index = {"GIT_INDEX_FILE": str(scratch / "index")}
        await copy.run(
            "read-tree", "--reset", "-u", "--end-of-options", commit_name(commit), writable=True, extra=index
        )
        files = Workspace(scratch, _TREE, is_copy=True)
        if changes:
            await asyncio.to_thread(put_over, files, changes)
        yield Copy(copy, files)


def put_over(files: Workspace, changes: Mapping[str, str | None]) -> None:
    """Put changed texts over the files of a copy; a deleted file that is not there is no mistake."""
    texts = {name: None if text is None else text.encode() for name, text in changes.items()}
    files.change({name: data for name, data in texts.items() if data is not None or files.exists(name)})


@dataclass(frozen=True, slots=True)
class Delivered:
    """A branch that was made: its name, its one commit, what it was made on, and what it changes."""

    name: str
    hash: str
    base: str
    diff: str
    files: list[str]


async def deliver(
    git: Git,
    base: str,
    changes: Mapping[str, str | None],
    wish: str,
    message: str,
    *,
    author: str,
    email: str,
    now: str,
) -> Delivered:
    """Make a branch of one commit on `base`, without touching the files, the index or what is checked out.

    `now` is the time of the commit (ISO 8601).  The name is made of `wish`; if there is such a branch a number is put
    behind it.  Raises `NodeError` if nothing would change, for names that lead elsewhere, and for files that are made
    to hold secrets.
    """
    if not message.strip() or len(message) > MOST_MESSAGE:
        raise NodeError("the message of a commit needs some words, and not more than 100,000 characters.")
    if problem := person_problem(author, email):
        raise NodeError(problem, hint="Correct the params.")
    start = await commit_at(git, base)
    for name in changes:
        _check_name(name)
    modes = await _modes(git, start, sorted(changes))
    lines = [await _line(git, name, text, modes.get(name, "")) for name, text in sorted(changes.items())]
    if not any(lines):
        raise NodeError("there is nothing to commit.", hint="Wire the changed files.", code="input")
    name = await _free_name(git, wish)
    who = f"{author} <{email}> {_git_time(now)}"
    data = message.encode()
    head = f"commit refs/heads/{name}\nmark :1\nauthor {who}\ncommitter {who}\ndata {len(data)}\n{message}\n"
    script = f"{head}from {start}\n{''.join(lines)}\nget-mark :1\ndone\n"
    said = await git.run("fast-import", "--quiet", "--done", stdin=script, writable=True)
    made = said.stdout.strip()
    return Delivered(name, made, start, await diff_between(git, start, made), sorted(changes))


def _check_name(name: str) -> None:
    if problem := tree_problem(name):
        raise NodeError(f"`{name[:80]}` {problem}.", code="protected")


async def _modes(git: Git, commit: str, names: list[str]) -> dict[str, str]:
    """Return which of the files and their folders are there at a commit, with their modes.

    Raises `NodeError` for links, submodules, and files where folders should be.
    """
    wanted = set(names)
    folders = {name[:at] for name in names for at, sign in enumerate(name) if sign == "/"}
    asked = sorted(wanted | folders)
    listed = (await git.run("ls-tree", "-t", "-z", "--end-of-options", commit, *asked)).stdout if asked else ""
    found = {}
    for entry in filter(None, listed.split("\0")):
        about, _, name = entry.partition("\t")
        mode = about.split(" ", 1)[0]
        if name in folders and mode != _FOLDER:
            raise NodeError(f"`{name[:80]}` is no folder of files in that commit.", code="files")
        if name in wanted and mode not in _MODES:
            raise NodeError(f"`{name[:80]}` is no ordinary file in that commit.", code="files")
        found[name] = mode
    return found


async def _line(git: Git, name: str, text: str | None, mode: str) -> str:
    """Return what `git fast-import` is told of one file, "" if there is nothing to tell."""
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if text is None:
        return f"D {quoted}\n" if mode else ""
    if "\r" in text:  # its line ends may be those of this checkout only: git says what is kept
        blob = await git.run("hash-object", "-w", "--stdin", f"--path={name}", stdin=text, writable=True)
        return f"M {mode or _MODES[0]} {blob.stdout.strip()} {quoted}\n"
    return f"M {mode or _MODES[0]} inline {quoted}\ndata {len(text.encode())}\n{text}\n"


async def _free_name(git: Git, wish: str) -> str:
    listed = await git.run("for-each-ref", "--format=%(refname:strip=2)", "refs/heads/")
    taken = {name.casefold() for name in listed.stdout.splitlines()}
    start = plain_branch(wish)
    if any(start.casefold().startswith(one + "/") for one in taken):  # a branch `a` leaves no room for `a/b`
        start = start.replace("/", "-")
    for number in range(1, MOST_BRANCHES):
        name = branch_name(start if number == 1 else f"{start}-{number}")
        folded = name.casefold()
        if folded not in taken and not any(
            one.startswith(folded + "/") or folded.startswith(one + "/") for one in taken
        ):
            return name
    raise NodeError(f"there are too many branches called `{start}`.", hint="Choose another name.", code="exists")


def plain_branch(wish: str) -> str:
    """Return a name for a branch made of any text: small letters, digits and `- _ . /`, at most 50 characters."""
    plain = re.sub(r"[^a-z0-9/_.]+", "-", wish.lower())[:LONGEST_BRANCH]
    parts = [part.strip("-.") for part in plain.split("/")]
    made = "/".join(re.sub(r"\.{2,}|\.lock$", "-", part).strip("-.") for part in parts if part)
    return made.strip("/-._") or "change"


def temporary_place(run: str, name: str) -> Path:
    """Return where a repository lies that a run made for itself, in the folder for temporary files."""
    if not re.fullmatch(r"[\w-]{1,64}", run) or not re.fullmatch(r"[\w.-]{1,200}", name) or ".." in name:
        raise NodeError(f"`{TEMPORARY}{name[:80]}` names no repository.", hint="Wire *git.begin*.", code="input")
    return Path(os.path.realpath(tempfile.gettempdir())) / f"studio-{run}" / name


def _git_time(now: str) -> str:
    """Return a time as git keeps it: seconds since 1970, and the offset."""
    moment = datetime.fromisoformat(now)
    return f"{int(moment.timestamp())} {moment.strftime('%z') or '+0000'}"


async def begin(
    files: Mapping[str, str], top: Path, sandbox: Sandbox, message: str, *, author: str, email: str, now: str
) -> None:
    """Make a new repository of these files in a folder that is made for it, with one commit on the branch `main`.

    A folder of an earlier try is deleted first.
    """
    if not files:
        raise NodeError(
            "there are no files to begin a repository with.", hint="Name a folder with files.", code="files"
        )
    if problem := person_problem(author, email):
        raise NodeError(problem, hint="Correct the params.")
    await asyncio.to_thread(_make_empty, top)
    bare = Git(_made(top), sandbox, {})
    await bare.run("init", "--quiet", "--initial-branch=main", "--template=", writable=True)
    space = Workspace(top)
    await asyncio.to_thread(space.change, {name: text.encode() for name, text in files.items()})
    git = await Git.at(top, ".", sandbox)
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", author), ("EMAIL", email))
    }
    await git.run("add", "--all", "--", ".", writable=True)
    who |= {"GIT_AUTHOR_DATE": _git_time(now), "GIT_COMMITTER_DATE": _git_time(now)}
    await git.run("commit", "--quiet", "--no-verify", "--no-gpg-sign", f"--message={message}", writable=True, extra=who)


def _make_empty(top: Path) -> None:
    if top.is_dir() and not top.is_symlink():
        shutil.rmtree(top)
    top.parent.mkdir(mode=0o700, exist_ok=True)
    if top.parent.is_symlink() or (hasattr(os, "getuid") and top.parent.stat().st_uid != os.getuid()):
        raise NodeError("the folder for temporary files holds one of that name already.", code="exists")
    top.mkdir()
    (top / ".git").mkdir()


def _real(folder: str) -> Path:
    return Path(os.path.realpath(folder))


def _made(top: Path) -> Repository:
    return Repository(top, top, top, top / ".git", top / ".git")
