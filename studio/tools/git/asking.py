"""What is asked of a repository: its state, its changes, its history."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from studio.support.errors import NodeError
from studio.tools.git.command import Git, commit_name
from studio.tools.git.hardening import DIFF_OPTIONS
from studio.tools.patches import diff_of_texts
from studio.tools.workspace import Workspace
from studio.tools.workspace.names import is_own, is_secret, name_problem

EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""What a repository without commits is compared with."""
MOST_NEW_FILES: Final = 1_000
_WORDS: Final = {"M": "modified", "T": "modified", "A": "added", "D": "deleted", "R": "renamed", "C": "copied"}


@dataclass(frozen=True, slots=True)
class State:
    """The branch ("" if none is checked out), its commit ("" if there is none yet), and what differs from it: objects
    with `name`, `state`, `staged` and, for a renamed file, `before`."""

    branch: str
    commit: str
    files: list[dict[str, Any]]


async def state_of(git: Git) -> State:
    """Return branch and changes. What belongs to git or the studio is left out; names are relative to the folder."""
    result = await git.run(
        "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--ignore-submodules=all",
        "--no-ahead-behind", "--", ".",
    )  # fmt: skip
    branch = commit = ""
    files: list[dict[str, Any]] = []
    entries = iter(result.stdout.split("\0"))
    for entry in entries:
        kind, _, rest = entry.partition(" ")
        if kind == "#":
            what, _, value = rest.partition(" ")
            commit = value if what == "branch.oid" and value != "(initial)" else commit
            branch = value if what == "branch.head" and value != "(detached)" else branch
        elif kind == "?":
            files.append({"name": rest, "state": "untracked", "staged": False})
        elif kind == "u":
            files.append({"name": rest.split(" ", 9)[9], "state": "conflicted", "staged": False})
        elif kind == "1":
            codes, name = rest[:2], rest.split(" ", 7)[7]
            files.append({"name": name, **_told(codes)})
        elif kind == "2":
            codes, name = rest[:2], rest.split(" ", 8)[8]
            files.append({"name": name, **_told(codes), "before": next(entries)})
    kept = [_relative(file, git.repository.prefix) for file in files]
    return State(branch, commit, [file for file in kept if not any(map(is_own, file["name"].split("/")))])


async def changes_of(git: Git, base: str, to: str | None, *, context: int) -> str:
    """Return the changes from a commit to another, or with None to the files as they are, new ones included."""
    state = await state_of(git)
    start = EMPTY_TREE if base == "HEAD" and not state.commit else commit_name(base)
    ends = [start] if to is None else [start, commit_name(to)]
    diff = await _shown(git, "diff", "--relative", f"-U{context}", "--end-of-options", *ends)
    if to is None:
        new = [file["name"] for file in state.files if file["state"] == "untracked"]
        if len(new) > MOST_NEW_FILES:
            raise NodeError(
                f"there are more than {MOST_NEW_FILES} new files.", hint="Name them in `.gitignore`.", code="too_many"
            )
        diff += await asyncio.to_thread(_diff_of_new, git, new, context)
    return diff


async def diff_between(git: Git, base: str, to: str) -> str:
    """Return the changes from one commit to another."""
    return await _shown(git, "diff", "--relative", "-U3", "--end-of-options", commit_name(base), commit_name(to))


async def history_of(git: Git, start: str, most: int) -> list[dict[str, str]]:
    """Return the newest commits that touch the folder: hash, author, email, date, subject and body."""
    form = "%H%x1f%an%x1f%ae%x1f%aI%x1f%s%x1f%b"
    result = await git.run(
        "log", "--no-show-signature", "--no-mailmap", "--no-notes", "--no-color", "-z", f"--format={form}",
        f"--max-count={most}", "--end-of-options", commit_name(start), "--", ".",
    )  # fmt: skip
    keys = ("hash", "author", "email", "date", "subject", "body")
    return [
        dict(zip(keys, (part.strip("\n") for part in entry.split("\x1f")), strict=False))
        for entry in result.stdout.split("\0")
        if entry.strip()
    ]


async def commit_shown(git: Git, commit: str) -> str:
    """Return author, message and changes of a commit."""
    form = "--format=commit %H%nauthor %an <%ae>%ndate %aI%n%n%B"
    quiet = ("--no-show-signature", "--no-mailmap", "--no-notes", "--relative")
    head = await git.run("show", *quiet, "--no-patch", form, "--end-of-options", commit_name(commit))
    changes = await _shown(git, "show", *quiet, "--format=", "--end-of-options", commit_name(commit))
    return head.stdout + changes


async def _shown(git: Git, *arguments: str) -> str:
    """Return the changes that a command shows in the folder, but for those of files that are made to hold secrets."""
    command, *rest = arguments
    listed = await git.run(command, *DIFF_OPTIONS, "--name-only", "--no-renames", "-z", *rest, "--", ".")
    names = [name for name in listed.stdout.split("\0") if name.strip()]
    kept = [name for name in names if not is_secret(name.rsplit("/", 1)[-1])]
    if len(kept) == len(names):
        kept = ["."]
    return (await git.run(command, *DIFF_OPTIONS, *rest, "--", *kept)).stdout if kept else ""


async def file_at(git: Git, commit: str, name: str) -> str:
    """Return the text of a file at a commit."""
    problem = name_problem(name)
    if problem or any(map(is_own, name.split("/"))) or is_secret(name.rsplit("/", 1)[-1]):
        raise NodeError(f"the file of this name {problem or 'is not for nodes'}.", code="protected")
    result = await git.run("cat-file", "blob", f"{commit_name(commit)}:{git.repository.prefix}{name}")
    if "\0" in result.stdout or "\ufffd" in result.stdout:
        raise NodeError(f"`{name}` is no UTF-8 text in that commit.", code="files")
    return result.stdout


def _told(codes: str) -> dict[str, Any]:
    staged, unstaged = codes[0], codes[1]
    code = staged if unstaged == "." or staged in "ARC" else unstaged
    return {"state": _WORDS.get(code, "modified"), "staged": staged != "."}


def _relative(file: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {key: value.removeprefix(prefix) if key in ("name", "before") else value for key, value in file.items()}


def _diff_of_new(git: Git, names: list[str], context: int) -> str:
    space = Workspace(git.repository.project, git.repository.folder.relative_to(git.repository.project).as_posix())
    parts = []
    for name in names:
        if name.endswith("/") or is_secret(name.rsplit("/", 1)[-1]):
            continue
        try:
            text = space.read(name, most_bytes=1_000_000).exact_text(keep_mark=True)
        except NodeError as error:
            parts.append(
                f"diff --git a/{name} b/{name}\nnew file mode 100644\nBinary files /dev/null and b/{name} differ\n"
            )
            if error.kind not in ("files", "too_large", "unsafe_name"):
                raise
            continue
        parts.append(diff_of_texts(None, text, name, context=context))
    return "".join(parts)
