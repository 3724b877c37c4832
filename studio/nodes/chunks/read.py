"""`chunks.read`: chunks written as lines of text."""

from __future__ import annotations

from typing import Any

from studio.nodes.chunks._reading import read_chunks
from studio.spec import Fields, Node, RunContext, node, port


@node("chunks.read", title="Read chunks", category="Chunks", icon="document-parse", limits="10,000 chunks")
class Read(Node):
    """Read chunks, small records with slots, from lines of text.

    A line is `three-four isa count-order first 3 second 4`: a name, which may be left out, then slots with their
    values. `@ 0 5 9` at its end says at which seconds the chunk was used, `=goal>` before it which buffer it stands
    in.  Words name chunks, numbers and "texts in quotes" do not; `nil` is an empty slot; `#` begins a comment.  A
    list of objects with `slots` (and `name`, `uses`, `created`, `buffer`) is taken, too.
    """

    class In(Fields):
        source: Any = port(help="The lines, or a list of objects.")

    class Out(Fields):
        chunks: list[Any] = port(help="Objects with `name`, `slots`, `uses` and `buffer`.")
        length: int = port(help="How many there are.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        made = read_chunks(inputs.source)
        return self.Out(chunks=made, length=len(made))
