"""`prompt.like_last`: the same part of a prompt again, if it hardly changed."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.prompt._counting import LIBRARY, counter_param, counter_port, must_not_count_tokens
from studio.nodes.prompt._like_last import like_last
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("prompt.like_last", title="As the last time, if alike", category="Prompts", icon="history", blocking=True,
      library=LIBRARY, limits="20 million characters")  # fmt: skip
class LikeLast(Node):
    """Give the last text once more if the new one begins nearly the same, so that a prompt stays what it was.

    Alike are texts whose first tokens have an edit distance below a share of their number. Feed `text` back into `last`
    by an edge with `hold` and `initial: null`. Source: the suffix cache of GitHub Copilot (copilot-explorer, extension
    1.57).
    """

    class Params(Fields):
        percent: int = param(10, ge=0, le=100, help="The share in percent, if nothing is wired; 0: never again.")
        compare: int = param(50, ge=1, le=10_000, help="How many tokens from the beginning are compared.")
        count: Literal["tokens", "words", "code"] = counter_param()

    class In(Fields):
        text: str = port(help="The new text.")
        last: str = port(None, help="The text of the last time; null if there is none.")
        room: int = port(None, help="The last text is only taken if it has at most so many tokens.")
        threshold: int = port(None, help="The share in percent; else `percent`.")
        counter: str = counter_port()

    class Out(Fields):
        text: str = port(help="The last text or the new one.")
        size: int = port(help="How many tokens it has.")
        again: bool = port(help="True if it is the last one.")
        distance: int = port(help="The edit distance of the first tokens.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(
            **like_last(inputs.text, inputs.last, inputs.room, inputs.threshold, inputs.counter, **params.as_dict())
        )

    @classmethod
    def plain(cls, params: Any) -> Plain:
        must_not_count_tokens(params.count)
        return Plain(like_last, changed(params), takes_firing=False)
