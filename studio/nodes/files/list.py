"""`files.list`: which files there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.files._reading import list_files
from studio.nodes.files._workspace import folder_param, folder_port, reading
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.spec.plain import Plain, changed


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
        settings = params.as_dict()
        where, usual = settings.pop("folder"), settings.pop("pattern")
        return self.Out(**await list_files(ctx, **vars(inputs), where=where, usual=usual, **settings))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(list_files, changed(params, folder="where", pattern="usual"))
