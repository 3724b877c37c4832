"""The graph as a drawing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from studio.export.targets.declaring import GraphSource, GraphTarget, Option, Options, Tell

if TYPE_CHECKING:
    from studio.export.drawing.style import Theme
    from studio.graph.model import Graph
    from studio.spec import Registry


def make(source: GraphSource, options: Options, tell: Tell) -> Iterator[bytes]:
    """Yield the drawing as SVG."""
    from studio.export.drawing.svg import graph_svg

    theme = cast("Theme", options["theme"])
    text = graph_svg(source.graph, source.registry, theme=theme, badges=badges(source.graph, source.registry))
    yield text.encode()


def badges(graph: Graph, registry: Registry) -> dict[tuple[str, str], str]:
    """Which nodes are live and which steady, by graph and node; none for a graph that cannot run yet."""
    from studio.engine.plan import compile_plan
    from studio.export.drawing.svg import panels
    from studio.support.errors import GraphError

    found: dict[tuple[str, str], str] = {}
    for name, inner, scope in panels(graph):
        try:
            plan = compile_plan(inner, registry, scope=scope)
        except GraphError:  # drawn all the same; `studio lint` says what is wrong
            continue
        for node in plan.nodes:
            found[name, node.name] = "live" if node.live else "steady"
    return found


TARGET = GraphTarget(
    name="svg",
    title="Drawing (SVG)",
    summary="The graph as a picture for pages and papers: every node with its ports, bodies of regions below.",
    suffixes=(".svg",),
    media_type="image/svg+xml",
    make=make,
    options=(
        Option(
            "theme", "colours; auto follows the reader's light or dark setting", kind="choice", default="auto",
            choices=("auto", "light", "dark"),
        ),
    ),
)  # fmt: skip
