"""`code.block_body`: completions up to the end of their block."""

from __future__ import annotations

from typing import Any

from studio.documents.code.blocks import body_of_block
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain


@node("code.block_body", title="Up to the end of the block", category="Code", icon="code", limits="linear in the text")
class BlockBody(Node):
    """Cut completions where the block ends that they fill.

    In Python that is the first line indented no deeper than the header, elsewhere the bracket that closes the block.
    Blanks at the ends of completions go, too.
    """

    class In(Fields):
        texts: list[Any] = port(help="The completions.")
        before: str = port(help="The text before the cursor.")
        language: str = port(help="The language, as in `python`.")
        cut: bool = port(True, help="Cut them; else only the blanks at their ends go.")

    class Out(Fields):
        texts: list[Any] = port(help="The completions, cut.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**bodies(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(bodies, takes_firing=False)


def bodies(texts: list[str], before: str, language: str, cut: bool = True) -> dict[str, Any]:
    """Return each completion up to the end of its block, without blanks at its end."""
    return {"texts": [(body_of_block(text, before, language) if cut else text).rstrip() for text in texts]}
