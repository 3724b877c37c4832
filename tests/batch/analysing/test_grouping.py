"""Results by a variable: of the arms, of the rows, and of what came of the runs."""

from __future__ import annotations

import pytest

from studio.batch.analysing.conclusions import conclude
from studio.batch.analysing.grouping import Grouping, group_by
from studio.batch.analysing.table import Table
from studio.batch.design.variants import Variant
from studio.support.errors import UsageError
from tests.batch.reporting.tables import made_table, planted, settings

CROSSED = (
    Variant(),
    *(Variant(f"t={t} s={s}", settings={"w.t": t, "w.s": s}) for t in (0, 1) for s in ("a", "b")),
)


def grouped(table: Table, by: str) -> Grouping:
    return group_by(table, by, conclude(table))


def test_a_setting_is_compared_with_its_first_value_over_all_else() -> None:
    effects = {"t=1 s=a": 0.5, "t=1 s=b": 0.5 + 3, "t=0 s=b": 3.0}
    found = grouped(made_table(planted(effects, spread=0.05), CROSSED), "w.t")

    assert found.kind == "arms"
    assert [(one.value, one.runs) for one in found.groups] == [("", 24), ("0", 48), ("1", 48)]
    last = found.groups[2].difference
    assert last is not None
    assert last.is_shown
    assert last.comparison.effect == pytest.approx(0.5, abs=0.05)
    assert last.comparison.runs == 48
    assert found.groups[1].difference is None


def test_a_setting_without_effect_is_not_shown_to_have_one() -> None:
    effects = {"t=1 s=b": 3.0, "t=0 s=b": 3.0}
    found = grouped(made_table(planted(effects, spread=0.05), CROSSED), "w.t")

    assert found.groups[2].difference is not None
    assert not found.groups[2].difference.is_shown


def test_a_column_shows_each_arm_within_each_value() -> None:
    def score(graph: str, variant: str, row: int, seed: int) -> float:
        return float(row % 2 == 0 and variant != "whole") + 0.001 * row + 0.0001 * seed

    table = made_table(score, settings(t=[1]), rows=20, columns=lambda row: {"kind": "even" if row % 2 == 0 else "odd"})
    found = grouped(table, "kind")

    assert found.kind == "rows"
    shown = {
        (group.value, cell.arm): cell.difference.is_shown
        for group in found.groups
        for cell in group.cells
        if cell.difference is not None
    }
    assert shown == {("even", "writer.t=1"): True, ("odd", "writer.t=1"): False}


def test_what_came_of_runs_is_counted_and_not_compared() -> None:
    found = grouped(made_table(planted({"writer.t=1": 5.0}), settings(t=[1])), "dynamics")

    assert found.kind == "runs"
    assert sum(one.runs for one in found.groups) == 48
    assert all(cell.difference is None for one in found.groups for cell in one.cells)


def test_with_one_row_seeds_are_what_counts() -> None:
    found = grouped(made_table(planted({"t=1 s=a": 1.0, "t=1 s=b": 1.0}), CROSSED, rows=1, seeds=9), "w.t")

    assert found.groups[2].difference is not None
    assert found.groups[2].difference.comparison.units == 9


def test_unknown_variables_and_too_many_values_are_refused() -> None:
    table = made_table(planted({}), rows=201, seeds=1, columns=lambda row: {"question": f"q{row}", "topic": "t"})

    with pytest.raises(UsageError, match="Did you mean `topic`"):
        grouped(table, "topik")
    with pytest.raises(UsageError, match="201 values, too many"):
        grouped(table, "question")


def test_graphs_and_unscored_batches_are_grouped_too() -> None:
    graphs = grouped(made_table(planted({}), graphs=("organism", "twin")), "graph")
    unscored = grouped(made_table(None, settings(t=[1])), "variant")

    assert [one.value for one in graphs.groups] == ["organism", "twin"]
    assert [(one.value, one.runs, one.score) for one in unscored.groups] == [
        ("whole", 24, None),
        ("writer.t=1", 24, None),
    ]
