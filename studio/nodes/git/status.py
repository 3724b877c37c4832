"""`git.status`: what changed since the last commit."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from studio.nodes.files._workspace import folder_param, folder_port
from studio.nodes.git._repository import LIMITS, ask, permission
from studio.spec import Fields, Node, Permission, RunContext, node, port
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "git.status",
    title="Git status",
    category="Git",
    icon="git",
    effects="reads",
    library="git",
    limits=LIMITS,
    standalone="it runs git",
)
class Status(Node):
    """List the files of a git repository that changed since the last commit."""

    class Params(Fields):
        folder: str = folder_param()

    class In(Fields):
        folder: str = folder_port()

    class Out(Fields):
        clean: bool = port(help="True if nothing changed.")
        files: list[Any] = port(
            private=True,
            help="Objects with `name`, `state` (modified, added, deleted, renamed, untracked or conflicted), `staged`.",
        )
        text: str = port(private=True, help="One line per file: its state and its name.")
        branch: str = port(private=True, help='The branch that is checked out, "" if none is.')
        commit: str = port(help='The hash of the last commit, "" if there is none yet.')

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield permission("status", False, params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.asking import state_of

        async def work(git: Git) -> Json:
            return asdict(await state_of(git))

        found = await ask(ctx, "status", params, inputs, {}, work)
        lines = [f"{file['state']} {file['name']}" for file in found["files"]]
        return self.Out(clean=not found["files"], text="\n".join(lines), **found)
