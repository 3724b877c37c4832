"""Node types that ask the world: people, the clock, chance, and the note in the trace."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.clock.now import Now
from studio.nodes.debug.log import Log
from studio.nodes.human.ask import Ask
from studio.nodes.random.choice import Choice
from studio.nodes.random.number import Number
from studio.nodes.random.shuffle import Shuffle
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, present, run_node


async def test_a_person_is_asked_the_filled_in_question() -> None:
    ctx = FakeContext(answers=["go on"])

    out = await run_node(Ask, {"question": "Run {command}?", "fallback": "no"}, {"command": "ls"}, ctx)

    assert present(out) == {"answer": "go on"}
    assert (ctx.questions[0].question, ctx.questions[0].default) == ("Run ls?", "no")


async def test_by_default_the_question_is_an_input() -> None:
    ctx = FakeContext(answers=[""])

    assert (await run_node(Ask, {}, {"question": "Well?"}, ctx)).answer == ""
    assert ctx.questions[0].question == "Well?"


async def test_with_choices_the_answer_is_one_of_them_as_it_is_written() -> None:
    ctx = FakeContext(answers=[" YES ", "maybe"])
    params = {"question": "Sure?", "choices": ["yes", "no"]}

    assert (await run_node(Ask, params, {}, ctx)).answer == "yes"
    assert ctx.questions[0].choices == ("yes", "no")
    with pytest.raises(NodeError, match="“maybe” is none of the choices yes, no"):
        await run_node(Ask, params, {}, ctx)


@pytest.mark.parametrize(
    ("params", "problem"),
    [({"choices": ["a", 3]}, "lists texts"), ({"choices": ["a"], "fallback": "b"}, "must be one of the choices: a")],
)
def test_choices_that_cannot_be_offered_are_told(params: Any, problem: str) -> None:
    assert problem in " ".join(Ask.problems(parse_params(Ask.Params, params)[0]))


async def test_the_log_keeps_the_value_and_passes_it_on() -> None:
    ctx = FakeContext(node="here")

    out = await run_node(Log, {"label": "draft"}, {"value": {"a": 1}}, ctx)
    await run_node(Log, {}, {"value": None}, ctx)

    assert present(out) == {"value": {"a": 1}}
    assert ctx.logged == [("draft", {"a": 1}), ("here", None)]


async def test_the_clock_tells_the_time_of_the_context() -> None:
    ctx = FakeContext(now="2023-02-13T20:00:00+01:00")

    assert present(await run_node(Now, {}, {}, ctx)) == {
        "time": "2023-02-13T20:00:00+01:00",
        "date": "2023-02-13",
        "weekday": "Monday",
        "seconds": 1676314800.0,
    }
    assert [effect.kind for effect in ctx.effects] == ["clock"]


@pytest.mark.parametrize(
    ("cls", "params", "inputs"),
    [
        (Number, {"low": 1, "high": 1_000_000, "whole": True}, {}),
        (Number, {"low": -1, "high": 1}, {}),
        (Choice, {"count": 3}, {"items": list(range(100))}),
        (Shuffle, {}, {"items": list(range(100))}),
    ],
)
async def test_chance_is_decided_by_seed_and_firing(cls: Any, params: Any, inputs: Any) -> None:
    drawn = [
        present(await run_node(cls, params, inputs, FakeContext(seed=seed, tick=tick)))
        for seed, tick in ((1, "0"), (1, "0"), (2, "0"), (1, "1"))
    ]

    assert drawn[0] == drawn[1]
    assert drawn[0] not in drawn[2:]


async def test_numbers_stay_within_their_bounds() -> None:
    whole = {
        (await run_node(Number, {"low": 1, "high": 3, "whole": True}, {}, FakeContext(seed=seed))).value
        for seed in range(60)
    }
    assert whole == {1, 2, 3}
    assert all(type(value) is int for value in whole)
    params, _ = parse_params(Number.Params, {"whole": True})
    assert Number.outputs(params).fields()["value"].type == "integer"


@pytest.mark.parametrize("params", [{"low": 2.0, "high": 1.0}, {"low": 0.5, "whole": True}])
def test_bounds_that_hold_no_number_are_told(params: Any) -> None:
    assert list(Number.problems(parse_params(Number.Params, params)[0]))


async def test_a_choice_draws_different_elements_and_all_of_a_short_list() -> None:
    out = await run_node(Choice, {"count": 9}, {"items": ["a", "b"]})

    assert sorted(out.items) == ["a", "b"]
    assert out.item == out.items[0]
    with pytest.raises(NodeError, match="the list is empty"):
        await run_node(Choice, {}, {"items": []})


async def test_a_shuffle_keeps_every_element() -> None:
    out = await run_node(Shuffle, {}, {"items": [1, 2, 2, None]})

    assert sorted(map(str, out.items)) == ["1", "2", "2", "None"]
