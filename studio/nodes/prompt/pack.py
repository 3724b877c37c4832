"""`prompt.pack`: as many blocks as there is room for."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.prompt._counting import LIBRARY, counter_param, counter_port, must_not_count_tokens
from studio.nodes.prompt._pack import pack
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("prompt.pack", title="Pack blocks", category="Prompts", icon="list-add", blocking=True, library=LIBRARY,
      limits="20 million characters a block")  # fmt: skip
class Pack(Node):
    """Take blocks, best first, until there are enough of them or the budget is used up.

    One that is too long is skipped and the next is tried. `text` joins them with the best last, nearest to what follows
    in the prompt. Source: RepoCoder (arXiv 2303.12570; `build_prompt.py`): at most 10 blocks, less than 2,000 tokens
    with the 20 of the heading.
    """

    class Params(Fields):
        budget: int = param(2_000, ge=0, le=10_000_000, help="Tokens in all, if nothing is wired to `room`.")
        reserve: int = param(20, ge=0, le=100_000, help="Tokens that are spoken for already, as by a heading.")
        most: int = param(10, ge=0, le=100_000, help="At most so many blocks; 0 for any number.")
        fits: Literal["below", "within"] = param(
            "below",
            choices=("below", "within"),
            help="*below*: the sum stays under the budget; *within*: may reach it.",
        )
        order: Literal["best_last", "best_first"] = param(
            "best_last", choices=("best_last", "best_first"), help="How `text` is ordered."
        )
        separator: str = param("", help="What stands between two blocks of `text`.")
        count: Literal["tokens", "words", "code"] = counter_param()

    class In(Fields):
        blocks: list[Any] = port(help="Texts, or objects with a `text`, best first.")
        room: int = port(None, help="Tokens in all; else `budget`.")
        counter: str = counter_port()

    class Out(Fields):
        chosen: list[Any] = port(help="The blocks that fit, best first.")
        text: str = port(help="Their texts as one.")
        size: int = port(help="Tokens that are used, with the reserve.")
        length: int = port(help="How many blocks fit.")
        left_out: list[Any] = port(help="The blocks that were skipped or came too late, best first.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**pack(inputs.blocks, inputs.room, inputs.counter, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        must_not_count_tokens(params.count)
        return Plain(pack, changed(params), takes_firing=False)
