"""`python -m tests.support.record_examples [NAME…]`: record the runs that ship with the example graphs, afresh.

Runs each graph (all of `graphs/*.yaml` unless named) with its own inputs, or those set down here, and seals the run
into `graphs/NAME.run.db`.  Needed after any change to an example, to the node types it uses, or to what they ask:
the tests of the examples say so.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

from studio import run
from studio.models.scripted import Scripted
from studio.support.resources import bundled_graphs
from studio.support.values import Json
from studio.trace.copies import seal
from studio.trace.writer import close_writer


class Recording(NamedTuple):
    """With what an example is recorded: its own inputs and the embedded model, unless it says something else."""

    inputs: Mapping[str, Json] = {}
    replies: Sequence[Json] = ()
    """Script lines that answer in place of a model."""


CRITIC_SCRIPT: tuple[Json, ...] = (
    {"node": "writer", "reply": "Tide pools are nice places by the sea. There are many things in them."},
    {"node": "critic", "reply": "vague"},
    {
        "node": "writer",
        "reply": "Tide pools are ponds that the sea fills twice a day. Whales raise their young in them.",
    },
    {"node": "critic", "reply": "wrong"},
    {
        "node": "writer",
        "reply": "Twice a day the sea leaves small pools in the hollows of the rock. "
        "Crabs, limpets and anemones wait there for the next high water.",
    },
    {"node": "critic", "reply": "good"},
)

RECORDINGS: dict[str, Recording] = {
    # A written dialogue, because it shows the loop: the embedded model is never content with what it wrote.
    "critic_loop": Recording(replies=CRITIC_SCRIPT),
}
"""Examples that are not recorded as they stand."""


def record(graph: Path, folder: Path) -> Path:
    """Run the graph and return its sealed recording in `folder`. Raises SystemExit if the run does not end well."""
    how = RECORDINGS.get(graph.stem, Recording())
    target = folder / f"{graph.stem}.run.db"
    model = Scripted(how.replies, name="scripted:recording") if how.replies else None
    with tempfile.TemporaryDirectory() as scratch, chdir(graph.parent.parent):
        db = Path(scratch) / "run.sqlite"
        # By a relative name, which the record keeps: it says nothing of the machine it was made on.
        result = run(graph.relative_to(Path.cwd()), how.inputs, model=model, db=db, seed=0)
        if result.status != "ok":
            raise SystemExit(f"{graph.stem}: the run ended {result.status}: {result.error}")
        close_writer(db)
        seal(db, target)
    print(
        f"{target.name}: {result.firings} firings, {result.calls} model calls, "
        f"{result.duration_s:.1f} s, {target.stat().st_size // 1024} KB"
    )
    return target


def main() -> None:
    """Record the examples named on the command line, or all."""
    graphs = {path.stem: path for path in bundled_graphs()}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"examples (default: all of {', '.join(graphs)})")
    args = parser.parse_args()
    unknown = [name for name in args.names if name not in graphs]
    if unknown:
        parser.error(f"there is no graph named {unknown[0]}; choose among {', '.join(graphs)}")
    for name in args.names or graphs:
        record(graphs[name], graphs[name].parent)


if __name__ == "__main__":
    main()
