"""`files.list`: which files there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from studio.nodes.files._workspace import ask, folder_of, folder_param, folder_port, reading
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.values import Json
from studio.tools.workspace import Wanted, Workspace


@node(
    "files.list",
    title="List files",
    category="Files",
    icon="file-list",
    effects="reads",
    library="pathspec",
    limits="100,000 entries, 1,000 files or `max_files`, 64 levels; links are left out",
)
class List(Node):
    """List the files of a folder and of the folders in it.

    A pattern without a slash, as in `*.py`, is for names in every folder; one with a slash, as in `src/**/*.c`, for
    the whole name.  More files than allowed fail the node, so that nothing is left out unseen.
    """

    class Params(Fields):
        folder: str = folder_param()
        pattern: str = param("*", help="Which files, as in `*.py`, `docs/*.md`, `src/**/*.c` or `*.{yaml,yml}`.")
        hidden: bool = param(False, help="Also files and folders whose names begin with a dot.")
        ignored: bool = param(False, help="Also what `.gitignore` files leave out.")
        max_files: int = param(1_000, ge=1, le=100_000, help="At most so many files.")

    class In(Fields):
        pattern: str = port(None, help="Which files, as in `*.py` or `src/**/*.c`; else the param.")
        folder: str = folder_port()

    class Out(Fields):
        names: list[Any] = port(private=True, help="The names relative to the folder, in order.")
        files: list[Any] = port(private=True, help="Objects with the `name` and the `size` in bytes of each file.")
        text: str = port(private=True, help="The names, one per line.")
        length: int = port(help="How many files there are.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield reading(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        wanted = Wanted(
            pattern=params.pattern if inputs.pattern is None else inputs.pattern,
            hidden=params.hidden,
            ignored=params.ignored,
            most=params.max_files,
        )

        def work(workspace: Workspace) -> Json:
            return [asdict(found) for found in workspace.find(wanted)]

        files = await ask(ctx, "list", folder_of(params, inputs), asdict(wanted), work)
        names = [file["name"] for file in files]
        return self.Out(names=names, files=files, text="\n".join(names), length=len(names))
