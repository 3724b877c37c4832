"""`git.commit`: keeps the changes of the files."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from studio.nodes.files._workspace import folder_param, folder_port
from studio.nodes.git._repository import LIMITS, ask, permission
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent, Json
from studio.tools.git import Git


@node(
    "git.commit",
    title="Commit",
    category="Git",
    icon="commit",
    effects="executes",
    library="git",
    limits=LIMITS,
    standalone="it runs git",
)
class Commit(Node):
    """Commit changed files of a git repository, on the branch that is checked out.

    Without a wire to `names` all changed and new files of the folder are committed.  Files that are made to hold
    secrets stay out.  Hooks do not run and nothing is signed.
    """

    class Params(Fields):
        folder: str = folder_param()
        author_name: str = param("Ganglia Studio", help="Who made the commit.")
        author_email: str = param("studio@localhost", help="The address that goes with it.")

    class In(Fields):
        message: str = port(help="What changed and why; the first line is the subject.")
        names: list[Any] = port(
            None, help="Which files to commit, by name relative to the folder; else all that changed."
        )
        folder: str = folder_port()

    class Out(Fields):
        hash: str = port(help="The hash of the commit; absent if nothing had changed.")
        files: list[Any] = port(private=True, help="The names of the files that were committed.")
        left_out: list[Any] = port(private=True, help="Changed files that stayed out, as they may hold secrets.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield permission("commit", True, params, wired)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.changing import commit

        names = inputs.names
        if names is not None and not all(isinstance(name, str) for name in names):
            raise NodeError("`names` holds something that is no name of a file.", hint="Wire a list of texts.")

        async def work(git: Git) -> Json:
            made = await commit(git, inputs.message, names, author=params.author_name, email=params.author_email)
            return asdict(made)

        request: dict[str, Json] = {
            "message": inputs.message,
            "names": names,
            "author_name": params.author_name,
            "author_email": params.author_email,
        }
        found = await ask(ctx, "commit", params, inputs, request, work, changes=True)
        nothing: Any = Absent("nothing had changed")
        return self.Out(hash=found["hash"] or nothing, files=found["files"], left_out=found["left_out"])
