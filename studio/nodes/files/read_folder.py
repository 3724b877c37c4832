"""`files.read_folder`: the texts of a folder of the project."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from studio.nodes.files._workspace import reading
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.tools.workspace import Wanted, Workspace
from studio.tools.workspace.listing import MAX_ENTRIES
from studio.tools.workspace.names import read_problem


@node(
    "files.read_folder",
    category="Files",
    icon="folder",
    effects="reads",
    limits="1,000 files or `max_files`, 1 MB or `max_bytes` in all; hidden files and links are left out",
)
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
        files: list[Any] = port(
            private=True, help="Objects with the `name` (relative to the folder) and the `text` of each file."
        )
        texts: list[Any] = port(private=True, help="Only the texts, in the same order.")
        length: int = port(help="How many files were read.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if "/" in params.pattern or "\\" in params.pattern:
            yield "`pattern` is for names of files and has no slash; name the folder in `folder`."

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield reading(params, wired)

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
    problem = read_problem([part for part in PurePosixPath(params.folder).parts if part != ".."])
    if problem:
        raise NodeError(f"the folder `{params.folder}` {problem}.", code="protected")
    if not folder.is_dir():
        raise NodeError(f"there is no folder `{params.folder}` in the project.", hint="Correct `folder`.", code="files")
    workspace = Workspace(folder)
    found = workspace.find(Wanted(recursive=params.recursive, ignored=True, most=MAX_ENTRIES))
    names = [file.name for file in found if fnmatch.fnmatchcase(file.name.rsplit("/", 1)[-1], params.pattern)]
    if len(names) > params.max_files:
        raise NodeError(
            f"`{params.folder}` holds {len(names)} files named `{params.pattern}`, more than {params.max_files}.",
            hint="Narrow the pattern or raise `max_files`.",
            code="files",
        )
    files = []
    left = params.max_bytes
    for name in names:
        try:
            content = workspace.read(name, most_bytes=left)
        except NodeError as error:
            if error.kind == "too_large":
                raise NodeError(
                    f"the files of `{params.folder}` hold more than {params.max_bytes} bytes (reached at `{name}`).",
                    hint="Narrow the pattern or raise `max_bytes`.",
                    code="files",
                ) from None
            raise
        left -= len(content.data)
        files.append({"name": name, "text": content.text()})
    return files
