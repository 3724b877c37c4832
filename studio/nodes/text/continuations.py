"""`text.continuations`: what is left of answers that a person types along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain
from studio.support.values import Absent, Json


@node("text.continuations", title="Typed along", category="Text", icon="follow", limits="linear in the texts")
class Continuations(Node):
    """Keep the rest of those answers that begin with what was typed since they were given.

    If what was typed does not go on from where they were given, or goes on otherwise, there is nothing. An answer that
    was typed to its end leaves an empty text. Blanks at the ends of answers do not count.
    """

    class In(Fields):
        now: str = port(help="The text before the cursor now.")
        before: str = port(None, help="The text before the cursor when the answers were given; null if there are none.")
        texts: list[Any] = port(None, help="The answers.")

    class Out(Fields):
        texts: list[Any] = port(help="The rests; absent if no answer fits.")
        none: bool = port(help="True if no answer fits, else absent.")
        typed: str = port(help="What was typed since.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**continuations(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(continuations, takes_firing=False)


def continuations(now: str, before: str | None = None, texts: Sequence[Json] | None = None) -> dict[str, Any]:
    """Return what is left of each answer that begins with what was typed."""
    # An empty text before counts as none, as in the program.
    typed = now[len(before) :] if before and now.startswith(before) else None
    rests = (
        [] if typed is None else [one.rstrip()[len(typed) :] for one in texts or () if one.rstrip().startswith(typed)]
    )
    if not rests:
        return {"texts": Absent("no answer goes on with what was typed"), "none": True, "typed": typed or ""}
    return {"texts": rests, "none": Absent("an answer was typed along"), "typed": typed}
