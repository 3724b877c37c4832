"""`text.cited`: statements with the numbers of what they rest on, as a model writes them."""

from __future__ import annotations

import re
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port

NUMBERS = r"[(\[](\d{1,9}(?:\s*,\s*\d{1,9})*)[)\]][\s.]*$"
CITED = re.compile(r"\s*(?:\d+[.)]\s*|-\s+)?(.*?\S)\s*(?:\(because of ([^)]*)\)|" + NUMBERS + ")")
"""A statement, and the numbers behind *because of* or at the end of its line."""


@node("text.cited", title="Read cited statements", category="Text", icon="list", limits="1,000,000 characters")
class Cited(Node):
    """Read statements, one per line, each with the numbers of what it rests on: `1. She likes music (because of 0, 3)`.

    The bracket may also hold nothing but numbers, at the end of the line: `(0, 3)`, `[0, 3]`.

    The numbers are looked up in `sources`. If one line has no such bracket, or a number that is no source, nothing is
    taken: `entries` is empty and `unreadable` is true. (Generative Agents, Park et al. 2023, reads its insights so.)
    """

    class Params(Fields):
        first: int = param(0, ge=0, le=1, help="The number of the first source: 0 or 1.")
        most: int = param(5, ge=1, le=1000, help="At most so many statements are taken.")

    class In(Fields):
        text: str = port(help="What the model wrote.")
        sources: list[Any] = port(help="What was shown to it under numbers, in order.")

    class Out(Fields):
        entries: list[Any] = port(help="Objects with `text`, `numbers` and `sources`.")
        unreadable: bool = port(help="True if nothing could be taken, else false.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        entries: list[Any] = []
        for line in inputs.text.strip().split("\n"):
            found = CITED.match(line)
            numbers = (
                [int(one) for one in re.findall(r"\d{1,9}", found.group(2) or found.group(3) or "")] if found else []
            )
            places = [number - params.first for number in numbers]
            if found is None or not numbers or not all(0 <= place < len(inputs.sources) for place in places):
                return self.Out(entries=[], unreadable=True)
            sources = [inputs.sources[place] for place in places]
            entries.append({"text": found.group(1), "numbers": numbers, "sources": sources})
        return self.Out(entries=entries[: params.most], unreadable=False)
