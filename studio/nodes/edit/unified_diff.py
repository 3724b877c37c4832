"""`edit.unified_diff`: changes files by a unified diff."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.edit._edits import LIMITS, EditIn, EditOut, EditParams, apply, permissions
from studio.spec import Node, Permission, RunContext, node


@node(
    "edit.unified_diff",
    title="Apply a diff",
    category="Files",
    icon="patch",
    effects="executes",
    library="unidiff",
    limits=LIMITS,
    standalone="it changes files of the project",
)
class UnifiedDiff(Node):
    """Change files of the project by a unified diff, as git makes them: all files or none.

    Context must be that of the file; lines may have moved since.  Files can be made, deleted and renamed; changes of
    mode are left out, and links, submodules and binary files refused.  What does not fit comes out of `problems` with
    the nearest place.
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
        return await apply(ctx, "unified_diff", params, inputs)
