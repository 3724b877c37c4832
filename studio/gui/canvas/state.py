"""What a run says about a node, as the canvas shows it. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STATUSES: Final = ("", "waiting", "running", "ok", "error", "skipped", "held", "paused", "asks")


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node's state in a run. `status` is one of `STATUSES`; `asks`: it waits for a person's answer.

    `text` is the last value or the text as it streams in; `tick`, `cost` and `duration` are written as given;
    `progress` is from 0 to 1 (None: unknown); `badge` is a short word set into the card's head.
    `stale`: the node is no longer as it was run; its card is paler.
    """

    status: str = ""
    text: str = ""
    tick: str = ""
    cost: str = ""
    duration: str = ""
    progress: float | None = None
    badge: str = ""
    stale: bool = False


IDLE: Final = NodeState()

MOST_TEXT: Final = 400
"""Signs of a text that are looked at: its end while it streams, its beginning otherwise."""


def shown_text(state: NodeState) -> str:
    """Return the part of a state's text that may be shown, on one line; long texts are cut before anything else."""
    text = state.text[-MOST_TEXT:] if state.status == "running" else state.text[:MOST_TEXT]
    return " ".join(text.split())
