"""Which repository a folder of a project belongs to, and whether all of it lies in the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from studio.support.errors import NodeError
from studio.support.paths import inside
from studio.tools.workspace.workspace import Workspace

MOST_POINTER_BYTES: Final = 4_096
MOST_ENTRIES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Repository:
    """`top` is the folder whose files it keeps, `folder` the one that is worked in, in or at the top. `git_dir` holds
    what belongs to this checkout, `common_dir` what all worktrees share."""

    project: Path
    folder: Path
    top: Path
    git_dir: Path
    common_dir: Path

    @property
    def prefix(self) -> str:
        """How git names the folder: with a slash at its end, "" for the top."""
        return "" if self.folder == self.top else self.folder.relative_to(self.top).as_posix() + "/"


def find_repository(project: Path, folder: str) -> Repository:
    """Return the repository that a folder of the project belongs to.

    Raises `NodeError` if there is none in the project, or if parts of it lie outside of the project: what git writes
    to (the index, logs, the last message) it would write there.
    """
    space = Workspace(project, folder)
    for top in (space.root, *space.root.parents):
        if not top.is_relative_to(space.project):
            break
        pointer = top / ".git"
        if os.path.lexists(pointer):
            git_dir = _inside(space.project, _git_dir(pointer))
            common_dir = _inside(space.project, _common_dir(git_dir))
            made = Repository(space.project, space.root, top, git_dir, common_dir)
            _check_stays_inside(made)
            return made
    raise NodeError(
        f"the folder `{folder}` belongs to no git repository in the project.",
        hint="Make one with `git init`, or put `studio.toml` where the repository begins.",
        code="no_repository",
    )


def linked_checkout(top: Path) -> Path | None:
    """Return the folder `.git/worktrees/NAME` that a linked worktree belongs to (git-worktree(1)); None if the folder
    is none.

    Its repository must name the worktree in turn, since anybody can put a file `.git` into a folder.
    """
    pointer = top / ".git"
    if not pointer.is_file():
        return None
    named = _git_dir(pointer)
    if "\0" in str(named):
        return None
    folder = Path(os.path.realpath(named))
    back = folder / "gitdir"
    if folder.parent.name != "worktrees" or folder.parents[1].name != ".git" or not back.is_file():
        return None
    claimed = _start_of(back).strip()
    agrees = "\0" not in claimed and os.path.realpath(folder / claimed) == os.path.realpath(pointer)
    return folder if agrees and os.path.realpath(_common_dir(folder)) == str(folder.parents[1]) else None


def _git_dir(pointer: Path) -> Path:
    if pointer.is_dir():
        return pointer
    text = _start_of(pointer)
    if not text.startswith("gitdir:"):
        raise NodeError("the file `.git` of the folder says not where the repository is.", code="no_repository")
    return pointer.parent / text.removeprefix("gitdir:").strip()


def _common_dir(git_dir: Path) -> Path:
    pointer = git_dir / "commondir"
    return git_dir / _start_of(pointer).strip() if pointer.is_file() else git_dir


def _start_of(path: Path) -> str:
    if not path.is_file():
        raise NodeError(f"`{path.name}` of the repository is no file.", code="no_repository")
    with path.open("rb") as file:
        return file.read(MOST_POINTER_BYTES).decode("utf-8", "replace")


def _inside(project: Path, path: Path) -> Path:
    real = inside(project, path) if "\0" not in str(path) else None
    if real is None:
        raise _outside("")
    if not real.is_dir():
        raise NodeError("the repository's own folder is not there.", code="no_repository")
    return real


def _check_stays_inside(repository: Repository) -> None:
    for folder in {repository.common_dir, repository.git_dir}:
        for path in _links(folder):
            if inside(repository.project, path) is None:
                raise _outside(f" (`{path.name}` is a link)")
    borrowed = repository.common_dir / "objects" / "info" / "alternates"
    if borrowed.is_file():
        for line in _start_of(borrowed).splitlines():
            if line and not line.startswith("#") and inside(repository.project, borrowed.parents[1] / line) is None:
                raise _outside(" (it borrows objects from elsewhere)")


def _links(folder: Path) -> Iterator[Path]:
    """Yield the links in a repository's own folder; single objects are not looked at, since git never writes to one."""
    seen = 0
    for here, folders, files in os.walk(folder):
        seen += len(folders) + len(files)
        if seen > MOST_ENTRIES:
            raise NodeError(f"the repository has more than {MOST_ENTRIES} files of its own.", code="too_large")
        if Path(here).name == "objects":
            yield from (path for name in folders if (path := Path(here, name)).is_symlink())
            folders[:] = [name for name in folders if len(name) > 2]
        yield from (path for name in (*folders, *files) if (path := Path(here, name)).is_symlink())


def _outside(why: str) -> NodeError:
    return NodeError(
        f"parts of the git repository lie outside of the project{why}.",
        hint="Work in a clone that is whole; `studio.toml` says where the project begins.",
        code="unsafe_repository",
    )
