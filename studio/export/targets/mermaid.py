"""The graph as a flow chart in Mermaid's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from studio.export.targets.declaring import GraphSource, GraphTarget, Option, Options, Tell

if TYPE_CHECKING:
    from studio.export.mermaid import Direction


def make(source: GraphSource, options: Options, tell: Tell) -> Iterator[bytes]:
    """Yield the chart, alone or on a Markdown page."""
    from studio.export.mermaid import mermaid, mermaid_page

    made = mermaid_page if options["page"] else mermaid
    yield made(source.graph, source.registry, direction=cast("Direction", options["direction"])).encode()


TARGET = GraphTarget(
    name="mermaid",
    title="Mermaid chart",
    summary="A flow chart in Mermaid's language, which GitHub and many wikis draw; alone or on a Markdown page.",
    suffixes=(".mmd", ".mermaid", ".md"),
    media_type="text/vnd.mermaid",
    make=make,
    options=(
        Option("direction", "left to right, or top to bottom", "choice", default="LR", choices=("LR", "TB")),
        Option("page", "a Markdown page with the chart in it; so it is for a file that ends in .md"),
    ),
    implied={".md": {"page": True}},
)
