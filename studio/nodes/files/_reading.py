"""What node types that read files do, in the studio and in a script."""

from __future__ import annotations

import asyncio
import fnmatch
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from studio.nodes.files._workspace import ask
from studio.spec import RunContext
from studio.support.errors import NodeError
from studio.support.values import Absent, Json
from studio.tools.lines import lines_of
from studio.tools.workspace import Wanted, Workspace
from studio.tools.workspace.listing import MAX_ENTRIES
from studio.tools.workspace.names import read_problem


async def read_file(
    firing: RunContext,
    name: str,
    first: int | None = None,
    last: int | None = None,
    folder: str | None = None,
    *,
    where: str = ".",
    give: str = "text",
    numbered: bool = False,
    max_bytes: int = 1_000_000,
) -> dict[str, Any]:
    """Return the text of a file, or some lines of it, or its bytes; `where` is its folder if none is given."""

    def work(workspace: Workspace) -> Json:
        content = workspace.read(name, most_bytes=max_bytes)
        if give == "file":
            return {"file": firing.put_blob(content.data, "application/octet-stream"), "hash": content.hash}
        return {"text": content.text(), "hash": content.hash}

    request = {"name": name, "max_bytes": max_bytes}
    found = await ask(firing, "read", where if folder is None else folder, request, work)
    if give == "file":
        why = Absent("the node gives a file")
        return {"text": why, "lines": why, "file": found["file"], "hash": found["hash"]}
    lines = lines_of(found["text"])
    chosen = _chosen(lines, name, first, last)
    text = "".join(f"{n}\t{line}" if numbered else line for n, line in chosen)
    return {"text": text, "lines": len(lines), "file": Absent("the node gives a text"), "hash": found["hash"]}


def _chosen(lines: list[str], name: str, first: int | None, last: int | None) -> list[tuple[int, str]]:
    begin = 1 if first is None else first
    end = len(lines) if last is None else last
    if begin < 1 or end < begin - 1 or begin > max(1, len(lines)):
        raise NodeError(
            f"`{name}` has {len(lines)} lines, so there are no lines {begin} to {end}.",
            hint="Count lines from 1.",
            code="range",
        )
    return [(number, lines[number - 1]) for number in range(begin, min(end, len(lines)) + 1)]


async def list_files(
    firing: RunContext,
    folder: str | None = None,
    pattern: str | None = None,
    *,
    where: str = ".",
    usual: str = "*",
    hidden: bool = False,
    ignored: bool = False,
    max_files: int = 1_000,
) -> dict[str, Any]:
    """Return the names of files; `where` and `usual` are the folder and the pattern if none is given."""
    wanted = Wanted(pattern=usual if pattern is None else pattern, hidden=hidden, ignored=ignored, most=max_files)

    def work(workspace: Workspace) -> Json:
        return [asdict(found) for found in workspace.find(wanted)]

    files = await ask(firing, "list", where if folder is None else folder, asdict(wanted), work)
    names = [file["name"] for file in files]
    return {"names": names, "files": files, "text": "\n".join(names), "length": len(names)}


async def read_folder(
    firing: RunContext,
    folder: str | None = None,
    *,
    where: str = ".",
    pattern: str = "*.txt",
    recursive: bool = False,
    max_files: int = 1_000,
    max_bytes: int = 1_000_000,
) -> dict[str, Any]:
    """Return the texts of a folder; `where` is the one that is meant if none is given."""
    asked = where if folder is None else folder
    path = Path(firing.project_path(asked))
    request = {
        "folder": asked, "pattern": pattern, "recursive": recursive, "max_files": max_files, "max_bytes": max_bytes,
    }  # fmt: skip

    async def read() -> Json:
        return await asyncio.to_thread(read_texts, path, asked, pattern, recursive, max_files, max_bytes)

    files = await firing.effect("files", "read_folder", request, read)
    return {"files": files, "texts": [file["text"] for file in files], "length": len(files)}


def read_texts(
    path: Path, folder: str, pattern: str, recursive: bool, max_files: int, max_bytes: int
) -> list[dict[str, str]]:
    """Return name and text of the matching files. Raises `NodeError` for what cannot be read."""
    problem = read_problem([part for part in PurePosixPath(folder).parts if part != ".."])
    if problem:
        raise NodeError(f"the folder `{folder}` {problem}.", code="protected")
    if not path.is_dir():
        raise NodeError(f"there is no folder `{folder}` in the project.", hint="Correct `folder`.", code="files")
    workspace = Workspace(path)
    found = workspace.find(Wanted(recursive=recursive, ignored=True, most=MAX_ENTRIES))
    names = [file.name for file in found if fnmatch.fnmatchcase(file.name.rsplit("/", 1)[-1], pattern)]
    if len(names) > max_files:
        raise NodeError(
            f"`{folder}` holds {len(names)} files named `{pattern}`, more than {max_files}.",
            hint="Narrow the pattern or raise `max_files`.",
            code="files",
        )
    files = []
    left = max_bytes
    for name in names:
        try:
            content = workspace.read(name, most_bytes=left)
        except NodeError as error:
            if error.kind == "too_large":
                raise NodeError(
                    f"the files of `{folder}` hold more than {max_bytes} bytes (reached at `{name}`).",
                    hint="Narrow the pattern or raise `max_bytes`.",
                    code="files",
                ) from None
            raise
        left -= len(content.data)
        files.append({"name": name, "text": content.text()})
    return files
