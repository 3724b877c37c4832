"""Steps against plain ones, Langton's λ against counting, and rules under other names."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.dynamics.automata.life import LifeRule, lifelike
from studio.dynamics.automata.rules import Rule, TableRule, TotalRule, elementary, from_function, totalistic
from studio.nodes.automata._rows import packed, stepped, unpacked
from studio.support.errors import UsageError
from tests.dynamics.automata.plain import elementary_step, life_step, ring_step, totalistic_result

few = settings(max_examples=25, deadline=None, derandomize=True, database=None)
counts = st.sets(st.integers(0, 8)).map(sorted)


def stepped_once(rule: Rule, cells: Any) -> Any:
    return rule.step(np.array([cells], dtype=np.uint8))[0].tolist()


@few
@given(st.integers(0, 255), st.lists(st.integers(0, 1), min_size=3, max_size=40))
def test_an_elementary_step_is_the_plain_one(number: int, row: list[int]) -> None:
    assert stepped_once(elementary(number), row) == elementary_step(row, number)


@few
@given(st.integers(0, 255), st.lists(st.integers(0, 1), min_size=3, max_size=40))
def test_the_node_type_that_steps_rows_does_the_same(number: int, row: list[int]) -> None:
    table = [number >> triple & 1 for triple in range(8)]

    assert stepped_once(elementary(number), row) == unpacked(stepped(packed(row), len(row), table), len(row))


@few
@given(st.data(), st.integers(2, 5), st.integers(1, 3))
def test_a_totalistic_step_is_the_plain_one(data: st.DataObject, k: int, r: int) -> None:
    code = data.draw(st.integers(0, k ** ((k - 1) * (2 * r + 1) + 1) - 1))
    row = data.draw(st.lists(st.integers(0, k - 1), min_size=2 * r + 1, max_size=30))

    assert stepped_once(totalistic(k, r, code), row) == ring_step(
        row, r, lambda around: totalistic_result(code, k, sum(around))
    )


@few
@given(st.data(), counts, counts, st.sampled_from([2, 2, 3, 5, 28, 29, 256]))
def test_a_life_step_is_the_plain_one(data: st.DataObject, born: list[int], stays: list[int], states: int) -> None:
    high, wide = data.draw(st.integers(3, 7)), data.draw(st.integers(3, 7))
    cells = st.one_of(st.integers(0, 1), st.integers(0, states - 1))
    plane = data.draw(st.lists(st.lists(cells, min_size=wide, max_size=wide), min_size=high, max_size=high))

    assert stepped_once(lifelike(born, stays, states), plane) == life_step(plane, born, stays, states)


def test_a_python_function_is_asked_once_for_every_neighbourhood() -> None:
    asked = []

    def middle_or_left(around: tuple[int, ...]) -> int:
        asked.append(around)
        return max(around[0], around[1])

    rule = from_function(middle_or_left, k=3)

    assert asked == list(product(range(3), repeat=3))
    assert stepped_once(rule, [0, 1, 0, 0, 2]) == [2, 1, 1, 0, 2]


def test_a_function_on_a_torus_can_be_the_game_of_life() -> None:
    def life(around: tuple[int, ...]) -> int:
        others = sum(around) - around[4]
        return int(others == 3 or (others == 2 and around[4] == 1))

    plane = np.random.default_rng(1).integers(0, 2, (2, 9, 11), dtype=np.uint8)

    assert (from_function(life, k=2, dims=2).step(plane) == lifelike([3], [2, 3]).step(plane)).all()


def test_many_runs_step_as_each_alone() -> None:
    rows = np.random.default_rng(2).integers(0, 3, (5, 17), dtype=np.uint8)
    rule = totalistic(3, 1, 1599)

    assert rule.step(rows).tolist() == [stepped_once(rule, row) for row in rows.tolist()]


@pytest.mark.parametrize("rule", [elementary(110), totalistic(3, 1, 777), totalistic(2, 2, 20)], ids=str)
def test_lambda_counts_neighbourhoods_that_do_not_lead_to_rest(rule: Rule) -> None:
    every = list(product(range(rule.states), repeat=rule.neighbours))
    rows = np.array(every, dtype=np.uint8)

    # A row as long as the neighbourhood: its middle cell sees it all, in order.
    leads_away = rule.step(rows)[:, rule.reach] != 0

    assert rule.active_share() == leads_away.sum() / len(every)


@pytest.mark.parametrize(("born", "stays", "states"), [([3], [2, 3], 2), ([2], [], 3), ([2], [3, 4, 5], 4)])
def test_lambda_of_life_rules_counts_too(born: list[int], stays: list[int], states: int) -> None:
    chosen = np.random.default_rng(3).integers(0, states, (200_000, 3, 3), dtype=np.uint8)

    sampled = (lifelike(born, stays, states).step(chosen)[:, 1, 1] != 0).mean()

    assert lifelike(born, stays, states).active_share() == pytest.approx(sampled, abs=0.005)


def test_lambda_of_rule_110_is_five_eighths() -> None:
    assert elementary(110).active_share() == 0.625


def test_the_disguises_of_rule_110_are_its_known_equivalents() -> None:
    tables = {table for table, _, _ in elementary(110).disguises()}

    assert {sum(bit << n for n, bit in enumerate(table)) for table in tables} == {110, 124, 137, 193}


@pytest.mark.parametrize(
    "rule",
    [
        elementary(30),
        totalistic(3, 1, 1599),
        totalistic(5, 1, 1234567),
        lifelike([3], [2, 3]),
        from_function(lambda around: (around[0] + 2 * around[2]) % 3, k=3),
    ],
    ids=str,
)
def test_a_disguise_does_the_same_in_a_mirror_and_with_other_names(rule: Rule) -> None:
    shape = (4, 23) if rule.dims == 1 else (4, 9, 8)
    cells = np.random.default_rng(4).integers(0, rule.states, shape, dtype=np.uint8)
    for table, names, mirrored in rule.disguises():
        other: Rule
        if isinstance(rule, TableRule):
            other = TableRule(rule.states, rule.reach, table, rule.dims)
        elif isinstance(rule, TotalRule):
            other = TotalRule(rule.states, rule.reach, table)
        else:
            born, stays = ([n for n in range(9) if table[9 * state + n]] for state in (0, 1))
            other = LifeRule(frozenset(born), frozenset(stays))

        def seen(array: Any, names: tuple[int, ...] = names, mirrored: bool = mirrored) -> Any:
            renamed = np.array(names, dtype=np.uint8)[array]
            return renamed[..., ::-1] if mirrored else renamed

        assert (other.step(seen(cells)) == seen(rule.step(cells))).all()


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: elementary(256), "rule"),
        (lambda: elementary(True), "rule"),
        (lambda: totalistic(1, 1, 0), "k"),
        (lambda: totalistic(2, 11, 0), "r"),
        (lambda: totalistic(3, 1, 3**7), "code"),
        (lambda: totalistic(3, 1, 10**5000), "code"),
        (lambda: lifelike([9], []), "B"),
        (lambda: lifelike([], [2], 257), "C"),
        (lambda: from_function(lambda around: 7, k=2), "table"),
        (lambda: from_function(lambda around: 0, k=9, r=5), "entries"),
    ],
)
def test_rules_outside_the_bounds_are_refused_in_a_sentence(make: Any, named: str) -> None:
    with pytest.raises(UsageError, match=named) as caught:
        make()

    assert len(str(caught.value)) < 300
