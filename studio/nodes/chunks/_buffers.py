"""What happens to buffers: each holds one chunk at most, and is busy while its module works for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from studio.nodes.chunks._values import filled
from studio.support.errors import NodeError
from studio.support.values import Json, preview

BUFFERS = (
    "goal", "imaginal", "retrieval", "visual-location", "visual", "aural-location", "aural", "manual", "vocal",
    "temporal",
)  # fmt: skip
"""The buffers of ACT-R."""
ALIASES = {"g": "goal"}
"""Names that other programs use (pyactr)."""
EMPTY: dict[str, Json] = {"chunk": None, "busy": False, "error": False}


def buffer_of(word: str) -> str:
    """Return the name of a buffer for how somebody wrote it: `visual_location` is `visual-location`, `g` is `goal`."""
    name = word.lower().replace("_", "-")
    return ALIASES.get(name, name)


def changed_buffers(
    buffers: Mapping[str, Any], changes: Iterable[Json]
) -> tuple[dict[str, Any], list[Json], list[Json]]:
    """Return the buffers after changes done one after another, the chunks that left, and those that came.

    A change is an object with `buffer` and `do`: `put` a `chunk`; `modify` its `slots`; `clear`; `request` (clears the
    buffer unless `keep`; it is busy from then on); `deliver` what was requested, a `chunk` or null, and whether
    it `failed`.
    """
    now = {name: dict(state) for name, state in buffers.items()}
    left: list[Json] = []
    came: list[Json] = []

    def leave(state: dict[str, Any]) -> None:
        if state["chunk"] is not None:
            left.append(state["chunk"])
            state["chunk"] = None

    for change in changes:
        if not isinstance(change, dict) or not isinstance(change.get("buffer"), str):
            raise NodeError(f"{preview(change)} is no change of a buffer.", code="buffers")
        state = now.setdefault(change["buffer"], dict(EMPTY))
        do = change.get("do")
        if do == "modify":
            if state["chunk"] is not None:
                slots = filled({**state["chunk"]["slots"], **change["slots"]})
                state["chunk"] = {**state["chunk"], "slots": slots}
        elif do == "clear":
            leave(state)
        elif do == "request":
            if not change.get("keep", False):
                leave(state)
            state |= {"busy": True, "error": False}
        elif do in ("put", "deliver"):
            chunk = change.get("chunk")
            if chunk is not None:
                leave(state)
                state["chunk"] = {"name": chunk["name"], "slots": filled(chunk["slots"])}
                came.append({"buffer": change["buffer"], **state["chunk"]})
            state |= {"busy": False, "error": bool(change.get("failed", False))}
        else:
            raise NodeError(
                f"a buffer cannot {preview(do, 40)}.", hint="It can put, modify, clear, request, deliver.",
                code="buffers",
            )  # fmt: skip
    return now, left, came
