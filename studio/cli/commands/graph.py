"""Draw a graph as SVG: nodes with their ports, solid wires within a tick, dashed ones to the next tick.

Positions come from the file's layout where it has one. The drawing follows the reader's light or dark setting;
--theme fixes it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.graphs import open_graph
from studio.cli.output import Output
from studio.support.errors import EnvironmentProblem, GraphError, UsageError

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.spec import Registry

EXAMPLES = (
    "studio graph inbox_triage --svg inbox_triage.svg",
    "studio graph my_graph.yaml --svg - --theme dark > my_graph.svg",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", metavar="GRAPH", help="a graph file, or the name of an example")
    parser.add_argument("--svg", metavar="FILE", help="where the drawing goes; `-` is standard output")
    parser.add_argument("--theme", choices=("auto", "light", "dark"), default="auto", help="colours (default auto)")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.export.drawing.svg import graph_svg
    from studio.plugins.registries import registry_of

    if args.svg is None:
        raise UsageError("Say where the drawing should go.", hint="Write `--svg FILE`.")
    graph = open_graph(args.graph)
    registry = registry_of(graph)
    text = graph_svg(graph, registry, theme=args.theme, badges=badges(graph, registry))
    if args.svg == "-":
        sys.stdout.write(text)
        return exits.OK
    path = Path(args.svg)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnvironmentProblem(f"The drawing cannot be written: {error.strerror}.", where=args.svg) from None
    if out.as_json:
        out.json({"file": str(path), "nodes": len(graph.nodes), "edges": len(graph.edges)})
    else:
        out.note(f"Drawn: {path}")
    return exits.OK


def badges(graph: Graph, registry: Registry) -> dict[tuple[str, str], str]:
    """Which nodes are live and which steady, by graph and node; none for a graph that cannot run yet."""
    from studio.engine.plan import compile_plan
    from studio.export.drawing.svg import panels

    found: dict[tuple[str, str], str] = {}
    for name, inner, scope in panels(graph):
        try:
            plan = compile_plan(inner, registry, scope=scope)
        except GraphError:  # drawn all the same; `studio lint` says what is wrong
            continue
        for node in plan.nodes:
            found[name, node.name] = "live" if node.live else "steady"
    return found
