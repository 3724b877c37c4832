"""`files.read`: one file of the project."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Literal

from studio.nodes.files._reading import read_file
from studio.nodes.files._workspace import folder_param, folder_port, reading
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node(
    "files.read",
    title="Read a file",
    category="Files",
    icon="file-read",
    effects="reads",
    limits="1 MB or `max_bytes`, UTF-8 text; not outside the project, no files of git or of secrets",
)
class Read(Node):
    """Read a file of the project: its text, or some lines of it.

    `hash` tells whether the file changed since: wire it to `if_unchanged` of *files.write*.  With `give: file` the
    output `file` holds the bytes of any file instead of a text.
    """

    class Params(Fields):
        folder: str = folder_param()
        give: Literal["text", "file"] = param(
            "text", choices=("text", "file"), help="*text* for text files, *file* for any other."
        )
        numbered: bool = param(False, help="Begin each line with its number and a tab.")
        max_bytes: int = param(1_000_000, ge=1, le=20_000_000, help="The largest file that is read, in bytes.")

    class In(Fields):
        name: str = port(help="The name of the file relative to the folder, as in `src/main.py`.")
        first: int = port(None, help="The first line to give, counted from 1; else from the beginning.")
        last: int = port(None, help="The last line to give; else to the end.")
        folder: str = folder_port()

    class Out(Fields):
        text: str = port(private=True, help="The text, or the lines asked for.")
        lines: int = port(help="How many lines the whole file has.")
        file: Any = port(type="file", private=True, help="The bytes, if *give* is file.")
        hash: str = port(help="Stands for the content of the whole file.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield reading(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        settings = params.as_dict()
        return self.Out(**await read_file(ctx, **vars(inputs), where=settings.pop("folder"), **settings))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(read_file, changed(params, folder="where"))
