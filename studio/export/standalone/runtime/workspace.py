"""Files of a folder for a script: found and read by name, in the script's folder or one that is named.

What it stands for is `tools.workspace`, which also writes, and reads through links under watch. Here links are left
out, and so is what the names of `tools.workspace.names` protect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.export.standalone.runtime.ignoring import IgnoreRule, ignore_rules, said_of
from studio.export.standalone.runtime.values import hash_bytes
from studio.support.errors import NodeError
from studio.tools.workspace.globs import glob_as_pattern
from studio.tools.workspace.names import is_own, read_problem, safe_path
from studio.tools.workspace.root import root_of

if TYPE_CHECKING:
    from studio.export.standalone.runtime.outside import AskingFiring as Firing

MAX_ENTRIES = 100_000
MAX_DEPTH = 64


@dataclass(frozen=True)
class Wanted:
    """Which files: a pattern for names, whether hidden ones (`.name`) count, those that `.gitignore` leaves out, and
    those in inner folders. More than `most` fail, so that nothing is left out unseen."""

    pattern: str = "*"
    hidden: bool = False
    ignored: bool = True
    recursive: bool = True
    most: int = 10_000


@dataclass(frozen=True)
class Found:
    """A file: its name relative to the folder that was looked in, and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class Content:
    """What a file held: its bytes, and their hash as blobs have it."""

    name: str
    data: bytes
    hash: str

    def text(self) -> str:
        """Return the text with `\\n` as line end. Raises `NodeError` if it is not UTF-8."""
        try:
            return self.data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise NodeError(
                f"`{self.name}` is no UTF-8 text (byte {error.start}).", hint="Save it as UTF-8.", code="files"
            ) from None


class Workspace:
    """The files of a folder. All names are relative to it and written with `/`."""

    def __init__(self, project: Path, folder: str = ".") -> None:
        self.project = project.resolve()
        self.root = root_of(self.project, folder)
        self.folder = folder

    def read(self, name: str, *, most_bytes: int = 20_000_000) -> Content:
        """Return what a file holds. Raises `NodeError` for what is not there, too large, or not to be read."""
        path = safe_path(self.root, name)
        if path == self.root:
            raise NodeError("the folder itself is no file.", hint="Name a file in it.", code="files")
        problem = read_problem(path.relative_to(self.project).parts)
        if problem:
            raise NodeError(f"`{name}` {problem}.", code="protected")
        if path.exists() and not path.is_file():
            raise NodeError(f"`{name}` is no ordinary file.", hint="Name a file.", code="files")
        most = min(most_bytes, 20_000_000)
        try:
            with path.open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            raise _refusal(name, "read", error) from None
        if len(data) > most:
            raise NodeError(
                f"`{name}` holds more than {most} bytes.", hint="Raise the limit or read less.", code="too_large"
            )
        return Content(name, data, hash_bytes(data))

    def find(self, wanted: Wanted) -> list[Found]:
        """Return the files that are wanted, in order of their names."""
        search = _Search(self.folder, wanted)
        search.visit(self.root, "", [], 0)
        return sorted(search.found, key=lambda one: one.name)


class _Search:
    """One walk through a folder and those in it."""

    def __init__(self, folder: str, wanted: Wanted) -> None:
        self.folder = folder
        self.wanted = wanted
        self.pattern = re.compile(glob_as_pattern(wanted.pattern))
        self.seen = 0
        self.found: list[Found] = []

    def visit(self, folder: Path, prefix: str, ignoring: list[tuple[str, list[IgnoreRule]]], depth: int) -> None:
        """Find what is wanted in a folder; `ignoring` are the rules that hold here, with the folder of each."""
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            raise _refusal(self.folder, "listed", error) from None
        self.seen += len(entries)
        if self.seen > MAX_ENTRIES or depth > MAX_DEPTH:
            what = f"more than {MAX_ENTRIES} entries" if depth <= MAX_DEPTH else f"more than {MAX_DEPTH} levels"
            raise NodeError(f"the folder holds {what}.", hint="Name a folder inside it.", code="files")
        rules = folder / ".gitignore"
        if not self.wanted.ignored and rules.is_file() and not rules.is_symlink():
            ignoring = [*ignoring, (prefix, ignore_rules(rules.read_text(encoding="utf-8-sig")))]
        for entry in entries:
            name = prefix + entry.name
            hidden = entry.name.startswith(".") and not self.wanted.hidden
            if is_own(entry.name) or hidden or entry.is_symlink():
                continue
            if _is_ignored(name + "/" * entry.is_dir(), ignoring):
                continue
            if entry.is_dir():
                if self.wanted.recursive:
                    self.visit(entry, f"{name}/", ignoring, depth + 1)
            elif self.pattern.fullmatch(name):
                self.found.append(Found(name, entry.stat().st_size))
                if len(self.found) > self.wanted.most:
                    raise NodeError(
                        f"more than {self.wanted.most} files are named `{self.wanted.pattern}`.",
                        hint="Narrow the pattern or name a folder inside.",
                        code="too_many",
                    )


def _is_ignored(name: str, ignoring: list[tuple[str, list[IgnoreRule]]]) -> bool:
    """True if the last rule that speaks of a name ignores it; those of inner folders come last."""
    found = [said_of(name.removeprefix(prefix), rules) for prefix, rules in ignoring]
    return next((said for said in reversed(found) if said is not None), False)


def _refusal(name: str, done: str, error: OSError) -> NodeError:
    if isinstance(error, FileNotFoundError):
        return NodeError(f"there is no file `{name}`.", hint="Look for its name in a list of files.", code="files")
    return NodeError(f"`{name}` cannot be {done}: {error.strerror or type(error).__name__}.", code="files")


def project_of(firing: Firing) -> Path:
    """Return the folder in which a script's files lie."""
    return Path(firing.project_path("."))
