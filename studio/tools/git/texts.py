"""The text files of a copy, whole and exact, since what is read is edited and committed again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.workspace import Wanted, Workspace
from studio.tools.workspace.globs import compile_glob
from studio.tools.workspace.names import is_secret


async def texts_in(
    files: Workspace, *, pattern: str, max_files: int, max_file_bytes: int, max_bytes: int
) -> tuple[dict[str, str], list[Json]]:
    """Return the UTF-8 texts of the files by name, in order, and what was left out: objects with `source` and `why`.

    Raises `NodeError` for more files or more bytes than allowed.
    """
    return await asyncio.to_thread(_texts_in, files, pattern, max_files, max_file_bytes, max_bytes)


def _texts_in(
    files: Workspace, pattern: str, max_files: int, max_file_bytes: int, max_bytes: int
) -> tuple[dict[str, str], list[Json]]:
    texts: dict[str, str] = {}
    skipped: dict[str, str] = {}
    left = max_bytes
    for found in files.find(Wanted(pattern=pattern, hidden=True, ignored=True, most=max_files)):
        why = ""
        if is_secret(found.name.rsplit("/", 1)[-1]):
            why = "has the name of a file that holds secrets"
        elif found.size > max_file_bytes:
            why = f"holds {found.size} bytes"
        else:
            why = _read(files, found.name, max_file_bytes, texts)
        if why:
            skipped[found.name] = why
            continue
        left -= found.size
        if left < 0:
            raise NodeError(
                f"the files hold more than {max_bytes} bytes together.", hint="Narrow the pattern.", code="too_large"
            )
    wanted = compile_glob(pattern)
    skipped |= {name: why for name, why in _no_files(files.root) if wanted.fullmatch(name)}
    return texts, [{"source": name, "why": why} for name, why in sorted(skipped.items())]


def _no_files(top: Path) -> Iterator[tuple[str, str]]:
    """Yield what is no file and not looked into: links, and the folders of submodules, which a copy holds empty."""
    for here, folders, names in os.walk(top):
        for name in (*folders, *names):
            path = Path(here, name)
            if path.is_symlink():
                yield path.relative_to(top).as_posix(), "is a link"
        if not folders and not names and Path(here) != top:
            yield Path(here).relative_to(top).as_posix(), "is a submodule"


def _read(files: Workspace, name: str, most_bytes: int, texts: dict[str, str]) -> str:
    """Put the text of a file under its name, and return why it cannot be; "" if it can."""
    content = files.read(name, most_bytes=most_bytes)
    if b"\0" in content.data[:8_000]:
        return "is no text"
    try:
        texts[name] = content.exact_text(keep_mark=True)
    except NodeError:
        return "is no UTF-8 text"
    return ""
