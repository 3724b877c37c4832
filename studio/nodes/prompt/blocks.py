"""`prompt.blocks`: what a search found, as comments in front of code."""

from __future__ import annotations

from typing import Any

from studio.nodes.prompt._blocks import write_blocks
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("prompt.blocks", title="Commented blocks", category="Prompts", icon="note", limits="linear in the text")
class Blocks(Node):
    """Write found windows of code as commented blocks: heading, the files they stand in, a rule, the lines, a rule.

    *moved* shows each window one step further down, so that the continuation is seen (RepoCoder's first round); the
    windows come from *chunk.windows* with `show_next`. If a `hole` is given, a place in its file is not shown where
    that would reach the hole; a window without another place becomes an empty block, which still takes a place in
    the prompt, as in the program (`build_prompt.py` at its last commit). Without it a window may show up to one step of
    lines behind its own end.
    """

    class Params(Fields):
        comment: str = param("# ", help="What begins each line.")
        heading: str = param("Found in:", help="The first line of a block.")
        rule: int = param(50, ge=1, le=200, help="How many dashes a rule has.")

    class In(Fields):
        hits: list[Any] = port(help="Windows with `text` and `places`, as from a search.")
        moved: bool = port(False, help="Show what stands one step further down.")
        hole: Any = port(None, help="With `moved`: `source` and `line` (from 1) of the hole that must not be shown.")

    class Out(Fields):
        blocks: list[Any] = port(help="Objects with `text`, `source`, `score` and `rank`, in the order of the hits.")
        texts: list[Any] = port(help="Only the texts, in the same order.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**write_blocks(inputs.hits, inputs.moved, inputs.hole, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(write_blocks, changed(params), takes_firing=False)
