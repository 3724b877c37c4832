"""What `prompt.pack` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.documents.counting import count as count_parts
from studio.nodes.prompt._counting import chosen_counter
from studio.support.errors import NodeError
from studio.support.values import Json, preview


def pack(
    blocks: Sequence[Json], room: int | None = None, counter: str | None = None, *, budget: int = 2_000,
    reserve: int = 20, most: int = 10, fits: str = "below", order: str = "best_last", separator: str = "",
    count: str = "tokens",
) -> dict[str, Any]:  # fmt: skip
    """Return the blocks that fit, taken best first."""
    counted = chosen_counter(counter, count)
    limit = budget if room is None else room
    chosen: list[Json] = []
    left_out: list[Json] = []
    size = reserve
    for number, block in enumerate(blocks):
        if len(chosen) >= most > 0:
            left_out.extend(blocks[number:])
            break
        text = _text(block, number)
        more = size + count_parts(text, counted)
        if more < limit or (fits == "within" and more == limit):
            chosen.append(block)
            size = more
        else:
            left_out.append(block)
    texts = [_text(block, 0) for block in chosen]
    shown = texts[::-1] if order == "best_last" else texts
    return {
        "chosen": chosen, "text": separator.join(shown), "size": size, "length": len(chosen), "left_out": left_out,
    }  # fmt: skip


def _text(block: Json, number: int) -> str:
    text = block.get("text") if isinstance(block, Mapping) else block
    if not isinstance(text, str):
        raise NodeError(
            f"Element {number} of `blocks` has no text: {preview(block)}.", hint="Wire texts, or objects with one.",
            code="input",
        )  # fmt: skip
    return text
