"""Draw a graph as SVG: nodes with their ports, solid wires within a tick, dashed ones to the next tick.

Positions come from the file's layout where it has one. The drawing follows the reader's light or dark setting;
--theme fixes it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from studio.cli import exits
from studio.cli.graphs import open_graph
from studio.cli.output import Output
from studio.support.errors import EnvironmentProblem, UsageError

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
    from studio.export.targets.svg import badges
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
