"""What the selected node asked its model last, message by message, and what the model answered."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.gui.live.watching.tracks import Asked, PlaceTrack
from studio.gui.panels.run.text_view import Piece, TextView

EMPTY = "Select a node that asks a model, to see what it was asked and what it answered."


class PromptsView(TextView):
    """The calls of a node's latest firing that asked a model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("run.prompts", "Prompts of the selected node", EMPTY, parent)

    def show_prompts(self, node: str, place: PlaceTrack | None) -> None:
        """Show the calls of a node; `node` is "" if none is selected."""
        prompts = [] if place is None else list(place.prompts)
        pieces = [piece for number, asked in enumerate(prompts, 1) for piece in _pieces(asked, number, len(prompts))]
        self.show_pieces(pieces, f"{node} has asked no model in this run." if node else "")


def _pieces(asked: Asked, number: int, count: int) -> list[Piece]:
    title = f"{asked.path}  ·  {asked.model}"
    if count > 1:
        title += f"  ·  call {number} of {count}"
    if asked.tokens:
        title += f"  ·  {asked.tokens:,} tokens"
    pieces = [Piece(title, "accent", bold=True)]
    for role, text in asked.messages:
        pieces += [Piece(role, "soft", bold=True), Piece(text)]
    failed = bool(asked.error)
    reply = asked.reply if asked.reply is not None else asked.error or "…"
    pieces += [Piece("error" if failed else "reply", "bad" if failed else "soft", bold=True), Piece(reply, "ink")]
    return [*pieces, Piece("")]
