"""States that are opened below each other in a working memory are goals, of what they are stuck at."""

from __future__ import annotations

from typing import Any

from studio.dynamics.agenda import Agenda, Change, change_of
from studio.dynamics.exchange.run import Goal
from studio.support.values import Json


def opened(id_: str, above: str, impasse: str, attribute: str, *items: str, **more: Any) -> dict[str, Any]:
    """The operation by which a state is opened below another, with what came of it."""
    about = [[id_, "superstate", above, False, "given", True], *([id_, "item", item] for item in items)]
    return {
        "args": {"push": [{"id": id_, "impasse": impasse, "attribute": attribute}], "add": about},
        "result": {"added": [], "popped": []} | more,
    }


def chosen(state: str, operator: str, name: str) -> dict[str, Any]:
    added = [[1, operator, "name", name, False], [2, state, "operator", operator, False], [3, state, "x", "y", False]]
    return {"args": {}, "result": {"added": added, "popped": []}}


def goals(*ops: dict[str, Any]) -> list[Goal]:
    agenda, found = Agenda("Count."), list[Goal]()
    for t, op in enumerate(ops):
        change = change_of("memory", "facts", "change", op["args"], op["result"], asks=False)
        if change is not None:
            found += agenda.take(change, t)
    return found


def test_a_state_is_for_what_the_one_above_is_stuck_at() -> None:
    found = goals(
        chosen("S1", "O1", "go"), opened("S2", "S1", "no-change", "operator"),
        chosen("S2", "O2", "inner"), opened("S3", "S2", "no-change", "operator"),
        opened("S4", "S3", "tie", "operator", "O1", "O9"), opened("S5", "S4", "no-change", "state"),
    )  # fmt: skip

    assert [(one.id, one.text, one.parent, one.t) for one in found] == [
        ("memory S2", "operator.go.no-change", None, 1),
        ("memory S3", "operator.inner.no-change", "memory S2", 3),
        ("memory S4", "operator.tie operator.go operator.O9", "memory S3", 4),
        ("memory S5", "state.no-change", "memory S4", 5),
    ]
    assert all(one.call for one in found)


def test_a_state_that_ends_is_over_once() -> None:
    ends = {"args": {}, "result": {"added": [], "popped": ["S2", "S7"]}}

    found = goals(opened("S2", "S1", "no-change", "state"), ends, ends)

    assert [(one.id, one.done, one.t_done) for one in found] == [("memory S2", False, None), ("memory S2", True, 1)]


def test_what_a_memory_is_told_by_a_stranger_may_be_anything() -> None:
    odd_ones: tuple[Json, ...] = (None, [], {"added": 3, "popped": {}}, {"added": [3, [1]], "popped": [None]})
    for result in odd_ones:
        assert change_of("memory", "facts", "change", {"push": "S2", "add": None}, result, asks=False) is None
    odd = change_of("m", "facts", "change", {"push": [{}, 3], "add": [[]]}, {}, asks=False)
    assert odd is not None
    assert [one.text for one in Agenda().take(odd, 0)] == ["None.None"]


def test_lists_hold_goals_only_where_somebody_is_asked() -> None:
    push = {"value": "Buy soil"}

    assert change_of("todo", "queue", "push", push, None, asks=False) is None
    assert change_of("todo", "kv", "push", push, None, asks=True) is None
    change = change_of("todo", "queue", "push", push, None, asks=True)
    assert isinstance(change, Change)
    assert [one.text for one in Agenda("Grow a balcony.").take(change, 0)] == ["Grow a balcony.", "Buy soil"]
