"""Cells that are nodes and a row reckoned on at once are one automaton; its rule is measured as its sheet says."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from studio.nodes.automata.langton import Langton
from tests.support.seeds import Played, graph_of, play
from tests.support.thorough import thorough_but

SINGLE = [0] * 31 + [1]


def plainly(rule: int, row: list[int], steps: int) -> list[list[int]]:
    """Return the rows after each step, written anew from the definition."""
    rows = []
    for _ in range(steps):
        row = [rule >> (4 * row[i - 1] + 2 * row[i] + row[(i + 1) % len(row)]) & 1 for i in range(len(row))]
        rows.append(row)
    return rows


def automaton(tmp_path: Path, **inputs: Any) -> Played:
    return play("cellular_automaton", inputs, tmp_path=tmp_path)


@pytest.mark.parametrize("rule", thorough_but({30, 110}.__contains__, [0, 4, 30, 54, 90, 108, 110, 184, 255]))
def test_both_forms_give_the_rows_of_the_rule(rule: int, tmp_path: Path) -> None:
    row = [random.Random(rule).randint(0, 1) for _ in range(32)]
    played = automaton(tmp_path, rule=rule, row=row, steps=12)

    expected = plainly(rule, row, 12)
    assert played.result.outputs["rows"] == expected
    assert played.result.outputs["rows_by_cells"] == expected
    assert played.result.outputs["forms_agree"] == [True] * 12
    assert played.result.ticks >= 12
    assert played.result.ended == "stop"


def test_each_cell_fires_once_a_step_and_the_modules_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    played = automaton(tmp_path, steps=5)

    assert len(played.firings("c00")) == len(played.firings("c31")) == 5
    assert played.fired("rule", "row", "step", "class_measure") == [
        "rule",
        "row",
        "step",
        "class_measure",
        *["step"] * 4,
    ]
    played.verify()


def test_the_cells_are_nodes_that_know_only_their_neighbours() -> None:
    body = graph_of("cellular_automaton").graphs["ring_of_cells"]
    wires = [edge for edge in body.edges if edge.feedback]

    assert sum(node.type == "automata.cell" for node in body.nodes.values()) == 32
    assert len(wires) == 3 * 32
    for edge in wires:
        near = (int(edge.source[1:]) - int(edge.target[1:])) % 32
        assert {31: "left", 0: "centre", 1: "right"}[near] == edge.target_port


def test_a_cell_that_is_knocked_out_stops_its_neighbours_and_the_row_does_not_notice(tmp_path: Path) -> None:
    graph = graph_of("cellular_automaton")
    graph.graphs["ring_of_cells"].nodes["c10"].knockout = True
    played = play(graph, {"steps": 4}, tmp_path=tmp_path)

    assert played.result.outputs["forms_agree"] == [False] * 4
    assert len(played.fired("c11")) < 4
    assert len(played.fired("step")) == 4


@pytest.mark.parametrize("form", ["cells", "row"])
def test_one_form_alone_gives_its_rows(form: str, tmp_path: Path) -> None:
    played = automaton(tmp_path, form=form, steps=6)

    rows = plainly(110, SINGLE, 6)
    assert played.result.outputs["rows"] == (rows if form == "row" else [])
    assert played.result.outputs["rows_by_cells"] == (rows if form == "cells" else [])
    assert str(played.result.outputs["drawn"]).count("\n") == 6


def test_a_row_of_another_length_runs_at_once_but_has_no_cells(tmp_path: Path) -> None:
    row = [0, 1, 1, 0, 1]
    played = automaton(tmp_path, row=row, steps=7, rule=30)

    assert played.result.outputs["rows"] == plainly(30, row, 7)
    assert played.result.outputs["rows_by_cells"] == []
    refused = play("cellular_automaton", {"row": row, "form": "cells"}, status="failed", tmp_path=tmp_path)
    assert "5 elements, but 32 are named" in str(refused.result.error)


@pytest.mark.parametrize(
    ("rule", "share", "number"),
    [
        (8, 0.125, 1), (108, 0.5, 2), (30, 0.5, 3), (110, 0.625, 4),
        *(pytest.param(*row, marks=pytest.mark.thorough) for row in [
            (0, 0.0, 1), (4, 0.125, 2), (184, 0.5, 2), (90, 0.5, 3), (54, 0.5, 4),
        ]),
    ],
)  # fmt: skip
def test_lambda_and_class_are_those_of_the_sheet(rule: int, share: float, number: int, tmp_path: Path) -> None:
    played = automaton(tmp_path, rule=rule, steps=1, form="row")

    assert played.result.outputs["langtons_lambda"] == pytest.approx(share, abs=1e-12)
    assert played.result.outputs["wolfram_class"] == number


@pytest.mark.parametrize("row", ["0110010", [0, 1, 1, 0, 0, 1, 0], ["0", "1", "1", "0", "0", "1", "0"]])
def test_a_row_may_be_a_text_of_cells(row: Any, tmp_path: Path) -> None:
    played = automaton(tmp_path, row=row, steps=3, rule=30)

    assert played.result.outputs["rows"] == plainly(30, [0, 1, 1, 0, 0, 1, 0], 3)


def test_a_row_that_reads_as_a_number_is_its_digits(tmp_path: Path) -> None:
    """The command line makes a number of `-i row=10010`."""
    assert automaton(tmp_path, row=10010, steps=2).result.outputs["rows"] == plainly(110, [1, 0, 0, 1, 0], 2)


def test_zeros_may_lie_beyond_the_ends_but_not_of_the_ring_of_cells(tmp_path: Path) -> None:
    played = automaton(tmp_path, row=[1, *[0] * 30, 1], ends="zeros", rule=90, steps=2)
    wide = plainly(90, [0] * 4 + [1, *[0] * 30, 1] + [0] * 4, 1)[0][4:-4]

    assert played.result.outputs["rows"][0] == wide != plainly(90, [1, *[0] * 30, 1], 1)[0]
    assert played.result.outputs["rows_by_cells"] == []


def test_lambda_of_every_rule_is_its_ones_in_eight() -> None:
    for rule in range(256):
        table = [rule >> triple & 1 for triple in range(8)]
        out: Any = Langton().run(None, Langton.Params(quiet=0), Langton.In(table=table))  # type: ignore[arg-type]
        assert out.value == bin(rule).count("1") / 8


@pytest.mark.thorough
def test_many_steps_are_drawn_once_at_the_end(tmp_path: Path) -> None:
    """The rows are kept in a store; handed on from tick to tick they would take a time that grows as their square."""
    played = automaton(tmp_path, steps=300, form="row", row=[0, 1, 0, 0])

    assert str(played.result.outputs["drawn"]).count("\n") == 300
    assert len(played.fired("picture")) == 1


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"steps": 0}, "`steps` is 0, but it must be a whole number from 1 to 5000."),
        ({"steps": -3}, "`steps` is -3"),
        ({"rule": -1}, "`rule` is -1"),
        ({"row": []}, "`row` has 0 cells"),
        ({"row": [0, 2]}, "`row` must be a list of cells that are 0 or 1, not [0,2]"),
        ({"row": 0.5}, "cells that are 0 or 1, not 0.5"),
        ({"row": "01x"}, "cells that are 0 or 1, not 01x"),
        ({"ends": "zeros", "form": "cells"}, "cells stand on a ring"),
    ],
)
def test_what_cannot_be_meant_is_told_in_a_sentence(inputs: dict[str, Any], told: str, tmp_path: Path) -> None:
    played = play("cellular_automaton", inputs, status="failed", tmp_path=tmp_path)

    assert told in str(played.result.error)
    assert played.fired("class_measure") == [] or "row" in inputs


def test_a_rule_that_is_none_is_refused(tmp_path: Path) -> None:
    played = play("cellular_automaton", {"rule": 256}, status="failed", tmp_path=tmp_path)

    assert "elementary rules are 0 to 255" in str(played.result.error)


@pytest.mark.thorough
def test_the_same_seed_measures_the_same(tmp_path: Path) -> None:
    first, again, other = (
        play("cellular_automaton", {"steps": 1, "form": "row"}, seed=seed, tmp_path=tmp_path).result.outputs["likeness"]
        for seed in (1, 1, 2)
    )

    assert first == again != other
