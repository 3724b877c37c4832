"""What changes a repository: commits, branches, worktrees."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studio.support.errors import NodeError
from studio.tools.git.asking import EMPTY_TREE, state_of
from studio.tools.git.command import Git, branch_name, commit_name
from studio.tools.git.hardening import DIFF_OPTIONS
from studio.tools.workspace.folders import open_folder
from studio.tools.workspace.names import (
    WORKTREES,
    is_own,
    is_secret,
    name_problem,
    nodes_folders,
    safe_path,
    studio_problem,
)
from studio.tools.workspace.own_types import is_run_from
from studio.tools.workspace.workspace import put_if_missing

MOST_MESSAGE: Final = 100_000
_WORKTREE = re.compile(r"[A-Za-z0-9_][\w-]{0,63}")
_PERSON = re.compile(r"[^<>\n\x00]{1,200}")


@dataclass(frozen=True, slots=True)
class Committed:
    """The hash of the new commit ("" if nothing had changed), what went into it, and what was left out as secret."""

    hash: str
    files: list[str]
    left_out: list[str]


async def commit(git: Git, message: str, names: list[str] | None, *, author: str, email: str) -> Committed:
    """Commit these files, or all that changed in the folder. Files of secrets stay out; hooks do not run."""
    if not message.strip() or len(message) > MOST_MESSAGE:
        raise NodeError("the message of a commit needs some words, and not more than 100,000 characters.")
    if problem := person_problem(author, email):
        raise NodeError(problem, hint="Correct the params.")
    state = await state_of(git)
    changed = {name for file in state.files for name in (file["name"], file.get("before")) if name}
    wanted = changed if names is None else changed & {_file_name(name) for name in names}
    secret = sorted(name for name in wanted if is_secret(name.rsplit("/", 1)[-1]) or name.endswith("/"))
    files = sorted(wanted - set(secret))
    if not files:
        return Committed("", [], secret)
    listed = "\0".join(files)
    who = {"NAME": author, "EMAIL": email}
    by_list = ("--pathspec-from-file=-", "--pathspec-file-nul")
    await git.run("add", "--all", *by_list, writable=True, stdin=listed)
    person = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in who.items()}
    await git.run(
        "commit", "--quiet", "--no-verify", "--no-gpg-sign", "--no-post-rewrite", "--cleanup=whitespace",
        f"--message={message}", "--only", *by_list, writable=True, stdin=listed, extra=person,
    )  # fmt: skip
    head = await git.run("rev-parse", "--verify", "HEAD")
    return Committed(head.stdout.strip(), files, secret)


def person_problem(name: str, email: str) -> str:
    """Return why git would not take this for an author, as a sentence; "" if it does."""
    if _PERSON.fullmatch(name) and _PERSON.fullmatch(email):
        return ""
    return "the author's name or address is empty or holds < or >."


async def make_branch(git: Git, name: str, start: str, *, switch: bool) -> str:
    """Make a branch at a commit and return the commit's hash. `switch` also checks it out into the folder."""
    branch, at = branch_name(name), commit_name(start)
    if switch:
        await _leave_own_code_alone(git, at)
        await git.run("switch", "--quiet", "--no-track", "--create", branch, "--end-of-options", at, writable=True)
    else:
        await git.run("branch", "--no-track", "--end-of-options", branch, at, writable=True)
    found = await git.run("rev-parse", "--verify", "--end-of-options", f"refs/heads/{branch}")
    return found.stdout.strip().splitlines()[-1]


async def _leave_own_code_alone(git: Git, commit: str) -> None:
    """Raise `NodeError` if checking a commit out would change what the studio runs as part of itself."""
    there = git.repository
    born = (await git.run("rev-parse", "--verify", "--quiet", "HEAD", may_fail=True)).exit_code == 0
    ends = ("HEAD" if born else EMPTY_TREE, commit)
    listed = await git.run("diff", *DIFF_OPTIONS, "--name-only", "--no-renames", "-z", "--end-of-options", *ends)
    for name in filter(None, listed.stdout.split("\0")):
        parts = there.top.joinpath(name).relative_to(there.project).parts
        nested = nodes_folders(parts)
        if studio_problem(parts) or any(is_run_from(there.project.joinpath(*one)) for one in nested):
            raise NodeError(
                f"`{name}` differs there, and its code would run as part of the studio, so nodes do not check it out.",
                hint="Switch by hand, or make a worktree.",
                code="protected",
            )


async def add_worktree(git: Git, name: str, start: str, branch: str | None) -> str:
    """Check a commit out into a folder of its own in `.studio/worktrees` and return it, relative to the project."""
    folder, there = _worktree(git, name)
    await asyncio.to_thread(_prepare, git)
    how = ["--detach"] if branch is None else ["-b", branch_name(branch)]
    await git.run("worktree", "add", "--quiet", *how, str(there), commit_name(start), writable=True)
    return folder


async def remove_worktree(git: Git, name: str) -> str:
    """Delete a worktree and all that was not committed in it; a branch stays. Return its folder."""
    folder, there = _worktree(git, name)
    await git.run("worktree", "remove", "--force", str(there), writable=True)
    return folder


def _worktree(git: Git, name: str) -> tuple[str, Path]:
    """Return the folder of a worktree, relative and absolute. Raises `NodeError` if a link stands on the way."""
    if not _WORKTREE.fullmatch(name) or name_problem(name):
        raise NodeError(f"`{name[:80]}` is no name for a worktree.", hint="Use letters, digits, - and _.")
    folder = "/".join((*WORKTREES, name))
    there = git.repository.project / folder
    if safe_path(git.repository.project, folder) != there:
        raise NodeError(f"a link stands at `{folder}`.", hint="Choose another name.", code="unsafe_name")
    return folder, there


def _prepare(git: Git) -> None:
    """Make the folder of worktrees, and keep it out of what git takes for new files."""
    with open_folder(git.repository.project, WORKTREES, make=True):
        pass
    with open_folder(git.repository.project, WORKTREES[:1]) as own:
        put_if_missing(own, ".gitignore", b"*\n")


def _file_name(name: str) -> str:
    problem = name_problem(name)
    if problem or any(map(is_own, name.split("/"))):
        raise NodeError(f"`{name[:80]}` {problem or 'belongs to git or the studio'}.", code="protected")
    return name.removeprefix("./")
