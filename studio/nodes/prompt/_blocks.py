"""What `prompt.blocks` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.support.errors import NodeError
from studio.support.values import Json, preview


def write_blocks(
    hits: Sequence[Json], moved: bool = False, hole: Json = None, *, comment: str = "# ", heading: str = "Found in:",
    rule: int = 50,
) -> dict[str, Any]:  # fmt: skip
    """Return found windows as commented blocks, in the order of the hits."""
    line = comment + "-" * rule
    blocks = []
    for number, hit in enumerate(hits):
        if not isinstance(hit, Mapping) or not isinstance(hit.get("text"), str):
            raise NodeError(
                f"Element {number} of `hits` is no window: {preview(hit)}.", hint="Wire the `hits` of a search.",
                code="input",
            )  # fmt: skip
        places = hit.get("places") or [hit]
        shown = _moved(places, hole, number) if moved else hit["text"].splitlines()
        text = ""
        if shown is not None:
            paths = [comment + str(place.get("source", "")) for place in places]
            code = [comment + one for one in shown]
            text = "\n".join([comment + heading, *paths, line, *code, line]) + "\n"
        blocks.append({**{key: hit[key] for key in hit if key in ("source", "score", "rank")}, "text": text})
    return {"blocks": blocks, "texts": [one["text"] for one in blocks]}


def _moved(places: Sequence[Mapping[str, Json]], hole: Json, number: int) -> list[str] | None:
    """Return the lines one step further down, at the first place where that does not reach the hole."""
    for place in places:
        further = place.get("moved")
        if not isinstance(further, Mapping):
            raise NodeError(
                f"Element {number} of `hits` does not say what stands one step further down.",
                hint="Set `show_next` on the node that cuts the windows.",
                code="input",
            )
        if hole is not None and place.get("source") == hole.get("source") and further["end_line"] >= hole["line"] - 1:
            continue
        text: str = further["text"]
        return text.split("\n")
    return None
