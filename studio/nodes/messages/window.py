"""`messages.window`: the part of a conversation that fits into a model's context."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node(
    "messages.window",
    title="Pack a conversation",
    category="Stores",
    icon="window",
    stores={"store": "read"},
    library="tokenizers",
)
class Window(Node):
    """Pack the newest messages of a conversation into a budget of tokens.

    System messages are always kept, and the first few others if you like; then come the newest as long as the next one
    fits.  A tool call and its results are never parted.  If not even what must be kept fits, the node fails.  Tokens
    are counted by a tokenizer of ours: leave some room, since each model has its own.

    System messages that are not in the store, wired to `standing`, come first and take their part of the budget.
    """

    class Params(Fields):
        store: str = store_param("messages")
        budget: int = param(3_000, ge=1, le=10_000_000, help="Tokens in all, if nothing is wired to `budget`.")
        keep_first: int = param(0, ge=0, le=10_000, help="Keep so many of the first messages that are no system ones.")
        whole_turns: bool = param(False, help="Keep or drop together all from one user's message to the next.")
        count: Literal["tokens", "words"] = param("tokens", choices=("tokens", "words"), help="What is counted.")
        per_message: int = param(4, ge=0, le=1_000, help="What each message takes beside its text.")

    class In(Fields):
        budget: int = port(None, help="Tokens in all; else the param of that name.")
        standing: list[Any] = port([], type="messages", help="System messages that come first.")

    class Out(Fields):
        messages: list[Any] = port(type="messages", help="The messages, oldest first.")
        size: int = port(help="What they take of the budget.")
        left_out: int = port(help="How many messages were left out.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        found = ask(
            ctx, params.store, "messages", "window", budget=params.budget if inputs.budget is None else inputs.budget,
            first=params.keep_first, count=params.count, per_message=params.per_message,
            whole_turns=params.whole_turns, **({"standing": inputs.standing} if inputs.standing else {}),
        )  # fmt: skip
        return self.Out(messages=found["messages"], size=found["size"], left_out=found["left_out"])
