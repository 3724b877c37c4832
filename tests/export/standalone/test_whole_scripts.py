"""Whole scripts of random graphs of real nodes record what the engine records, firing by firing.

`python -m tests.export.standalone.test_whole_scripts FROM TO` tries other seeds, for as long as one likes.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from studio import Graph, run
from studio.export.standalone.script import standalone_script
from studio.spec.registry import default_registry
from studio.trace.writer import close_writer
from tests.engine.players import Services
from tests.export.standalone.real_graphs import real_graph
from tests.support.played_scripts import Played, Told, told
from tests.support.thorough import thorough_but

if TYPE_CHECKING:
    from studio.models.catalog import Catalog

SEEDS = (0, 3, 5, 8, 11, 17, 22, 28, 33, 39)


def both(graph: Graph, folder: Path, change: str = "") -> tuple[Told, Told]:
    """Return what the engine and the script record of a graph; `change` is a text that the script says twice over."""
    # Who answers by a script also lets no wire race another.
    result = run(graph, db=folder / "studio.db", seed=7, catalog=cast("Catalog", Services()))
    close_writer(folder / "studio.db")
    source = standalone_script(graph, default_registry())
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = Played(source.replace(change, change * 2) if change else source).main(
            "--db", str(folder / "script.db"), "--seed", "7", "--json"
        )
    if not change:
        assert code == result.exit_code
    return told(folder / "studio.db"), told(folder / "script.db")


def differences(expected: Told, got: Told) -> list[str]:
    """Return what differs, a line each; of a run that failed, only how: what was beside a failure may differ."""
    found = []
    if (expected.status, expected.ended) != (got.status, got.ended):
        found.append(f"{expected.status} {expected.ended} expected, got {got.status} {got.ended}")
    if expected.status != "ok":
        return found
    if expected.outputs != got.outputs:
        found.append(f"outputs {expected.outputs} expected, got {got.outputs}")
    torn = _torn(expected)
    here, there = _whole(expected, torn), _whole(got, torn)
    found += [f"{one} expected, got {other}" for one, other in zip(here, there, strict=False) if one != other]
    if len(here) != len(there):
        found.append(f"{len(here)} firings expected, got {len(there)}")
    return found


def _whole(run: Told, torn: set[tuple[str, str]]) -> list[Any]:
    """Return the firings without the ticks of bodies in which a node failed: what was beside it may differ."""
    return [
        # Nor which of several open wires opened `when`.
        (*firing[:7], {port: one for port, one in firing[7].items() if port != "when"}, firing[8])
        for firing in run.firings
        if not any(firing[0].startswith(f"{node}/") and _is_in(firing[2], tick) for node, tick in torn)
    ]


def _torn(run: Told) -> set[tuple[str, str]]:
    """Return the bodies that a failure ended, and the nodes that failed: other items of a map are beside it, too."""
    failed = [firing for firing in run.firings if firing[3] == "error"]
    inside = {(firing[0].rpartition("/")[0], firing[2]) for firing in failed if "/" in firing[0]}
    return inside | {(firing[0], firing[2]) for firing in failed}


def _is_in(tick: str, outer: str) -> bool:
    return tick == outer or tick.startswith(f"{outer}.")


@pytest.mark.parametrize("seed", thorough_but({0, 5, 11, 28, 39}.__contains__, SEEDS))
def test_a_script_records_what_the_engine_records(seed: int, tmp_path: Path) -> None:
    graph = real_graph(seed, 3 + seed % 10)

    found = differences(*both(graph, tmp_path))

    assert not found, "\n".join([*found[:5], graph.to_text()])


def test_control_a_script_that_computes_otherwise_is_found(tmp_path: Path) -> None:
    graph = Graph("sum")
    graph.add("math.expression", "sum", expression="40 + 2")
    graph.add("flow.output", "out")
    graph.connect("sum.value", "out.value")

    found = differences(*both(graph, tmp_path, change=" + 2"))

    assert re.search(r"'out': 42\} expected, got \{'out': 44\}", found[0])


def main(first: int, last: int) -> int:
    """Try the graphs of the seeds from `first` up to `last`; print what disagrees."""
    bad = 0
    for seed in range(first, last):
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = differences(*both(real_graph(seed, 3 + seed % 10), Path(folder)))
            except Exception as error:  # noqa: BLE001 - told with its seed
                found = [f"{type(error).__name__}: {error}"]
        if found:
            bad += 1
            print(f"seed {seed}, size {3 + seed % 10}:", *found[:3], sep="\n  ", flush=True)
    print(f"{bad} of {last - first} graphs disagree")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
