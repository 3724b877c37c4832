"""The category *Automata*: rules, cells, rows, Langton's measure and Wolfram's classes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.dynamics.automata.lab import classify
from studio.nodes.automata._rows import input_entropy, packed, repeats_after, turned, unpacked
from studio.nodes.automata.cell import Cell
from studio.nodes.automata.classify import Classify
from studio.nodes.automata.langton import Langton
from studio.nodes.automata.picture import Picture
from studio.nodes.automata.row import Row
from studio.nodes.automata.rule import Rule
from studio.nodes.automata.step import Step
from studio.support.errors import NodeError
from tests.support.fake_context import present, run_node
from tests.support.thorough import draws, thorough_but

ROWS = st.lists(st.integers(0, 1), min_size=1, max_size=40)


def table_of(rule: int) -> list[int]:
    """Return the results of a rule, written anew: its binary digits from the lowest on."""
    return [int(digit) for digit in reversed(f"{rule:08b}")]


def plainly(row: list[int], table: list[int], ring: bool) -> list[int]:
    """Return the next row, cell by cell, as the definition says."""
    n = len(row)
    at = (lambda i: row[i % n]) if ring else (lambda i: row[i] if 0 <= i < n else 0)
    return [table[4 * at(i - 1) + 2 * at(i) + at(i + 1)] for i in range(n)]


async def test_a_rule_is_the_binary_digits_of_its_number_highest_for_111() -> None:
    out = await run_node(Rule, {}, {"rule": 110})

    assert out.table == [0, 1, 1, 1, 0, 1, 1, 0]
    assert out.shown == "111 110 101 100 011 010 001 000\n 0   1   1   0   1   1   1   0"
    assert (await run_node(Rule, {"rule": 30}, {})).table == table_of(30)


@pytest.mark.parametrize("rule", [-1, 256])
async def test_a_rule_that_is_none_is_refused(rule: int) -> None:
    with pytest.raises(NodeError, match="0 to 255"):
        await run_node(Rule, {}, {"rule": rule})


@given(st.integers(0, 255), st.integers(0, 7))
async def test_a_cell_looks_its_triple_up(rule: int, triple: int) -> None:
    cells = {"left": triple >> 2, "centre": triple >> 1 & 1, "right": triple & 1}

    out = await run_node(Cell, {}, {**cells, "table": table_of(rule)})

    assert out.state == rule >> triple & 1


async def test_a_cell_that_is_neither_0_nor_1_is_refused() -> None:
    with pytest.raises(NodeError, match="0 or 1"):
        await run_node(Cell, {}, {"left": 2, "centre": 0, "right": 0, "table": table_of(30)})


@settings(max_examples=draws(25, 100))
@given(ROWS, st.integers(0, 255), st.booleans(), st.integers(0, 6))
async def test_a_step_of_the_whole_row_is_that_of_every_cell(row: list[int], rule: int, ring: bool, steps: int) -> None:
    out = await run_node(
        Step, {"steps": steps, "ends": "ring" if ring else "zeros"}, {"row": row, "table": table_of(rule)}
    )

    expected = [row]
    for _ in range(steps):
        expected.append(plainly(expected[-1], table_of(rule), ring))
    assert out.rows == expected
    assert out.row == expected[-1]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"row": []}, "has 0 cells"),
        ({"row": [0, 2]}, "0 or 1"),
        ({"row": [0, 1], "table": [0] * 7}, "eight results"),
        ({"row": [0, 1], "steps": -1}, "-1 steps"),
        ({"row": [0] * 50_000, "steps": 5_000}, "20,000,000 cells"),
    ],
)
async def test_what_is_no_row_or_too_much_is_refused(inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(NodeError, match=said):
        await run_node(Step, {}, {"table": table_of(110), **inputs})


@pytest.mark.parametrize(
    ("rule", "value"), [(0, 0.0), (255, 1.0), (30, 0.5), (90, 0.5), (184, 0.5), (110, 0.625), (54, 0.5), (4, 0.125)]
)
async def test_lambda_of_the_elementary_rules_is_their_ones_divided_by_8(rule: int, value: float) -> None:
    assert present(await run_node(Langton, {}, {"table": table_of(rule)})) == {"value": value, "random": 0.5}


async def test_lambda_of_more_states_counts_what_is_not_quiet() -> None:
    out = await run_node(Langton, {"quiet": 2}, {"table": [0, 1, 2, 2, 3, 0, 2, 1, 0]})

    assert (out.value, out.random) == (6 / 9, 0.75)
    with pytest.raises(NodeError, match="whole numbers"):
        await run_node(Langton, {}, {"table": []})


@given(ROWS, st.integers(-50, 50))
def test_a_row_turned_and_turned_back_is_as_it_was(row: list[int], by: int) -> None:
    width = len(row)

    there = turned(packed(row), width, by)

    assert turned(there, width, -by) == packed(row)
    assert unpacked(there, width) == [row[(place + by) % width] for place in range(width)]


async def history(rule: int, seed: int, *, width: int = 211, steps: int = 422) -> list[list[int]]:
    row = [1] * (width // 2) + [0] * (width - width // 2)
    random.Random(seed).shuffle(row)
    out = await run_node(Step, {"steps": steps}, {"row": row, "table": table_of(rule)})
    return list(out.rows)


@pytest.mark.parametrize(
    "case",
    thorough_but(
        {(8, 1), (4, 2), (30, 3), (110, 4)}.__contains__,
        [(0, 1), (8, 1), (4, 2), (108, 2), (30, 3), (90, 3), (110, 4), (54, 4)],
    ),
)
async def test_the_rules_that_the_sheet_names_are_put_where_wolfram_put_them(case: tuple[int, int]) -> None:
    rule, number = case
    for seed in (1, 2):
        assert (await run_node(Classify, {}, {"rows": await history(rule, seed)})).number == number


@pytest.mark.parametrize(
    "case",
    thorough_but({(32, 1), (62, 2), (45, 3), (106, 4)}.__contains__, [
        (32, 1), (136, 1), (160, 1), (255, 1),
        (1, 2), (3, 2), (9, 2), (15, 2), (62, 2), (170, 2), (184, 2), (204, 2), (232, 2),
        (18, 3), (22, 3), (45, 3), (60, 3), (105, 3), (122, 3), (126, 3), (146, 3), (150, 3),
        (106, 4),
    ]),
)  # fmt: skip
async def test_other_rules_are_put_into_their_class(case: tuple[int, int]) -> None:
    rule, number = case
    assert (await run_node(Classify, {}, {"rows": await history(rule, 3)})).number == number


async def test_a_rule_that_moves_its_row_is_periodic_and_told_how_far_it_moves() -> None:
    right = await run_node(Classify, {}, {"rows": await history(240, 1, width=29, steps=40)})
    still = await run_node(Classify, {}, {"rows": await history(204, 1, width=29, steps=40)})
    swing = await run_node(Classify, {}, {"rows": await history(51, 1, width=29, steps=40)})

    assert (right.name, right.period, right.moved) == ("periodic", 1, 1)
    assert (still.period, still.moved) == (1, 0)
    assert (swing.period, swing.moved) == (2, 0)


def test_rows_that_never_return_have_no_period() -> None:
    assert repeats_after([1, 2 | 4 | 16, 3], 5, 32) is None
    assert repeats_after([3, 5], 5, 32) is None
    assert repeats_after([3, 17, 6], 5, 1) == (1, 3)


def test_the_input_entropy_is_that_of_eight_triples() -> None:
    assert input_entropy(packed([0, 0, 0, 1, 0, 1, 1, 1]), 8) == pytest.approx(3.0)
    assert input_entropy(0, 8) == 0.0
    assert input_entropy(packed([0, 1] * 4), 8) == pytest.approx(1.0)


@pytest.mark.parametrize("rows", [[], [[0, 1]], [[0, 1], [0, 1, 1]], [[0, 1], [0, 7]]])
async def test_what_is_no_history_is_refused(rows: list[Any]) -> None:
    with pytest.raises(NodeError, match="rows"):
        await run_node(Classify, {}, {"rows": rows})


async def test_rows_are_drawn_with_time_running_down() -> None:
    assert (await run_node(Picture, {}, {"rows": [[0, 1], [1, 1]]})).text == "·█\n██"


@pytest.mark.parametrize("source", [[0, 1, 1, 0, 1], "01101", ["0", "1", "1", "0", "1"]])
async def test_a_row_is_read_from_a_list_or_a_text(source: Any) -> None:
    assert present(await run_node(Row, {}, {"source": source})) == {"row": [0, 1, 1, 0, 1], "length": 5}


async def test_a_number_of_zeros_and_ones_is_a_row_too() -> None:
    assert (await run_node(Row, {}, {"source": 10010})).row == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("source", ["", [], "012", [2], [True], 7, -1, 0.5, None, {"0": 1}, "1" * 100_001])
async def test_what_is_no_row_is_refused(source: Any) -> None:
    with pytest.raises(NodeError, match="`row`"):
        await run_node(Row, {}, {"source": source})


@pytest.mark.parametrize(("ends", "row"), [("ring", [0, 1, 0, 1]), ("zeros", [0, 1, 0, 0])])
async def test_what_lies_beyond_the_ends_can_be_wired(ends: str, row: list[int]) -> None:
    inputs = {"row": [1, 0, 0, 0], "table": table_of(90), "ends": ends}

    assert (await run_node(Step, {"ends": "ring"}, inputs)).row == row


async def test_ends_that_are_none_are_refused() -> None:
    with pytest.raises(NodeError, match="`ends` is `open`"):
        await run_node(Step, {}, {"row": [1], "table": table_of(90), "ends": "open"})


@pytest.mark.parametrize("rule", thorough_but({8, 30, 110}.__contains__, [8, 108, 170, 30, 90, 110]))
async def test_the_node_says_of_a_rule_what_the_laboratory_says(rule: int) -> None:
    """Two instruments: this one goes into a script without packages, the laboratory's is made of arrays."""
    verdict = classify({"id": "a rule", "kind": "eca", "rule": rule}, starts=2).verdict

    number = (await run_node(Classify, {}, {"rows": await history(rule, 3)})).number

    assert ("", "I", "II", "III", "IV")[number] == verdict
