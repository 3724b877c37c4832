"""`git.deliver`: changed files become a branch of one commit, in a repository whose files stay as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from studio.nodes.git._anywhere import UNTOUCHED, ask_repository, changes_of_value, commit_port, repository_port
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "git.deliver",
    title="Deliver a branch",
    category="Git",
    icon="commit",
    effects="executes",
    library="git",
    limits="1,000 files; 60 s; no network; hooks and filters do not run, nothing is signed or pushed",
    standalone="it runs git",
)
class Deliver(Node):
    """Make a branch of one commit in any git repository of this computer, without touching its files.

    The branch begins at `commit`. Only the objects and the reference of the branch are written (`git fast-import`): the
    files, the index, what is checked out and what is staged stay as they are. If there is a branch of that name already
    a number is put behind it.
    """

    class Params(Fields):
        author_name: str = param("Ganglia Studio", help="Who made the commit.")
        author_email: str = param("studio@localhost", help="The address that goes with it.")

    class In(Fields):
        repository: str = repository_port()
        commit: str = commit_port()
        changes: dict[str, Any] = port(
            help="Files that differ from the commit: the text of each under its name, null for a deleted one."
        )
        name: str = port(help="What to call the branch: any text, of which a name is made, as in `fix/add-must-add`.")
        message: str = port(help="What changed and why; the first line is the subject.")

    class Out(Fields):
        name: str = port(help="The name of the branch.")
        hash: str = port(help="The hash of its commit.")
        base: str = port(help="The hash of the commit it was made on.")
        diff: str = port(private=True, help="What the branch changes, as a unified diff.")
        files: list[Any] = port(private=True, help="The names of the files that were committed.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield Permission("other", "add a branch to any git repository of this computer", UNTOUCHED)

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.local import deliver

        changes = changes_of_value(inputs.changes)
        now = await ctx.now()

        async def work(git: Git) -> Json:
            made = await deliver(
                git, inputs.commit, changes, inputs.name, inputs.message,
                author=params.author_name, email=params.author_email, now=now,
            )  # fmt: skip
            return asdict(made)

        request: dict[str, Json] = {
            "commit": inputs.commit, "changes": dict(changes), "name": inputs.name, "message": inputs.message,
            "now": now, **params.as_dict(),
        }  # fmt: skip
        return self.Out(**await ask_repository(ctx, "deliver", inputs.repository, request, work, changes=True))
