"""`files.read_folder`: the texts of a folder of the project."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.files._reading import read_folder
from studio.nodes.files._workspace import reading
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.spec.plain import Plain, changed


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
        settings = params.as_dict()
        return self.Out(**await read_folder(ctx, inputs.folder, where=settings.pop("folder"), **settings))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(read_folder, changed(params, folder="where"))
