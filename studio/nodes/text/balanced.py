"""`text.balanced`: cuts out what stands between brackets that match."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed
from studio.support.values import Absent


@node("text.balanced", title="Cut out brackets", category="Text", icon="regex")
class Balanced(Node):
    """Cut out the first part of a text that stands between matching brackets, these included.

    The brackets are counted wherever they stand, in quotes too: `a {b {c} d} e` gives `{b {c} d}`.  An opening bracket
    that is never closed is passed over.
    """

    class Params(Fields):
        opening: str = param("{", help="The opening bracket, one character.")
        closing: str = param("}", help="The closing bracket, another one.")

    class In(Fields):
        text: str = port(help="The text to look in.")

    class Out(Fields):
        text: str = port(help="The part with its brackets; absent if there is none.")
        none: bool = port(help="True if there is none, else absent.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if len(params.opening) != 1 or len(params.closing) != 1 or params.opening == params.closing:
            yield "`opening` and `closing` must be two different characters."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**cut_balanced(inputs.text, opening=params.opening, closing=params.closing))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(cut_balanced, changed(params), takes_firing=False)


def cut_balanced(text: str, opening: str = "{", closing: str = "}") -> dict[str, Any]:
    """Return the `text` between the leftmost opening bracket that is closed and its match, or `none`."""
    open_at: list[int] = []
    best: tuple[int, int] | None = None
    for place, sign in enumerate(text):
        if sign == opening:
            open_at.append(place)
        elif sign == closing and open_at:
            start = open_at.pop()
            if best is None or start < best[0]:
                best = (start, place + 1)
            if not open_at:
                break  # nothing that begins later lies further left
    if best is None:
        return {"text": Absent("no brackets match"), "none": True}
    return {"text": text[best[0] : best[1]], "none": Absent("brackets match")}
