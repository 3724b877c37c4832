"""`chunk.query_window`: what RepoCoder asks for."""

from __future__ import annotations

from studio.documents.chunking.windows import REPOCODER_LINES, first_query, next_query
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node(
    "chunk.query_window",
    title="Window before the cursor",
    category="Documents",
    icon="windows",
    limits="linear in the text",
)
class QueryWindow(Node):
    """Make the query by which RepoCoder looks for code: the end of what is there, and what was predicted.

    Without a prediction (round 1) it is the last lines of the unfinished code. With one (round 2 and later) it is half
    a window of the code and then the predicted lines, in all no more than a window, without blank lines.
    """

    class Params(Fields):
        lines: int = param(REPOCODER_LINES, ge=2, le=1_000, help="How many lines a window has.")

    class In(Fields):
        code: str = port(help="The unfinished code, up to the hole.")
        prediction: str = port(None, help="What was generated for the hole in the round before.")
        size: int = port(None, help="How many lines a window has; else `lines`.")

    class Out(Fields):
        query: str = port(help="What to look for.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        size = params.lines if inputs.size is None else inputs.size
        if size < 2:
            raise NodeError(f"`size` is {size}, but a window has at least 2 lines.", hint="Correct it.", code="input")
        if inputs.prediction is None:
            return self.Out(query=first_query(inputs.code, size))
        return self.Out(query=next_query(inputs.code, inputs.prediction, size))
