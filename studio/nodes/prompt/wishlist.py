"""`prompt.wishlist`: a prompt made of what matters most."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.prompt._counting import LIBRARY, counter_param, counter_port, must_not_count_tokens
from studio.nodes.prompt._wishlist import fulfil
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("prompt.wishlist", title="Fulfil a wishlist", category="Prompts", icon="sort", blocking=True, library=LIBRARY,
      limits="20 million characters")  # fmt: skip
class Wishlist(Node):
    """Pack the elements of a prompt into a budget by priority, and put them in the order of the document.

    Elements are taken from the highest priority down, of equal ones the later first, while they fit, if what they need
    is in and nothing taken shuts them out. A text given with `lines: true` is taken line by line from its end: each
    line needs the next. If all of it together is too long, the least important goes; at last the first that did not fit
    is tried once more, as the whole may be shorter than its parts. Source: GitHub Copilot's prompt wishlist
    (copilot-explorer, extension 1.57).
    """

    class Params(Fields):
        size: int = param(1_548, ge=0, le=10_000_000, help="The budget in tokens, if nothing is wired to `budget`.")
        count: Literal["tokens", "words", "code"] = counter_param()

    class In(Fields):
        wishes: list[Any] = port(
            help="In document order: objects with `text` and `priority`, and if they like `kind`, `lines`, `id`, and "
            "`needs` and `excludes`, lists of ids (of lines, the first is meant)."
        )
        budget: int = port(None, help="The budget in tokens; else `size`.")
        counter: str = counter_port()

    class Out(Fields):
        text: str = port(help="What fits, as one text.")
        size: int = port(help="How many tokens it has.")
        used: list[Any] = port(help="The elements in it, in document order: `kind`, `text`, `priority`, `size`.")
        left_out: list[Any] = port(help="The elements that are not in it.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**fulfil(inputs.wishes, inputs.budget, inputs.counter, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        must_not_count_tokens(params.count)
        return Plain(fulfil, changed(params), takes_firing=False)
