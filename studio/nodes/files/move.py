"""`files.move`: gives a file of the project another name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.files._workspace import change, folder_of, folder_param, folder_port, writing
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.values import Json
from studio.tools.workspace import Workspace


@node(
    "files.move",
    title="Move a file",
    category="Files",
    icon="file-move",
    effects="executes",
    limits="one file at a time, no folders; not outside the project, no files of git, of secrets or of the studio",
    standalone="it changes files of the project",
)
class Move(Node):
    """Rename a file of the project, or move it to another folder; folders that are missing are made."""

    class Params(Fields):
        folder: str = folder_param()
        replace: bool = param(False, help="Put it over a file that has the new name already.")

    class In(Fields):
        name: str = port(help="The name of the file relative to the folder, as in `notes/a.md`.")
        to: str = port(help="Its new name relative to the folder, as in `archive/a.md`.")
        folder: str = folder_port()

    class Out(Fields):
        name: str = port(help="The new name of the file.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield writing(params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        def work(workspace: Workspace) -> Json:
            workspace.move(inputs.name, inputs.to, replace=params.replace)
            return None

        request = {"name": inputs.name, "to": inputs.to, "replace": params.replace}
        await change(ctx, "move", folder_of(params, inputs), request, work)
        return self.Out(name=inputs.to)
