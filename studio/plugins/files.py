"""The files of a project's `nodes/` folder, read and never run: what each declares, and the hash it is approved by."""

from __future__ import annotations

import ast
import io
import os
import stat
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from studio.support.values import hash_bytes

FOLDER: Final = "nodes"
"""Name of the folder, inside the project's."""

MOST_FILES: Final = 500
MOST_ENTRIES: Final = 10_000
LARGEST: Final = 200_000
"""Bytes of one file."""

MOST_BYTES: Final = 2_000_000
"""Bytes of all files together: a project may come from a stranger, and reading a megabyte of Python takes seconds."""


@dataclass(frozen=True, slots=True)
class OwnFile:
    """One Python file of a project's own node types. `name` is relative to the `nodes/` folder.

    `types` are the names that it declares with `@node("…")`, as far as reading tells; `hash` is over every byte of it;
    `problem` says in a sentence why it cannot be used, "" if nothing is known yet.
    """

    path: Path
    name: str
    source: bytes
    hash: str
    types: tuple[str, ...] = ()
    problem: str = ""


def own_files(project: Path) -> list[OwnFile]:
    """Return the files of a project's own node types, by name. Reads at most `MOST_FILES` and `MOST_BYTES`; follows no
    links."""
    folder = project / FOLDER
    found: list[OwnFile] = []
    left = MOST_BYTES
    for path in _paths(folder):
        found.append(_read(path, path.relative_to(folder).as_posix(), left))
        left -= len(found[-1].source)
    return found


def own_paths(folder: Path) -> Iterator[Path]:
    """Yield a `nodes/` folder with the folders in it, and the Python files of each, as they are looked through.

    What begins with `_` or `.` is not for declaring node types. Links are not followed, and of more than `MOST_ENTRIES`
    names those of further folders are left out: a folder that is called so may hold anything.
    """
    if folder.is_symlink() or not folder.is_dir():
        return
    waiting, left = [folder], MOST_ENTRIES
    while waiting:
        here = waiting.pop()
        yield here
        try:
            with os.scandir(here) as found:
                entries = list(islice(found, left + 1))
        except OSError:
            continue  # it went, or may not be read: then nothing of it is loaded
        left -= len(entries)
        if left < 0:
            return
        inner: list[Path] = []
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith((".", "_")):
                continue
            if entry.is_dir(follow_symlinks=False):
                inner.append(Path(entry.path))
            elif entry.name.endswith(".py"):
                yield Path(entry.path)
        waiting += reversed(inner)


def _paths(folder: Path) -> list[Path]:
    """The Python files, by name."""
    files = (path for path in own_paths(folder) if path.name.endswith(".py") and not path.is_dir())
    return sorted(islice(files, MOST_FILES))


def _read(path: Path, name: str, left: int) -> OwnFile:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return OwnFile(path, name, b"", "", problem="It is no ordinary file.")
            source = file.read(LARGEST + 1)
    except OSError as error:
        return OwnFile(path, name, b"", "", problem=f"It cannot be read: {error.strerror or error}.")
    if len(source) > LARGEST:
        return OwnFile(path, name, b"", "", problem=f"It is larger than {LARGEST:,} bytes.")
    if len(source) > left:
        return OwnFile(
            path, name, b"", "", problem=f"The files before it hold {MOST_BYTES:,} bytes, which is the most."
        )
    types, problem = _declared(source)
    return OwnFile(path, name, source, hash_bytes(b"node types\0" + source), types, problem)


@lru_cache(maxsize=MOST_FILES)
def _declared(source: bytes) -> tuple[tuple[str, ...], str]:
    """Return the names in `@node("…")` over classes, found in the syntax tree: nothing is executed."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        if encoding not in ("utf-8", "utf-8-sig"):
            # Read otherwise than it is shown, a comment may hold code: `+AAo-` is a new line in UTF-7.
            return (), f"It says that it is written in `{encoding}`. Only UTF-8 is read."
        tree = ast.parse(source)
    except SyntaxError as error:
        return (), f"Line {error.lineno or 1} is no Python: {error.msg}."
    except (ValueError, RecursionError, MemoryError) as error:
        return (), f"It is no Python that could be read ({type(error).__name__})."
    names = []
    for statement in tree.body:
        for decorator in statement.decorator_list if isinstance(statement, ast.ClassDef) else ():
            if isinstance(decorator, ast.Call) and _called(decorator.func) == "node" and decorator.args:
                first = decorator.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    names.append(first.value)
    return tuple(names), "" if names else 'It declares no node type: a class under `@node("category.name", …)`.'


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
