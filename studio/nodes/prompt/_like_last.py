"""What `prompt.like_last` does, in the studio and in a script."""

from __future__ import annotations

from typing import Any

from studio.documents.counting import parts
from studio.documents.distance import edit_distance
from studio.nodes.prompt._counting import chosen_counter


def like_last(
    text: str, last: str | None = None, room: int | None = None, threshold: int | None = None,
    counter: str | None = None, *, percent: int = 10, compare: int = 50, count: str = "tokens",
) -> dict[str, Any]:  # fmt: skip
    """Return the last text again if the new one begins nearly the same, else the new one."""
    counted = chosen_counter(counter, count)
    share = percent if threshold is None else threshold
    new, old = parts(text, counted), parts(last or "", counted)
    distance = edit_distance(new[:compare], old[:compare])
    alike = last is not None and bool(new) and share > 0 and 100 * distance < share * min(compare, len(new))
    again = alike and (room is None or len(old) <= room)
    return {
        "text": last if again else text, "size": len(old) if again else len(new), "again": again, "distance": distance,
    }  # fmt: skip
