"""Tasks that a run puts into a list are goals below what it was doing."""

from __future__ import annotations

from studio.dynamics.work_lists import ROOT, WorkLists
from studio.support.values import Json


def push(lists: WorkLists, *tasks: Json) -> list[tuple[str, str | None]]:
    """Put tasks there; return those that opened, each with its parent."""
    return [(one.text, one.parent) for one in lists.op("todo", "extend", {"values": list(tasks)}, None, 0)]


def pop(lists: WorkLists, task: Json) -> None:
    assert lists.op("todo", "pop", {}, {"item": task}, 0) == []


def test_a_task_is_below_what_was_being_done_and_the_first_ones_below_the_goal() -> None:
    lists = WorkLists("Grow a balcony.")

    assert push(lists, "Buy soil", "Sow") == [("Grow a balcony.", None), ("Buy soil", ROOT), ("Sow", ROOT)]
    pop(lists, "Buy soil")
    assert push(lists, "Find a shop") == [("Find a shop", "todo 1")]
    assert WorkLists("").op("todo", "push", {"value": "Buy soil"}, None, 0)[0].parent is None


def test_what_waits_is_opened_once_whatever_its_number_and_place() -> None:
    lists = WorkLists("Grow a balcony.")
    push(lists, {"id": "1", "name": "Buy soil"}, {"id": "2", "name": "Sow"})
    pop(lists, {"id": "1", "name": "Buy soil"})

    again = lists.op("todo", "set", {"values": ["3. sow!", {"id": "2.", "name": "Rake"}]}, None, 4)
    assert [(one.text, one.parent, one.t) for one in again] == [("Rake", "todo 1", 4)]


def test_what_is_done_and_put_there_again_is_another_goal_that_says_the_same() -> None:
    lists = WorkLists("Grow a balcony.")
    push(lists, "Make a plan")
    for level in range(1, 4):
        pop(lists, "Make a plan")
        assert push(lists, "Make a plan") == [("Make a plan", f"todo {level}")]


def test_what_the_list_was_given_to_begin_with_is_the_goal_itself() -> None:
    lists = WorkLists("Grow a balcony. Make a list.")

    assert push(lists, "Make a list.") == [("Grow a balcony. Make a list.", None)]
    pop(lists, "Make a list.")
    assert push(lists, "Make a list.") == [("Make a list.", ROOT)], "now it is one that the run has set itself"


def test_numbers_alone_are_no_tasks() -> None:
    assert push(WorkLists("Count."), 3, "4.", {"id": "5"}, None, "") == []


def test_a_task_that_comes_again_after_others_is_the_one_it_was() -> None:
    lists = WorkLists("Grow a balcony.")
    push(lists, "Buy soil")
    pop(lists, "Buy soil")
    assert push(lists, "Find a shop") == [("Find a shop", "todo 1")]
    pop(lists, "Find a shop")
    assert push(lists, "Buy soil") == []
    pop(lists, "Buy soil")
    assert push(lists, "Ask a neighbour") == [("Ask a neighbour", "todo 1")]
