"""What `documents.read_tree` does, in the studio and in a script."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import Any, Final

from studio.documents.code.languages import language_of
from studio.documents.reading.decoding import decode_text
from studio.documents.reading.kinds import kind_of
from studio.nodes.files._workspace import project_of
from studio.spec import RunContext
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.workspace import Wanted, Workspace

MOST_LISTED: Final = 100_000
USUAL_SKIPS: Final = frozenset({
    "node_modules", "bower_components", "vendor", "third_party", "__pycache__", "site-packages", "venv", "env", "build",
    "dist", "target", "out", "coverage", "htmlcov", "obj", "bin",
})  # fmt: skip
"""Folders that hold what was made or fetched, also where no `.gitignore` says so."""
_LOCKS: Final = frozenset({
    "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock", "Cargo.lock", "go.sum",
    "composer.lock", "Gemfile.lock",
})  # fmt: skip


async def read_source_tree(
    firing: RunContext,
    folder: str | None = None,
    *,
    where: str = ".",
    pattern: str = "*",
    code_only: bool = False,
    usual_skips: bool = True,
    hidden: bool = False,
    max_files: int = 500,
    max_file_bytes: int = 200_000,
    max_bytes: int = 5_000_000,
) -> dict[str, Any]:
    """Return the text files of a folder and of all in it; `where` is the folder if none is given."""
    asked = where if folder is None else folder
    settings: dict[str, Any] = {
        "pattern": pattern, "code_only": code_only, "usual_skips": usual_skips, "hidden": hidden,
        "max_files": max_files, "max_file_bytes": max_file_bytes, "max_bytes": max_bytes,
    }  # fmt: skip

    async def perform() -> Json:
        project = project_of(firing)
        return await asyncio.to_thread(lambda: read_tree(Workspace(project, asked), **settings))

    found = await firing.effect("documents", "read_tree", {"folder": asked, **settings}, perform)
    files = found["files"]
    names = [file["source"] for file in files]
    return {"files": files, "names": names, "skipped": found["skipped"], "length": len(files)}


def read_tree(
    workspace: Workspace,
    *,
    pattern: str,
    code_only: bool,
    usual_skips: bool,
    hidden: bool,
    max_files: int,
    max_file_bytes: int,
    max_bytes: int,
) -> Json:
    """Return the files that were read and those that were left out. Raises `NodeError` for too many or too much."""
    wanted = Wanted(pattern=pattern, hidden=hidden, ignored=False, most=MOST_LISTED)
    found = [file for file in workspace.find(wanted) if _is_wanted(file.name, code_only, usual_skips)]
    files: list[dict[str, Json]] = []
    skipped: list[dict[str, Json]] = []
    left = max_bytes
    for file in found:
        if file.size > max_file_bytes:
            skipped.append({"source": file.name, "why": f"{file.size} bytes"})
            continue
        if len(files) >= max_files:
            raise NodeError(
                f"there are more than {max_files} files to read (reached at `{file.name}`).",
                hint="Narrow `pattern`, name a folder further in, or raise `max_files`.", code="documents",
            )  # fmt: skip
        data = workspace.read(file.name, most_bytes=max_file_bytes).data
        left -= len(data)
        if left < 0:
            raise NodeError(
                f"the files hold more than {max_bytes} bytes (reached at `{file.name}`).",
                hint="Narrow `pattern`, or raise `max_bytes`.", code="documents",
            )  # fmt: skip
        try:
            text = decode_text(data, file.name).text
        except NodeError:
            skipped.append({"source": file.name, "why": "no text"})
            continue
        language = language_of(file.name)
        files.append(
            {"source": file.name, "text": text, "kind": "code" if language else kind_of(file.name),
             "language": language}
        )  # fmt: skip
    return {"files": files, "skipped": skipped}


def _is_wanted(name: str, code_only: bool, usual_skips: bool) -> bool:
    if code_only and not language_of(name):
        return False
    path = PurePosixPath(name)
    return not (usual_skips and (path.name in _LOCKS or USUAL_SKIPS.intersection(path.parts[:-1])))
