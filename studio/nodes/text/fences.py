"""`text.fences`: what stands in the fenced blocks of a text."""

from __future__ import annotations

from typing import Any

from studio.nodes.text._fences import blocks
from studio.spec import Fields, Node, RunContext, node, param, port


@node("text.fences", title="Fenced blocks", category="Text", icon="code")
class Fences(Node):
    """Take what stands between fences (```) out of a text: commands, code, a table that a model wrote.

    A block begins with three backticks, at most one word, and the end of the line; it ends before the next three
    backticks, wherever they stand, and holds at least one sign.  A block that is never closed is none.  A fence with
    several words after it opens nothing, so that its closing fence may open the next one.  `text` is all blocks one
    after the other, with the separator between them.  For blocks with a file name above them take *text.fenced_files*.
    """

    class Params(Fields):
        separator: str = param("\n", help="What stands between the blocks in `text`.", editor={"kind": "text"})

    class In(Fields):
        text: str = port(help="What the model wrote.")

    class Out(Fields):
        text: str = port(help="All blocks as one text; empty if there is none.")
        texts: list[Any] = port(help="What each block holds, in order.")
        words: list[Any] = port(help="The word after each opening fence, often a language; may be empty.")
        length: int = port(help="How many blocks there are.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        found = list(blocks(inputs.text))
        texts = [held for _, held in found]
        return self.Out(
            text=params.separator.join(texts), texts=texts, words=[word for word, _ in found], length=len(found)
        )
