"""The diagram of a run that was read: order of columns, goals, alarms, and the words behind a cell."""

from __future__ import annotations

from studio.dynamics.analysis import analyse, steps
from studio.dynamics.exchange.run import Event, Goal, Module, Run
from studio.dynamics.pictures import of_run, quotes_of
from studio.dynamics.pictures.runs import short_titles

NAMES = ("planner", "executor", "critic")


def circling(ticks: int = 60, free: int = 24) -> Run:
    """A run that works for a while and then says the same three things in turn."""
    events = []
    for t in range(ticks):
        module = NAMES[t % 3]
        text = (
            f"the parser of src/module_{t}.py needs a guard at line {7 * t}" if t < free
            else f"the {module} asks again whether the migration of the widget catalogue was considered"
        )  # fmt: skip
        events.append(Event(t, module, text, effect="write" if t < free and module == "executor" else None))
    goals = (Goal("a", "mend the parser", None, 0), Goal("b", "guard one line", "a", 5, True, 20))
    return Run("r1", "mend the parser", tuple(Module(name) for name in NAMES), goals, tuple(events), False, ticks)


def test_a_circle_of_a_run_is_bracketed_and_its_alarms_stand_where_they_rang() -> None:
    run = circling()
    verdict = analyse(run)
    made = of_run(run, list(steps(run)), verdict)

    assert verdict.kind == "circle"
    (period,) = made.periods
    assert (period.start, period.period) == (24, 3)
    assert [(made.tick_of(alarm.row), alarm.level) for alarm in made.alarms] == [
        (alarm.t, alarm.level) for alarm in verdict.alarms
    ]
    assert made.revisits is not None
    assert made.revisits[0].tolist() == [27, 24]
    assert made.novelty[3, 0] > 0.5
    assert made.novelty[40, 1] == 0


def test_columns_stand_as_asked_and_groups_together() -> None:
    run = circling()
    said = list(steps(run))

    assert [one.id for one in of_run(run, said).columns] == list(NAMES)
    assert [one.id for one in of_run(run, said, order=["critic", "nobody"]).columns] == [
        "critic",
        "planner",
        "executor",
    ]
    grouped = of_run(run, said, groups={"planner": "g", "critic": "g"}, titles={"critic": "Critic"})
    assert [one.name for one in grouped.columns] == ["planner", "Critic", "executor"]
    assert grouped.groups() == (("g", 0, 2),)


def test_goals_are_nested_while_they_are_open() -> None:
    run = circling()
    made = of_run(run, list(steps(run)))

    assert made.depth is not None
    assert [int(made.depth[row]) for row in (0, 5, 19, 20, 59)] == [1, 2, 2, 1, 1]
    assert [int(made.goal[row, 0]) for row in (3, 6, 21)] == [0, 1, 0]
    assert made.row_of(20) in made.progress


def test_the_words_behind_a_cell_are_those_it_holds() -> None:
    run = circling()
    said = list(steps(run))
    made = of_run(run, said)
    quote = quotes_of(made, said)

    assert quote(7, 0).startswith("the parser of src/module_6.py")
    assert quote(0, 2) == ""


def test_a_run_without_firings_is_an_empty_diagram() -> None:
    run = Run("none")

    assert of_run(run, []).rows == 0


def test_a_part_of_a_run_has_the_ticks_and_marks_of_that_part() -> None:
    run = circling()
    said = list(steps(run))
    whole, part = of_run(run, said, analyse(run)), of_run(run, said, analyse(run), between=(30, 44))

    assert part.rows == 15
    assert [part.tick_of(row) for row in (0, 14)] == [30, 44]
    assert [part.tick_of(one.row) for one in part.alarms] == [
        tick for one in whole.alarms if 30 <= (tick := whole.tick_of(one.row)) <= 44
    ]
    assert part.depth is not None
    assert part.depth.tolist() == [1] * 15
    assert [one.id for one in part.columns] == list(NAMES)


def test_columns_are_named_by_the_end_of_their_paths_as_far_as_it_tells_them_apart() -> None:
    ids = ["planner", "executor/version_a", "prioritiser/version_a", "town/ann/plan", "town/bob/plan", "plan"]

    assert short_titles(ids) == {
        "planner": "planner", "executor/version_a": "executor/version_a",
        "prioritiser/version_a": "prioritiser/version_a", "town/ann/plan": "ann/plan", "town/bob/plan": "bob/plan",
        "plan": "plan",
    }  # fmt: skip
