"""A result that an earlier batch has made stands in the new batch under the new one's names, rows and seeds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studio.batch.analysing.table import read_table
from studio.batch.design.options import experiment_of
from studio.batch.design.variants import Variant
from studio.batch.sessions import Ways, run_batch
from studio.support.values import Json

GRAPH = """\
studio: 1
nodes:
  n: {type: flow.input, value: 3, kind: number}
  sum: {type: math.expression, expression: n + 1}
  result: {type: flow.output}
edges:
- n.value -> sum.n
- sum.value -> result.value
"""


def test_rows_in_another_order_and_variants_of_other_names_keep_their_own(tmp_path: Path) -> None:
    (tmp_path / "sums.yaml").write_text(GRAPH)
    rows: list[Json] = [{"n": n} for n in range(4)]
    first = replace(
        experiment_of({"graph": str(tmp_path / "sums.yaml"), "data": rows, "score": "result"}),
        variants=(Variant("tenfold", {"sum.expression": "n * 10"}),),
    )
    other = replace(first, data=rows[::-1], variants=(Variant("times ten", {"sum.expression": "n * 10"}),))
    db = tmp_path / "t.db"
    run_batch(first, db, Ways(workers=1))

    outcome = run_batch(other, db, Ways(workers=1))

    assert outcome.progress.before == 8, "control: all was taken over"
    table = read_table(db, outcome.batch)
    assert table.arms == ["whole", "times ten"]
    assert table.scores_of("times ten", "score") == {(row, 0): 10.0 * (3 - row) for row in range(4)}
    assert table.scores_of("whole", "score") == {(row, 0): 4.0 - row for row in range(4)}
