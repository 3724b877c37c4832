"""`git.files_at`: the files of a commit of any repository of this computer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from studio.nodes.git._anywhere import ask_repository, commit_port, reading, repository_port
from studio.spec import Fields, Node, Permission, RunContext, node, param, port
from studio.support.values import Json
from studio.tools.git import Git


@node(
    "git.files_at",
    title="Files of a commit",
    category="Git",
    icon="git",
    effects="reads",
    library="git",
    limits="5,000 files, 200 KB each, 20 MB together, or as the params say; 60 s",
    standalone="it runs git",
)
class FilesAt(Node):
    """Read the text files of a commit of any git repository of this computer.

    They are read as they were committed: what is not committed, and what `.gitignore` leaves out, is not seen, and
    nothing in the repository changes. Files that are no UTF-8 text, too large, or made to hold secrets are left out and
    listed in `skipped`; more files, or more bytes together, than allowed fail the node, so that nothing is left out
    unseen.
    """

    class Params(Fields):
        pattern: str = param("*", help="Which files, as in `*.py`, `src/**/*.c` or `*.{md,txt}`.")
        max_files: int = param(5_000, ge=1, le=50_000, help="At most so many files.")
        max_file_bytes: int = param(200_000, ge=1, le=2_000_000, help="Larger files are left out, and listed.")
        max_bytes: int = param(20_000_000, ge=1, le=50_000_000, help="At most so many bytes in all files together.")

    class In(Fields):
        repository: str = repository_port()
        commit: str = commit_port()

    class Out(Fields):
        files: list[Any] = port(private=True, help="Objects with `source` (the name) and `text`, in order of names.")
        texts: dict[str, Any] = port(private=True, help="The text of each file under its name.")
        names: list[Any] = port(private=True, help="Only the names, in order.")
        skipped: list[Any] = port(private=True, help="Objects with the `source` of a file left out, and `why`.")
        commit: str = port(help="The hash of the commit.")

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterator[Permission]:
        yield reading()

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        from studio.tools.git.local import commit_at, fresh_copy
        from studio.tools.git.texts import texts_in

        settings = params.as_dict()

        async def work(git: Git) -> Json:
            commit = await commit_at(git, inputs.commit)
            async with fresh_copy(git, commit, {}) as copy:
                texts, skipped = await texts_in(copy.files, **settings)
            return {"texts": texts, "skipped": skipped, "commit": commit}

        found = await ask_repository(ctx, "files_at", inputs.repository, {"commit": inputs.commit, **settings}, work)
        texts = found["texts"]
        return self.Out(
            files=[{"source": name, "text": text} for name, text in texts.items()],
            texts=texts,
            names=list(texts),
            skipped=found["skipped"],
            commit=found["commit"],
        )
