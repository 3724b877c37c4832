"""`edit.search_replace`: changes files by search/replace blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.edit._edits import LIMITS, EditIn, EditOut, EditParams, apply, permissions
from studio.spec import Node, Permission, RunContext, node


@node(
    "edit.search_replace",
    title="Apply search/replace edits",
    category="Files",
    icon="edit",
    effects="executes",
    limits=LIMITS,
    standalone="it changes files of the project",
)
class SearchReplace(Node):
    """Change files of the project by search/replace blocks, all of them or none.

    A block stands in a reply like this, the file's name alone on the line before:

        src/calc.py
        <<<<<<< SEARCH
        return a - b
        =======
        return a + b
        >>>>>>> REPLACE

    The lines to search must be those of the file, at least up to leading blanks that are missing from all of them
    alike; a line `...` in both parts stands for lines that stay.  An empty search makes a new file.  Nothing is
    guessed: what does not fit comes out of `problems` with the nearest place, to be fed back to the writer.
    """

    class Params(EditParams):
        """Where."""

    class In(EditIn):
        """What."""

    class Out(EditOut):
        """What became of it."""

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        return permissions(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> EditOut:
        return await apply(ctx, "search_replace", params, inputs)
