"""`files.search`: lines that match a pattern, in many files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from studio.nodes.files._workspace import ask, folder_of, folder_param, folder_port, reading
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.errors import NodeError, UsageError
from studio.support.values import Json
from studio.tools.workspace import Wanted, Workspace


@node(
    "files.search",
    title="Search in files",
    category="Files",
    icon="file-search",
    effects="reads",
    library="google-re2",
    limits="100 lines or `max_hits`, files up to 1 MB, 100 MB in all; no files of secrets",
    standalone="it searches files through the studio",
)
class Search(Node):
    """Search the files of a folder for lines that match a regular expression.

    Patterns are those of RE2: there is no look-around and no back-reference.  If more lines match than allowed, the
    first are given and `text` begins by saying that the search should be narrowed.
    """

    class Params(Fields):
        folder: str = folder_param()
        files: str = param("*", help="Which files, as in `*.py` or `src/**/*.c`.")
        ignore_case: bool = param(False, help="Capitals and small letters are the same.")
        context: int = param(0, ge=0, le=20, help="How many lines to give before and after each.")
        max_hits: int = param(100, ge=1, le=10_000, help="At most so many lines.")
        hidden: bool = param(False, help="Also files and folders whose names begin with a dot.")
        ignored: bool = param(False, help="Also what `.gitignore` files leave out.")

    class In(Fields):
        pattern: str = port(help="The regular expression to look for, as in `def parse_\\w+`.")
        files: str = port(None, help="Which files, as in `*.py` or `src/**/*.c`; else the param.")
        folder: str = folder_port()

    class Out(Fields):
        text: str = port(private=True, help="The lines found, each as `name:line: text`.")
        hits: list[Any] = port(private=True, help="Objects with `name`, `line`, `text`, `before` and `after`.")
        length: int = port(help="How many lines are given.")
        is_cut: bool = port(help="True if more lines match.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield reading(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.workspace.searching import Hit, Hits, Sought, report, search

        if not inputs.pattern:
            raise NodeError("`pattern` is empty, which matches everywhere.", hint="Say what to look for.")
        sought = Sought(inputs.pattern, params.ignore_case)
        try:
            sought.compiled  # noqa: B018 - what is wrong with the pattern is told before anything is read
        except UsageError as error:
            raise NodeError(error.message, hint=error.hint, code="pattern") from None
        files = params.files if inputs.files is None else inputs.files
        wanted = Wanted(pattern=files, hidden=params.hidden, ignored=params.ignored, most=100_000)

        def work(workspace: Workspace) -> Json:
            return asdict(search(workspace, sought, wanted, context=params.context, most=params.max_hits))

        request = {
            "pattern": inputs.pattern,
            "files": files,
            **{key: value for key, value in vars(params).items() if key not in ("files", "folder")},
        }
        found = await ask(ctx, "search", folder_of(params, inputs), request, work)
        hits = Hits([Hit(**hit) for hit in found["hits"]], found["is_cut"], found["searched"], found["passed_over"])
        return self.Out(
            text=report(hits, params.max_hits), hits=found["hits"], length=len(hits.hits), is_cut=hits.is_cut
        )
