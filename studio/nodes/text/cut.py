"""`text.cut`: a text made to fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from studio.documents.tokens import token_spans
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent


@node(
    "text.cut",
    title="Cut a text",
    category="Text",
    icon="split",
    library="tokenizers",
    limits="20 million characters",
    standalone="it counts tokens by the library tokenizers",
)
class Cut(Node):
    """Keep so much of a text, from its beginning or its end, so that a prompt fits.

    Tokens are those of one tokenizer that ships with the studio; other models count a little otherwise. Words are what
    stands between blanks. What is kept is word for word as it was.
    """

    class Params(Fields):
        length: int = param(2000, ge=0, le=20_000_000, help="How much is kept, if nothing is wired to `length`.")
        unit: Literal["tokens", "words", "characters"] = param(
            "tokens", choices=("tokens", "words", "characters"), help="What is counted."
        )
        keep: Literal["start", "end"] = param("start", choices=("start", "end"), help="Which end is kept.")

    class In(Fields):
        text: str = port(help="The text to cut.")
        length: int = port(None, help="How much is kept; else the param of that name.")

    class Out(Fields):
        text: str = port(help="What is kept.")
        rest: str = port(help="What was cut off; empty if all was kept.")
        cut: Any = port(type="boolean", help="True if something was cut off, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        text = inputs.text
        length = params.length if inputs.length is None else inputs.length
        if length < 0:
            raise NodeError(
                f"`length` is {length}, but a text has no fewer than 0 {params.unit}.",
                hint="Wire a number from 0 on.",
                code="input",
            )
        places = _places(text, params.unit)
        if length >= len(places):
            return self.Out(text=text, rest="", cut=Absent("all of it was kept"))
        if params.keep == "start":
            end = places[length - 1][1] if length else 0
            return self.Out(text=text[:end], rest=text[end:], cut=True)
        start = places[len(places) - length][0] if length else len(text)
        return self.Out(text=text[start:], rest=text[:start], cut=True)


def _places(text: str, unit: str) -> Sequence[tuple[int, int]]:
    if unit == "tokens":
        return token_spans(text)
    if unit == "words":
        return [found.span() for found in re.finditer(r"\S+", text)]
    return [(place, place + 1) for place in range(len(text))]
