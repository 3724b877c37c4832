"""`documents.read_tree`: the text files of a folder and of all folders in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.documents import _reading as reading
from studio.nodes.documents._tree import read_source_tree
from studio.nodes.files._workspace import folder_param, folder_port
from studio.nodes.files._workspace import reading as reading_folder
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node(
    "documents.read_tree",
    title="Read a source tree",
    category="Documents",
    icon="document-tree",
    effects="reads",
    library="pathspec, charset-normalizer",
    limits="100,000 entries; 500 files, 200 KB each, 5 MB together, or as the params say",
)
class ReadTree(Node):
    """Read the text files of a folder and of all folders in it, as of a repository.

    What `.gitignore` leaves out, hidden files, folders of fetched or built things (`node_modules`, `dist`) and lock
    files are not looked at. Files that are no text or too large are left out and listed in `skipped` with the reason;
    more files, or more bytes together, than allowed fail the node, so that nothing is left out unseen.
    """

    class Params(Fields):
        folder: str = folder_param()
        pattern: str = param("*", help="Which files, as in `*.py`, `src/**/*.c` or `*.{md,txt}`.")
        code_only: bool = param(False, help="Only source code in a language with a grammar.")
        usual_skips: bool = param(True, help="Leave out folders of fetched or built things, and lock files.")
        hidden: bool = param(False, help="Also files and folders whose names begin with a dot.")
        max_files: int = param(500, ge=1, le=20_000, help="At most so many files.")
        max_file_bytes: int = param(200_000, ge=1, le=2_000_000, help="Larger files are left out, and listed.")
        max_bytes: int = param(5_000_000, ge=1, le=50_000_000, help="At most so many bytes in all files together.")
        from_strangers: bool = param(False, help=reading.FROM_STRANGERS_HELP)

    class In(Fields):
        folder: str = folder_port()

    class Out(Fields):
        files: list[Any] = port(
            private=True, help="Objects with `source` (the name in the folder), `text`, `kind`, `language`, in order."
        )
        names: list[Any] = port(private=True, help="Only the names, in the same order.")
        skipped: list[Any] = port(private=True, help="Objects with the `source` of a file left out, and `why`.")
        length: int = port(help="How many files were read.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return reading.labelled(cls.Out, params.from_strangers)

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield reading_folder(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Fields:
        settings = params.as_dict()
        del settings["from_strangers"]
        found = await read_source_tree(ctx, inputs.folder, where=settings.pop("folder"), **settings)
        return self.outputs(params)(**found)

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(read_source_tree, changed(params, "from_strangers", folder="where"))
