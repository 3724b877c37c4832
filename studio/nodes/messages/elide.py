"""`messages.elide`: a conversation in which only the last observations stand in full."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port


@node("messages.elide", title="Elide old messages", category="Stores", icon="filter")
class Elide(Node):
    """Keep the last messages of a role in full and put a short note in place of the older ones.

    What a tool or the world said long ago costs tokens and misleads; that it was said is still seen. The first so many
    messages of the role are kept, too, as they often state the task. (SWE-agent: the last 5 observations.)
    """

    class Params(Fields):
        role: str = param("user", help="Whose messages: as a rule those that bring observations.")
        last: int = param(5, ge=0, le=100_000, help="So many of the newest stay in full.")
        first: int = param(1, ge=0, le=1_000, help="So many of the oldest stay in full.")
        note: str = param("(old output left out: {lines} lines)", help="What stands in place; `{lines}` is how many.")

    class In(Fields):
        messages: list[Any] = port(type="messages", help="The conversation, oldest first.")

    class Out(Fields):
        messages: list[Any] = port(type="messages", help="The conversation with the older messages elided.")
        elided: int = port(help="How many were elided.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        places = [place for place, said in enumerate(inputs.messages) if said.get("role") == params.role]
        old = set(places[params.first : len(places) - params.last if params.last else None])
        out = [
            {**said, "content": noted(params.note, said.get("content"))} if place in old else said
            for place, said in enumerate(inputs.messages)
        ]
        return self.Out(messages=out, elided=len(old))


def noted(note: str, content: Any) -> str:
    """Return the note that stands in place of a message."""
    lines = len(content.splitlines()) if isinstance(content, str) else 1
    return note.replace("{lines}", str(lines))
