"""How many modules of an example change what it does: each is knocked out in turn, and the same day is lived again.

`python -m tests.bench.knockouts [organism]` runs the graph whole, then once without each module (all nodes but helpers
of flow and text, and those of the world that it lives in), on the embedded model with its answers kept. It prints which
modules change the deeds and by how much the points fall or rise, and writes `knockouts.json`. `--day FILE` takes
another day, `--sample N` every Nth module only.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from studio import run
from studio.gallery.entries import HELPERS
from studio.graph.model import Graph
from studio.support.resources import resource_root
from studio.support.values import Json, decode
from studio.trace.writer import close_writer
from tests.bench.machine import write_report

WORLD = "greenhouse"
"""The graph inside the example that is no part of the agent."""


def modules_of(graph: Graph) -> Iterator[tuple[str, str]]:
    """Yield the graph and the name of each module of the agent."""
    for organ, body in graph.graphs.items():
        if organ != WORLD:
            for name, node in body.nodes.items():
                if not node.type.startswith(HELPERS):
                    yield organ, name


def lived(name: str, folder: Path, inputs: dict[str, Json], without: tuple[str, str] | None = None) -> dict[str, Any]:
    """Run the example, without a module if one is named, and return its outputs. Raises SystemExit if it does not end
    well."""
    graph = Graph.load(resource_root("graphs") / f"{name}.yaml")
    if without is not None:
        graph.graphs[without[0]].nodes[without[1]].knockout = True
    db = folder / "runs.db"
    result = run(graph, inputs, db=db, seed=0, cache="llm")
    close_writer(db)
    if result.status != "ok":
        raise SystemExit(f"without {without}: {result.status}: {result.error}")
    return dict(result.outputs)


def main() -> None:
    """Measure, print and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="organism")
    parser.add_argument("--day", type=Path, help="a JSON file in place of the graph's own day")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth module only")
    parser.add_argument("--out", default=".", help="folder or file of the report")
    args = parser.parse_args()
    inputs: dict[str, Json] = {} if args.day is None else {"day": decode(args.day.read_bytes())}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["STUDIO_HOME"] = str(folder / "home")  # the answers are kept here, and gone with it
        whole = lived(args.name, folder, inputs)
        rows = []
        for without in list(modules_of(Graph.load(resource_root("graphs") / f"{args.name}.yaml")))[:: args.sample]:
            changed = lived(args.name, folder, inputs, without)
            deeds = [(one != other) for one, other in zip_longest(changed["deeds"], whole["deeds"])]
            rows.append(
                {
                    "module": "/".join(without),
                    "deeds": sum(deeds),
                    "points": round(changed.get("points", 0) - whole["points"], 1),
                }
            )
    rows.sort(key=lambda row: row["points"])
    print(f"whole: {whole['points']} points")
    for row in rows:
        print(f"{row['module']:<34} {row['deeds']:>3} deeds differ   {row['points']:>+6.1f} points")
    counts = {
        "modules": len(rows),
        "change the deeds": sum(row["deeds"] > 0 for row in rows),
        "change the points": sum(row["points"] != 0 for row in rows),
        "cost points": sum(row["points"] < 0 for row in rows),
        "cost five points or more": sum(row["points"] <= -5 for row in rows),
        "gain points": sum(row["points"] > 0 for row in rows),
    }
    for what, count in counts.items():
        print(f"{count:>4}  {what}")
    print(write_report(args.out, "knockouts", {"whole": whole["points"], **counts, "rows": rows}))


if __name__ == "__main__":
    main()
