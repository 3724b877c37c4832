"""Model functions in a script: what is gathered asks and answers what the node does in the studio."""

from __future__ import annotations

import ast
import asyncio
import sys
import types
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from studio.export.standalone.gathering import Gathered, NotStandalone, gather, specialise
from studio.export.standalone.gathering.twins import ASKING, FIRING
from studio.nodes.llm.agent import Agent
from studio.nodes.llm.chat import Chat
from studio.nodes.llm.embed import Embed
from studio.nodes.llm.function import Function
from studio.spec.node import Node
from studio.spec.params import parse_params
from studio.support.errors import ModelError
from studio.support.values import Json
from tests.nodes.llm.functions import Case, cases, outcome
from tests.support.fake_context import FakeContext, ready_inputs
from tests.support.thorough import draws

THERE = [FIRING, ASKING]
"""Named in annotations only: these tests bring a context of their own."""

SCHEMA: dict[str, Json] = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
JUDGE: dict[str, Json] = {"name": "kind", "judge": "Is this kind? {text}"}
TEXT: dict[str, Json] = {"instructions": "Write on {topic}."}
DECIDE: dict[str, Json] = {"instructions": "Judge: {draft}", "labels": ["good", "vague"]}
ROUTE: dict[str, Json] = {"instructions": "Route: {mail}", "routes": {"bill": "an invoice", "other": ["a greeting"]}}
EXTRACT: dict[str, Json] = {"instructions": "Who wrote {mail}?", "schema": SCHEMA, "spans": True}


def gathered(cls: type[Node], params: Mapping[str, Json]) -> Gathered:
    parsed, problems = parse_params(cls.Params, params)
    assert not problems
    return gather(snippets=[specialise(cls, parsed, "node").snippet], given=THERE)


def script_of(cls: type[Node], params: Mapping[str, Json]) -> str:
    """Return the node as the text of a script, without what runs it."""
    found = gathered(cls, params)
    early = [one.source for one in found.definitions if one.early]
    late = [one.source for one in found.definitions if not one.early]
    lines = ["from __future__ import annotations", *found.import_lines()]
    return "\n\n".join(["\n".join(lines), *early, *found.snippets, *late])


def names_of(script: str) -> dict[str, Any]:
    """Return what a script defines."""
    module = types.ModuleType("script")
    sys.modules["script"] = module  # dataclasses look for the module they are made in
    try:
        exec(compile(script, "<script>", "exec"), module.__dict__)  # noqa: S102 - what the generator under test wrote
    finally:
        del sys.modules["script"]  # this one alone: what was first imported meanwhile is in use
    return module.__dict__


def taken(cls: type[Node], params: Mapping[str, Json]) -> set[str]:
    """Return the names of our own model functions that go into a script."""
    return {one.name for one in gathered(cls, params).definitions if one.module.startswith("studio.nodes.llm.")}


async def by_node(case: Case, ctx: FakeContext, inputs: dict[str, Json]) -> Mapping[str, Json]:
    params = case.parsed()
    out = await Function().run(ctx, params, ready_inputs(Function, params, inputs))
    return out.as_dict()


async def by_script(case: Case) -> Any:
    """Return what comes of the case in a script, in which errors are of the script's own classes."""
    names = names_of(script_of(Function, case.params))

    def own(reply: Any) -> Any:
        if not isinstance(reply, ModelError):
            return reply
        return names["ModelError"](reply.message, hint=reply.hint, transient=reply.transient, code=reply.kind)

    there = replace(case, replies=tuple(map(own, case.replies)))

    async def work(ctx: FakeContext, inputs: dict[str, Json]) -> Mapping[str, Json]:
        outputs: Mapping[str, Json] = await names["node"](ctx, **inputs)
        return outputs

    return await outcome(there, work)


@settings(max_examples=draws(12, 30), deadline=None)
@given(cases())
def test_a_script_asks_and_answers_what_the_node_does(case: Case) -> None:
    if case.info.supports_completion:  # no model of a script shows the log-probabilities of texts: see below
        case = replace(case, info=replace(case.info, supports_logprobs=False))

    node = asyncio.run(outcome(case, lambda ctx, inputs: by_node(case, ctx, inputs)))
    script = asyncio.run(by_script(case))

    assert script == node


async def test_where_the_studio_weighs_labels_a_script_asks_for_them_in_words() -> None:
    info = FakeContext().default_model.info
    case = Case(DECIDE, {"draft": "Tides rise."}, ('{"label": "good"}',), ({" good": -0.1, " vague": -2.5},), info)

    node = await outcome(case, lambda ctx, inputs: by_node(case, ctx, inputs))
    script = await by_script(replace(case, info=replace(info, supports_completion=False)))

    assert {effect.kind for effect in node.effects} == {"complete"}
    assert [effect.kind for effect in script.effects] == ["chat"]
    assert script.outputs["label"] == node.outputs["label"] == "good"


