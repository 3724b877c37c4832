"""`documents.read_tree`: the text files of a folder and of all folders in it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from studio.documents.code.languages import language_of
from studio.documents.reading.decoding import decode_text
from studio.documents.reading.kinds import kind_of
from studio.nodes.documents import _reading as reading
from studio.nodes.files._workspace import folder_of, folder_param, folder_port
from studio.nodes.files._workspace import reading as reading_folder
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
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
        folder = folder_of(params, inputs)

        async def perform() -> Json:
            project = ctx.outside.project
            return await asyncio.to_thread(lambda: read_tree(Workspace(project, folder), params))

        settings = {key: value for key, value in vars(params).items() if key not in ("folder", "from_strangers")}
        found = await ctx.effect("documents", "read_tree", {"folder": folder, **settings}, perform)
        files = found["files"]
        names = [file["source"] for file in files]
        return self.outputs(params)(files=files, names=names, skipped=found["skipped"], length=len(files))


def read_tree(workspace: Workspace, params: Any) -> Json:
    """Return the files that were read and those that were left out. Raises `NodeError` for too many or too much."""
    wanted = Wanted(pattern=params.pattern, hidden=params.hidden, ignored=False, most=MOST_LISTED)
    found = [file for file in workspace.find(wanted) if _is_wanted(file.name, params)]
    files: list[dict[str, Json]] = []
    skipped: list[dict[str, Json]] = []
    left = params.max_bytes
    for file in found:
        if file.size > params.max_file_bytes:
            skipped.append({"source": file.name, "why": f"{file.size} bytes"})
            continue
        if len(files) >= params.max_files:
            raise NodeError(
                f"there are more than {params.max_files} files to read (reached at `{file.name}`).",
                hint="Narrow `pattern`, name a folder further in, or raise `max_files`.", code="documents",
            )  # fmt: skip
        data = workspace.read(file.name, most_bytes=params.max_file_bytes).data
        left -= len(data)
        if left < 0:
            raise NodeError(
                f"the files hold more than {params.max_bytes} bytes (reached at `{file.name}`).",
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


def _is_wanted(name: str, params: Any) -> bool:
    if params.code_only and not language_of(name):
        return False
    path = PurePosixPath(name)
    return not (params.usual_skips and (path.name in _LOCKS or USUAL_SKIPS.intersection(path.parts[:-1])))
