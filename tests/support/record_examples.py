"""`python -m tests.support.record_examples [NAME…]`: record the runs that ship with the example graphs, afresh.

Runs each graph (all of `graphs/*.yaml` unless named) with its own inputs, or as `tests/data/examples/NAME.yaml` says,
and seals the run into `graphs/NAME.run.db`.  Needed after any change to an example, to the node types it uses, or to
what they ask: the tests of the examples say so.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import chdir
from pathlib import Path

from studio import run
from studio.models.scripted import Scripted
from studio.support.resources import bundled_graphs
from studio.trace.copies import seal
from studio.trace.writer import close_writer
from tests.support.approving import hashes_of
from tests.support.example_settings import answering, settings_of


def record(graph: Path, folder: Path) -> Path:
    """Run the graph and return its sealed recording in `folder`. Raises SystemExit if the run does not end well."""
    how = settings_of(graph.stem)
    target = folder / f"{graph.stem}.run.db"
    model = Scripted(how.replies, name="scripted:recording") if how.replies else None
    with tempfile.TemporaryDirectory() as scratch, chdir(graph.parent.parent):
        db = Path(scratch) / "run.sqlite"
        # By a relative name, which the record keeps: it says nothing of the machine it was made on.
        file = graph.relative_to(Path.cwd())
        human = answering(how.answers) if how.answers else None
        result = run(
            file, how.inputs, model=model, db=db, seed=0, clock=how.clock, human=human, approve=hashes_of(file)
        )
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
