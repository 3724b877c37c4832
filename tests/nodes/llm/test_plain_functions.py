"""A model function outside of the studio is a plain call with a job, which asks and answers what the node does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

import pytest
from hypothesis import given, settings

from studio.nodes.llm._decide import DecideJob
from studio.nodes.llm._extract import ExtractJob
from studio.nodes.llm._generate import ObjectJob, TextJob, generate
from studio.nodes.llm._job import Job
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._route import RouteJob
from studio.nodes.llm._rule import Rule
from studio.nodes.llm.agent import Agent
from studio.nodes.llm.chat import Chat
from studio.nodes.llm.embed import Embed
from studio.nodes.llm.function import Function
from studio.spec.params import parse_params
from studio.spec.plain import Formula, Made, Plain
from studio.support.expressions import Expression
from studio.support.values import Json
from tests.nodes.llm.functions import Case, cases, outcome
from tests.support.fake_context import FakeContext, present, ready_inputs, run_node
from tests.support.thorough import draws, thorough_but

KINDS = (TextJob, ObjectJob, DecideJob, ExtractJob, RouteJob)


def made(constant: Any) -> Any:
    """Return a constant of a plain call as a script would hold it."""
    if isinstance(constant, Formula):
        return Expression.parse(constant.text)
    if isinstance(constant, Made):
        return constant.maker(**{name: made(value) for name, value in constant.keywords.items()})
    return [made(one) for one in constant] if isinstance(constant, list) else constant


def plain_of(params: Mapping[str, Json]) -> Plain:
    parsed, problems = parse_params(Function.Params, params)
    assert not problems
    return Function.plain(parsed)


async def by_node(case: Case, ctx: FakeContext, inputs: dict[str, Json]) -> Mapping[str, Json]:
    params = case.parsed()
    out = await Function().run(ctx, params, ready_inputs(Function, params, inputs))
    return out.as_dict()


async def by_plain_call(case: Case, ctx: FakeContext, inputs: dict[str, Json], **other: Any) -> Mapping[str, Json]:
    params = case.parsed()
    plain = Function.plain(params)
    constants = {name: made(value) for name, value in plain.constants.items()} | other
    outputs: Mapping[str, Json] = await plain.function(
        ctx, ready_inputs(Function, params, inputs).as_dict(), **constants
    )
    return outputs


@settings(max_examples=draws(24, 120), deadline=None)
@given(cases())
def test_the_plain_call_asks_and_answers_what_the_node_does(case: Case) -> None:
    node = asyncio.run(outcome(case, lambda ctx, inputs: by_node(case, ctx, inputs)))
    plain = asyncio.run(outcome(case, lambda ctx, inputs: by_plain_call(case, ctx, inputs)))

    assert plain == node


@pytest.fixture(scope="module")
def drawn() -> list[Case]:
    """The cases that a property test would try, the same every time."""
    found: list[Case] = []

    @settings(max_examples=300, derandomize=True, database=None, deadline=None)
    @given(cases())
    def keep(case: Case) -> None:
        found.append(case)

    keep()
    return found


LACKING = sorted(set(FunctionParams.fields()) - {"instructions", "labels", "schema", "routes"})


@pytest.mark.parametrize("name", thorough_but(LACKING[::5].__contains__, LACKING))
def test_the_comparison_would_find_a_job_that_lacks_a_param(name: str, drawn: list[Case]) -> None:
    def differs(case: Case) -> bool:
        job = Function.plain(case.parsed()).constants["job"]
        if name not in job.keywords:
            return False
        bare = made(Made(job.maker, {key: value for key, value in job.keywords.items() if key != name}))
        node = asyncio.run(outcome(case, lambda ctx, inputs: by_node(case, ctx, inputs)))
        lacking = asyncio.run(outcome(case, lambda ctx, inputs: by_plain_call(case, ctx, inputs, job=bare)))
        return lacking != node

    assert any(map(differs, drawn))


def test_every_param_is_told_by_some_job_and_has_its_default() -> None:
    declared = FunctionParams.fields()
    told = {one.name: one for kind in KINDS for one in fields(kind)}

    assert set(told) == set(declared)
    for name, one in told.items():
        if name not in ("instructions", "labels", "schema", "routes", "spans"):
            default = one.default_factory() if one.default_factory is not MISSING else one.default
            assert default == declared[name].default, name


@pytest.mark.parametrize(
    ("params", "function", "kind"),
    [
        ({}, "generate", TextJob),
        ({"schema": {"type": "object", "properties": {"a": {}}}}, "generate_object", ObjectJob),
        ({"labels": ["a", "b"]}, "decide", DecideJob),
        ({"schema": {"type": "object", "properties": {"a": {}}}, "spans": True}, "extract", ExtractJob),
        ({"routes": {"a": "x", "b": "y"}}, "route_by_embedding", RouteJob),
        ({"routes": {"a": "x", "b": "y"}, "fallback": "strong"}, "route_or_ask", RouteJob),
    ],
)
def test_each_mode_has_a_function_and_a_kind_of_job(params: dict[str, Json], function: str, kind: type[Job]) -> None:
    plain = plain_of({"instructions": "Judge: {draft}", **params})

    assert (plain.function.__name__, plain.constants["job"].maker, plain.inputs) == (function, kind, "mapping")


def test_a_script_writes_down_only_what_differs_from_the_defaults() -> None:
    plain = plain_of(
        {
            "instructions": "Judge: {draft}",
            "labels": ["good", "vague"],
            "repairs": 2,
            "temperature": 0.0,
            "span_words": 7,
            "optional": {"draft": "Nothing."},
            "checks": ["label != 'vague'", {"name": "kind", "judge": "Is {label} kind?", "message": "Be kind."}],
        }
    )

    job = plain.constants["job"]
    assert {name: value for name, value in job.keywords.items() if name != "checks"} == {
        "instructions": "Judge: {draft}",
        "labels": ["good", "vague"],
    }
    rule, judge = job.keywords["checks"]
    text = "label != 'vague'"
    assert rule.keywords == {"name": text, "expression": Formula(text)}
    assert judge.keywords == {"name": "kind", "judge": "Is {label} kind?", "message": "Be kind."}


async def test_a_job_can_be_written_by_hand() -> None:
    ctx = FakeContext(replies=["Tides rise, and then they fall.", "Tides rise."])
    rule = Rule(name="short", expression=Expression.parse("len(words(text)) < 4"), message="Use three words.")

    outputs = await generate(ctx, {"topic": "tides"}, job=TextJob(instructions="On {topic}.", checks=[rule]))

    assert outputs == {"text": "Tides rise."}
    assert ctx.chats[0].messages == ({"role": "user", "content": "On tides."},)
    assert "Use three words." in ctx.chats[1].messages[-1]["content"]


@pytest.mark.parametrize(
    "given", [{}, {"text": "Hi."}, {"messages": [{"role": "user", "content": "Hi."}], "text": "Yes?"}]
)
async def test_a_chat_is_a_plain_call(given: dict[str, Json]) -> None:
    params = {"system": "Be brief.", "keep": 1, "stop": ["END"], "temperature": 0.0}
    node, call = FakeContext(replies=["Hello."]), FakeContext(replies=["Hello."])
    parsed, _ = parse_params(Chat.Params, params)
    plain = Chat.plain(parsed)

    out = await run_node(Chat, params, given, node)
    outputs = await plain.function(call, **given, **plain.constants)

    assert {name: value for name, value in outputs.items() if name in present(out)} == present(out)
    assert call.effects == node.effects
    assert sorted(plain.constants) == ["keep", "stop", "system"]


@pytest.mark.parametrize("text", ["tide pools", ["tide", "pools"], []])
async def test_embedding_is_a_plain_call(text: Json) -> None:
    node, call = FakeContext(), FakeContext()
    parsed, _ = parse_params(Embed.Params, {})

    out = await run_node(Embed, {}, {"text": text}, node)
    outputs = await Embed.plain(parsed).function(call, text)

    assert outputs["vectors"] == out.vectors
    assert (outputs["vector"] == out.vector) or not isinstance(text, str)
    assert call.effects == node.effects


def test_an_agent_says_why_it_stays_in_the_studio() -> None:
    assert Agent.spec.standalone == "it lets a model choose among node types"
