"""What `prompt.cut` does, in the studio and in a script."""

from __future__ import annotations

from typing import Any

from studio.documents.counting import spans_of
from studio.nodes.prompt._counting import chosen_counter
from studio.support.errors import NodeError


def cut_to_size(
    text: str, most: int | None = None, counter: str | None = None, *, keep: str = "last", size: int = 2_000,
    count: str = "tokens",
) -> dict[str, Any]:  # fmt: skip
    """Return the first or last part of a text that has at most so many tokens."""
    if most is not None and most < 0:
        raise NodeError(f"`most` is {most}, but a text has no less than 0 tokens.", hint="Correct it.", code="input")
    size = size if most is None else most
    spans = spans_of(text, chosen_counter(counter, count))
    start, end = 0, len(text)
    if len(spans) > size:
        if keep == "first":
            end = spans[size - 1][1] if size else 0
        else:
            start = spans[-size][0] if size else len(text)
    return {
        "text": text[start:end],
        "size": min(len(spans), size),
        "start_line": text.count("\n", 0, start),
        "left_out": max(0, len(spans) - size),
    }
