"""Files of a folder and the folders in it: which there are, and which are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from studio.support.errors import NodeError
from studio.tools.workspace.folders import OpenFolder
from studio.tools.workspace.globs import compile_glob
from studio.tools.workspace.names import is_own

MAX_ENTRIES: Final = 100_000
"""How many entries are looked at before giving up."""
MAX_DEPTH: Final = 64
MOST_IGNORE_BYTES: Final = 100_000
"""The largest `.gitignore` that is read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which files: a pattern for names, whether hidden ones (`.name`) count, those that `.gitignore` leaves out, and
    those in inner folders. More than `most` fail, so that nothing is left out unseen."""

    pattern: str = "*"
    hidden: bool = False
    ignored: bool = True
    recursive: bool = True
    most: int = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file: its name relative to the folder that was looked in, and its size in bytes."""

    name: str
    size: int


def find(top: OpenFolder, wanted: Wanted) -> list[Found]:
    """Return the wanted files of an open folder in order of their names. Raises `NodeError` if there are too many.

    Links are left out, and so is what belongs to git or the studio.
    """
    search = _Search(wanted)
    search.visit(top, "", [], 0)
    return sorted(search.found, key=lambda found: found.name)


class _Search:
    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.pattern = compile_glob(wanted.pattern)
        self.seen = 0
        self.found: list[Found] = []

    def visit(self, folder: OpenFolder, prefix: str, ignoring: list[tuple[str, Any]], depth: int) -> None:
        entries = folder.entries()
        self.seen += len(entries)
        if self.seen > MAX_ENTRIES or depth > MAX_DEPTH:
            what = f"more than {MAX_ENTRIES} entries" if depth <= MAX_DEPTH else f"more than {MAX_DEPTH} levels"
            raise NodeError(f"the folder holds {what}.", hint="Name a folder inside it.", code="files")
        if not self.wanted.ignored and any(entry.is_file and entry.name == ".gitignore" for entry in entries):
            ignoring = [*ignoring, (prefix, _ignore_rules(folder, f"{prefix}.gitignore"))]
        for entry in entries:
            name = prefix + entry.name
            if is_own(entry.name) or (entry.name.startswith(".") and not self.wanted.hidden):
                continue
            if ignoring and _is_ignored(name + "/" * entry.is_folder, ignoring):
                continue
            if entry.is_folder and self.wanted.recursive:
                with folder.folder(entry.name) as inner:
                    self.visit(inner, f"{name}/", ignoring, depth + 1)
            elif entry.is_file and self.pattern.fullmatch(name):
                self.found.append(Found(name, entry.size))
                if len(self.found) > self.wanted.most:
                    raise NodeError(
                        f"more than {self.wanted.most} files are named `{self.wanted.pattern}`.",
                        hint="Narrow the pattern or name a folder inside.",
                        code="too_many",
                    )


def _ignore_rules(folder: OpenFolder, shown: str) -> Any:
    from pathspec import GitIgnoreSpec

    lines = folder.read(".gitignore", MOST_IGNORE_BYTES, shown).text().splitlines()
    # The RE2 backend: the file may come from a stranger, and Python's own patterns can be kept busy for years.
    return GitIgnoreSpec.from_lines(lines, backend="re2")


def _is_ignored(name: str, ignoring: list[tuple[str, Any]]) -> bool:
    """Whether the last rule that speaks of a name ignores it; rules of inner folders come after those further out."""
    ignored = False
    for prefix, rules in ignoring:
        said = rules.check_file(name.removeprefix(prefix)).include
        if said is not None:
            ignored = said
    return ignored
