"""`repo.map`: the most referred-to definitions of a repository."""

from __future__ import annotations

from typing import Any

from studio.documents.chunking.chunk import sources_of
from studio.documents.code.repo_map import TIMES_WITHOUT_CHAT, TOKENS, repo_map
from studio.documents.code.repo_rank import Attention, attention_of
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError

_MOST_TOLD = 2_000


@node(
    "repo.map",
    title="Repository map",
    category="Documents",
    icon="repo-map",
    blocking=True,
    library="tree-sitter and its grammars, networkx, tokenizers",
    limits="20 million characters together, 2 MB of code a file, 5,000 files",
)
class Map(Node):
    """Make a map of a repository: the definitions that matter most, as a skeleton of its files.

    Files are ranked by who refers to whom (PageRank, as Aider does), nearer to the files in `chat` and to what
    `about` mentions; as many of the best definitions are shown as fit the tokens. Without a file in the chat the map
    may be `times_without_chat` times as large. Files in the chat are left out: the model sees them whole.
    """

    class Params(Fields):
        tokens: int = param(TOKENS, ge=16, le=200_000, help="At most so many tokens.")
        times_without_chat: int = param(
            TIMES_WITHOUT_CHAT, ge=1, le=100, help="So many times as large while no file is in the chat."
        )
        root_again: bool = param(
            False, help="As Aider's published loop: the square root again for each further file that defines a name."
        )

    class In(Fields):
        files: list[Any] = port(help="The `files` of *documents.read_tree*: objects with `source` and `text`.")
        chat: list[Any] = port([], help="Names of the files that are worked on.")
        about: str = port("", help="What it is about: names of files and identifiers in it count more.")

    class Out(Fields):
        map: str = port(help="The map.")
        definitions: list[Any] = port(help="The definitions by rank: `source`, `name`, `rank`; the best 2,000.")
        ranks: list[Any] = port(help="The files by rank: `source`, `rank`.")
        left_out: list[Any] = port(help="Objects with the `source` of a file that was not taken apart, and `why`.")
        tokens: int = port(help="How many tokens the map has.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        sources = sources_of(inputs.files)
        if len(sources) > 5_000:
            raise NodeError(
                f"{len(sources)} files are too many for a map (at most 5,000).",
                hint="Narrow the pattern.",
                code="input",
            )
        files = {source.name: source.text for source in sources}
        mentioned = attention_of(inputs.about, list(files))
        attention = Attention(frozenset(map(str, inputs.chat)), mentioned.files, mentioned.words)
        made = repo_map(
            files, attention, tokens=params.tokens, times_without_chat=params.times_without_chat,
            root_again=params.root_again,
        )  # fmt: skip
        ranks = sorted(made.ranking.files.items(), key=lambda one: (-one[1], one[0]))
        return self.Out(
            map=made.text,
            definitions=[
                {"source": source, "name": name, "rank": rank}
                for source, name, rank in made.ranking.definitions[:_MOST_TOLD]
            ],
            ranks=[{"source": source, "rank": rank} for source, rank in ranks],
            left_out=[{"source": source, "why": why} for source, why in made.left_out.items()],
            tokens=made.tokens,
        )
