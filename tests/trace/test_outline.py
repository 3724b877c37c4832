"""The outline of a run is depth-first, whatever the order in which things happened."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from studio.support.ticks import tick_key
from studio.trace import Trace
from studio.trace.outline import outline_order
from studio.trace.runlog import FileRunLog
from tests.trace.declaring import declare

# Node path, tick, plan index, item, name of the region firing around it; as rule 2.7 orders them.
EXPECTED = [
    ("source", "0", 0, 0, ""),
    ("work/0/draft", "0.0", 0, 0, "work 0"),
    ("work/0/refine", "0.0", 1, 0, "work 0"),
    ("work/0/draft", "0.1", 0, 0, "work 0"),
    ("work/0/refine", "0.1", 1, 0, "work 0"),
    ("work/1/draft", "0.0", 0, 1, "work 0"),
    ("work/10/draft", "0.0", 0, 10, "work 0"),
    ("work/10/draft", "0.2", 0, 10, "work 0"),
    ("work/10/draft", "0.10", 0, 10, "work 0"),
    ("work", "0", 1, 0, ""),
    ("organ/cell", "0", 0, 0, "organ 0"),
    ("organ", "0", 2, 0, ""),
    ("source", "1", 0, 0, ""),
    ("organ/cell", "1", 0, 0, "organ 1"),
    ("organ", "1", 2, 0, ""),
    ("source", "10", 0, 0, ""),
]


@pytest.mark.parametrize("seed", range(5))
def test_the_outline_is_depth_first_with_a_region_after_its_body(
    log: FileRunLog, trace: Callable[[], Trace], seed: int
) -> None:
    happened = list(EXPECTED)
    random.Random(seed).shuffle(happened)
    ids = {f"{node} {tick}": at for at, (node, tick, *_) in enumerate(happened, 1)}
    paths: dict[str, int] = {}
    for node, tick, plan_index, item, parent in happened:
        if node not in paths:
            paths[node] = len(paths) + 2
            declare(log, paths[node], node, "toy.work", 1, plan_index, 0)
        id = ids[f"{node} {tick}"]
        log.firing(id, id, paths[node], tick_key(tick), ids.get(parent, 0), item, 0, "", 0, 1, 1, {}, {}, 1)

    assert [(firing.node, firing.tick) for firing in trace().outline()] == [(row[0], row[1]) for row in EXPECTED]


def test_undecided_firings_have_their_place_in_the_outline(log: FileRunLog, trace: Callable[[], Trace]) -> None:
    declare(log, 2, "inner", "toy.work", 1, 0, 1)
    log.open_firing(1, 1, "a0", 0, 0, 1)
    log.flush()
    log.firing(2, 1, 2, "a0.a0", 1, 0, 0, "", 0, 1, 1, {}, {}, 1)
    assert [(f.node, f.status) for f in trace().outline()] == [("inner", "ok"), ("work", "running")]

    log.firing(1, 2, 1, "a0", 0, 0, 0, "", 0, 1, 1, {}, {}, 1)
    assert [(f.node, f.status) for f in trace().outline()] == [("inner", "ok"), ("work", "ok")]
    assert trace().sql("SELECT id, status FROM firing ORDER BY id").rows == [(1, "ok"), (2, "ok")]


def test_deep_nesting_is_no_matter_of_recursion() -> None:
    rows = [(id, id - 1, 0, "a0", 0) for id in range(1, 5001)]

    assert outline_order(rows, mask=0xFFFFFFFF) == list(range(5000, 0, -1))
