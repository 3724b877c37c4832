"""Every model call of a run, unfolded by the mouse, shows all of its request: messages, schema and parameters."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.gui.panels.inspector.firing.call_block import CallBlock, CallBody, TextBlock
from studio.gui.panels.inspector.firing.texts import readable
from studio.models.scripted import Scripted
from studio.trace.log import CALLS
from tests.gui.panels.inspector.firing.conftest import Stage

SAID = {"max_tokens": "at most {} token", "top": "the {} likeliest tokens kept", "stop": "stops at {}"}
"""How parameters are said that are not said by their names."""

ELSEWHERE = {"model", "messages", "prompt", "schema", "logprobs"}
"""What is shown in a place of its own, and what only says that probabilities were asked for, which are shown."""


def missing(stage: Stage, block: CallBlock, request: dict[str, Any]) -> list[str]:
    """Return what of a request an unfolded call does not show."""
    body = block.body
    assert isinstance(body, CallBody)
    if body.examples.isVisible() and not body.examples.is_open:
        stage.click(body.examples.header)
    pool = body._example_pool
    examples = pool.shown if pool is not None and body.examples.isVisible() else []
    given = request.get("messages") or [{"role": "prompt", "content": request["prompt"]}]
    found = [] if [(one.role, one.whole) for one in (*body.before.shown, *examples, *body.after.shown)] == [
        (one["role"], one["content"]) for one in given
    ] else ["messages"]  # fmt: skip
    schema = request.get("schema")
    if schema is not None and body.schema.isVisible():
        if not body.schema.is_open:
            stage.click(body.schema.header)
        [text] = [one for one in body.schema.findChildren(TextBlock) if one.isVisible()]
        found += [] if text.whole == readable(schema) else ["schema"]
    elif (schema is not None) != body.schema.isVisible():
        found.append("schema")
    for name, value in request.items():
        if name in ELSEWHERE or value in (None, [], {}):
            continue
        number = f"{value:g}" if isinstance(value, float) else readable(value)
        if SAID.get(name, f"{name} {{}}").format(number) not in body.settings.text():
            found.append(name)
    return found


def calls_of(stage: Stage, firing: int) -> list[tuple[CallBlock, dict[str, Any]]]:
    effects = [one for one in stage.session.trace.effects(stage.session.run.id, firing=firing) if one.kind != "log"]
    blocks = stage.find(CallBlock, "firing.call")
    assert len(blocks) == len(effects)
    made = []
    for block, effect in zip(blocks, effects, strict=True):
        if effect.kind in CALLS:
            if not block.is_open:
                stage.click(block.header)
            made.append((block, effect.request))
    return made


def test_all_of_each_request_is_shown(workshop: Stage) -> None:
    workshop.inspector.resize(420, 2400)
    for node in ("writer", "critic", "risky", "again"):
        calls = calls_of(workshop, workshop.seek_node(node).id)

        assert calls, node
        assert [missing(workshop, block, request) for block, request in calls] == [[] for _ in calls], node
        schemas = [request["schema"] for _, request in calls if request.get("schema") is not None]
        assert bool(schemas) == (node == "risky"), node


@pytest.mark.thorough
def test_of_very_many_examples_it_is_said_how_many_are_shown(db: Path, stage_of: Callable[..., Stage]) -> None:
    examples = [{"x": f"word {n}", "output": f"reply {n}"} for n in range(25)]
    ask = {"type": "llm.function", "instructions": "Say {x}", "examples": examples, "output": "text"}
    nodes = {"x": {"type": "flow.input", "value": "sea"}, "ask": ask, "out": {"type": "flow.output"}}
    graph = {"studio": 1, "name": "many", "nodes": nodes, "edges": ["x.value -> ask.x", "ask.text -> out.value"]}
    assert run(Graph.from_text(json.dumps(graph)), model=Scripted(["a wave"]), db=db).status == "ok"
    stage = stage_of(db)
    [(block, request)] = calls_of(stage, stage.seek_node("ask").id)
    body = block.body
    assert isinstance(body, CallBody)

    assert len(request["messages"]) > 50
    assert body.examples.header.summary == "50 messages, the first 40 shown"
    assert missing(stage, block, request) == ["messages"]


def test_what_is_not_shown_is_found(workshop: Stage) -> None:
    """The control."""
    workshop.inspector.resize(420, 2400)
    [(block, request), *_] = calls_of(workshop, workshop.seek_node("risky").id)
    assert block.is_open
    other = {"type": "object", "properties": {"m": {"type": "integer"}}}

    assert missing(workshop, block, {**request, "schema": other}) == ["schema"]
    assert missing(workshop, block, {**request, "messages": 2 * request["messages"]}) == ["messages"]
    assert missing(workshop, block, {**request, "temperature": 0.77, "top_p": 0.5}) == ["temperature", "top_p"]
