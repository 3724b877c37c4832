"""What a fact about two graphs is about: the node or the wire, selected on the canvas of one side."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.gui.replay.comparing.side import Side


def select_fact(side: Side, name: str) -> None:
    """Select what a fact of this name is about; nothing where the graphs of the side have no such thing."""
    for at, graph in side.session.document.walk():
        place = ".".join(at)
        if "edge " in name:
            where, _, wire = name.rpartition("edge ")
            edges = [one for one in graph.edges if str(one).partition(": ")[0] == wire.partition(": ")[0]]
            if edges and where.rstrip(": ") == place:
                side.show_at(at).select_edges(edges)
            continue
        start = f"{place}." if place else ""
        node = next((one for one in graph.nodes if f"{name}.".startswith(f"{start}{one}.")), None)
        if node is not None:
            canvas = side.show_at(at)
            canvas.select([node])
            canvas.reveal(node)
