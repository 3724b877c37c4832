"""`files.read_folder`: the texts of a folder of the project."""

from __future__ import annotations

import asyncio
import fnmatch
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json

MAX_ENTRIES = 100_000
"""How many entries of a folder are looked at before giving up."""


@node("files.read_folder", category="Files", icon="folder", effects="reads")
class ReadFolder(Node):
    """Read all text files of a folder.

    The folder must lie in the project.  Files come in order of their names; hidden ones and links are left out.
    A folder with more or larger files than allowed fails the node, so that nothing is left out unseen.
    """

    class Params(Fields):
        folder: str = param(
            ".", help="The folder, relative to the project, if nothing is wired to `folder`.", editor={"kind": "folder"}
        )
        pattern: str = param("*.txt", help="Which files, as in `*.txt` or `mail-*.md`.")
        recursive: bool = param(False, help="Also read folders inside it.")
        max_files: int = param(1_000, ge=1, le=100_000, help="At most so many files.")
        max_bytes: int = param(1_000_000, ge=1, le=100_000_000, help="At most so many bytes in all files together.")

    class In(Fields):
        folder: str = port(None, help="The folder; else the param of that name.")

    class Out(Fields):
        files: list[Any] = port(help="Objects with the `name` (relative to the folder) and the `text` of each file.")
        texts: list[Any] = port(help="Only the texts, in the same order.")
        length: int = port(help="How many files were read.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if "/" in params.pattern or "\\" in params.pattern:
            yield "`pattern` is for names of files and has no slash; name the folder in `folder`."

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if inputs.folder is not None:
            params = self.Params(**{**vars(params), "folder": inputs.folder})
        folder = Path(ctx.project_path(params.folder))

        async def read() -> Json:
            return await asyncio.to_thread(read_texts, folder, params)

        files = await ctx.effect("files", "read_folder", vars(params), read)
        return self.Out(files=files, texts=[file["text"] for file in files], length=len(files))


def read_texts(folder: Path, params: Any) -> list[dict[str, str]]:
    """Return name and text of the matching files. Raises `NodeError` for what cannot be read."""
    if not folder.is_dir():
        raise NodeError(f"there is no folder `{params.folder}` in the project.", hint="Correct `folder`.", code="files")
    names = _names(folder, params)
    if len(names) > params.max_files:
        raise NodeError(
            f"`{params.folder}` holds {len(names)} files named `{params.pattern}`, more than {params.max_files}.",
            hint="Narrow the pattern or raise `max_files`.",
            code="files",
        )
    files = []
    left = params.max_bytes
    for name in sorted(names):
        data = _bytes(folder / name, name, left + 1)
        left -= len(data)
        if left < 0:
            raise NodeError(
                f"the files of `{params.folder}` hold more than {params.max_bytes} bytes (reached at `{name}`).",
                hint="Narrow the pattern or raise `max_bytes`.",
                code="files",
            )
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise NodeError(
                f"`{name}` is no UTF-8 text (byte {error.start}).", hint="Save it as UTF-8.", code="files"
            ) from None
        files.append({"name": name, "text": text.replace("\r\n", "\n")})
    return files


def _names(folder: Path, params: Any) -> list[str]:
    found: list[str] = []
    seen = 0
    for here, folders, files in os.walk(folder, onerror=_cannot_list):
        seen += len(folders) + len(files)
        if seen > MAX_ENTRIES:
            raise NodeError(f"`{params.folder}` holds more than {MAX_ENTRIES} entries.", code="files")
        folders[:] = [name for name in folders if params.recursive and not name.startswith(".")]
        for name in files:
            path = Path(here) / name
            if not name.startswith(".") and fnmatch.fnmatchcase(name, params.pattern) and not path.is_symlink():
                found.append(path.relative_to(folder).as_posix())
    return found


def _cannot_list(error: OSError) -> None:
    raise NodeError(f"`{error.filename}` cannot be listed: {error.strerror}.", code="files")


def _bytes(path: Path, name: str, limit: int) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        # A link or a pipe put in the place of the file since it was found is not followed, nor waited for.
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NodeError(f"`{name}` is no ordinary file.", hint="Narrow the pattern.", code="files")
            return file.read(limit)
    except OSError as error:
        raise NodeError(f"`{name}` cannot be read: {error.strerror}.", code="files") from None