def test_a_script_with_another_prompt_asks_otherwise() -> None:
    info = FakeContext().default_model.info
    case = Case(TEXT, {"topic": "tides"}, ("Ann",), (), info)
    other = replace(case, params={"instructions": "Write of {topic}."})

    node = asyncio.run(outcome(case, lambda ctx, inputs: by_node(case, ctx, inputs)))
    script = asyncio.run(by_script(other))

    assert script.outputs == node.outputs
    assert script.effects != node.effects, "else the comparison above compares nothing"


@pytest.mark.parametrize(
    ("params", "without"),
    [
        (TEXT, {"Rule", "Judge", "decide", "rank", "json_in", "spans", "by_nearness"}),
        ({**TEXT, "checks": ["len(text) < 9"]}, {"Judge", "decide", "rank", "json_in", "spans", "by_nearness"}),
        ({**TEXT, "checks": [JUDGE]}, {"Rule", "decide", "json_in", "spans", "by_nearness"}),
        ({**TEXT, "schema": SCHEMA}, {"Judge", "rank", "spans", "by_nearness", "generate"}),
        (DECIDE, {"Judge", "Rule", "json_in", "spans", "by_nearness", "generate"}),
        (ROUTE, {"Judge", "Rule", "json_in", "spans", "rank", "generate"}),
        ({**ROUTE, "fallback": "strong"}, {"Judge", "Rule", "json_in", "spans", "generate"}),
        (EXTRACT, {"Judge", "Rule", "rank", "by_nearness", "generate"}),
    ],
)
def test_a_script_takes_only_what_its_mode_needs(params: dict[str, Json], without: set[str]) -> None:
    names = taken(Function, params)

    assert "settle" in names
    assert not names & without
    assert not names & {"FunctionParams", "read_check", "problems_of", "mode_of"}, "what reads params stays behind"


@pytest.mark.parametrize(
    ("params", "at_most"), [(TEXT, 270), ({**TEXT, "checks": ["len(text) < 9"]}, 300), (ROUTE, 320), (DECIDE, 550)]
)
def test_what_a_script_takes_of_model_functions_stays_small(params: dict[str, Json], at_most: int) -> None:
    found = gathered(Function, params)
    modules = ("studio.nodes.llm.", "studio.support.templates")
    own = [one.source for one in found.definitions if one.module.startswith(modules)]

    assert sum(map(_lines_of_code, own)) <= at_most


def _lines_of_code(source: str) -> int:
    """Return the number of lines that are neither empty nor part of a docstring."""
    told = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.end_lineno
        for line in range(node.lineno, node.end_lineno + 1)
    }
    return sum(bool(text.strip()) for number, text in enumerate(source.splitlines(), 1) if number not in told)


def test_a_node_is_a_job_and_a_call() -> None:
    prompt = "Write two sentences about {topic}.\nMend this fault of the last draft, if any: {fault}\n"
    params, _ = parse_params(Function.Params, {"instructions": prompt, "repairs": 1})

    written = specialise(Function, params, "writer").snippet

    assert f'instructions="""\\\n{prompt}"""' in written
    assert written.count("=TextJob(") + written.count("= TextJob(") == written.count("repairs=1") == 1
    assert 'return await generate(firing, {"topic": topic, "fault": fault}, job=WRITER)' in written


@pytest.mark.parametrize(
    ("cls", "params", "given"),
    [
        (Chat, {"system": "Be brief.", "keep": 2, "stop": ["END"]}, {"text": "Hi."}),
        (Chat, {"form": {"type": "object"}, "max_tokens": 9}, {"text": "Hi.", "room": 7}),
        (Chat, {}, {"messages": [{"role": "assistant", "content": "Hi."}]}),
        (Chat, {}, {"messages": [{"role": "someone", "content": "Hi."}]}),
        (Embed, {"model": "other"}, {"text": ["tide", "pools"]}),
        (Embed, {}, {"text": "tide"}),
        (Embed, {}, {"text": 3}),
    ],
)
async def test_chats_and_vectors_are_the_same_in_a_script(
    cls: type[Any], params: dict[str, Json], given: dict[str, Json]
) -> None:
    case = Case({}, given, ("Hello.",), (), FakeContext().default_model.info)
    parsed, _ = parse_params(cls.Params, params)
    names = names_of(script_of(cls, params))

    async def in_studio(ctx: FakeContext, inputs: dict[str, Json]) -> Mapping[str, Json]:
        out = await cls().run(ctx, parsed, ready_inputs(cls, parsed, inputs))
        return dict(out.as_dict())

    node = await outcome(case, in_studio)
    script = await outcome(case, lambda ctx, inputs: names["node"](ctx, **inputs))

    assert script == node


def test_an_agent_says_why_it_cannot_leave_the_studio() -> None:
    params, _ = parse_params(Agent.Params, {"instructions": "Do {it}."})

    with pytest.raises(NotStandalone, match="lets a model choose among node types"):
        specialise(Agent, params, "node")
