"""Switches among the inputs of the bundled graphs: what an input is compared with is all that it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, run
from studio.engine.prepared import bind_inputs, prepare
from studio.graph.ports import body_of
from studio.graph.scope import Scope
from studio.plugins.registries import registry_of
from studio.spec.choices import choices_of
from studio.support.errors import UsageError
from studio.support.resources import bundled_graphs

_COMPARED = (
    r'\b{name}\s*(?:==|!=)\s*"[^"]',  # mode == "code"
    r'\b{name}\s+(?:not\s+)?in\s+\[\s*"',  # mode in ["code", "paper"]
    r'"[^"]+"\s*(?:==|!=)\s*{name}\b',
    r"\}}\[(?:str\()?{name}\)?\]",  # {{"code": 1, "paper": 2}}[mode]
)


@cache
def loaded(path: Path) -> Graph:
    """The graph of a file, which keeps what it was made ready for."""
    return Graph.load(path)


def switches_of(graph: Graph) -> Iterator[str]:
    """Yield the inputs of a graph that something in it compares with texts of its own."""
    for name, node in graph.nodes.items():
        if node.type == "flow.input" and _is_compared(Scope(graph), name):
            yield name


def _is_compared(scope: Scope, name: str) -> bool:
    for edge in scope.graph.edges:
        if edge.source != name:
            continue
        target = scope.graph.nodes[edge.target]
        if target.type == "flow.switch" and edge.target_port == "value":
            return True
        if target.type in ("flow.subgraph", "flow.map"):
            body = body_of(scope, target)
            if edge.target_port in body.graph.nodes and _is_compared(body, edge.target_port):
                return True
        texts = [str(target.params.get(key, "")) for key in ("expression", "condition")]
        patterns = [pattern.format(name=re.escape(edge.target_port)) for pattern in _COMPARED]
        if any(re.search(pattern, text) for pattern in patterns for text in texts):
            return True
    return False


def closed_inputs() -> list[Any]:
    """Every input with choices of every bundled graph: its graph, its name."""
    return [
        pytest.param(path, name, id=f"{path.stem}-{name}")
        for path in bundled_graphs()
        for name, node in loaded(path).nodes.items()
        if node.type == "flow.input" and choices_of(node.params)
    ]


def test_each_input_that_is_compared_with_texts_is_a_closed_choice(example: Path) -> None:
    graph = loaded(example)

    assert [name for name in switches_of(graph) if not choices_of(graph.nodes[name].params)] == []


def test_a_switch_without_choices_would_be_found() -> None:
    found = {path.stem: set(switches_of(loaded(path))) for path in bundled_graphs()}

    assert {"unit", "moderation"} <= found["chatbot"]
    assert "scoring" in found["smallville"], "in what a map runs, too"
    assert "form" in found["software_agent"]
    assert "scoring" in found["generative_agents"]
    assert "strategy" in found["cognitive_frame"], "it is looked for in the bodies, too"
    assert found["critic_loop"] == set()


@pytest.mark.parametrize(("path", "name"), closed_inputs())
def test_a_switch_refuses_what_it_does_not_know_before_the_run_begins(path: Path, name: str, tmp_path: Path) -> None:
    db = tmp_path / "none.db"
    choices = choices_of(loaded(path).nodes[name].params)

    with pytest.raises(UsageError) as refused:
        run(loaded(path), {name: "foo"}, db=db)

    message = refused.value.message
    assert message.startswith(f"The input `{name}` takes ")
    assert "foo" in message
    assert all(str(choice) in message for choice in choices)
    assert not db.exists(), "nothing was recorded, as nothing ran"


@pytest.mark.parametrize(("path", "name"), closed_inputs())
def test_a_switch_takes_each_of_its_choices(path: Path, name: str) -> None:
    graph = loaded(path)
    plan = prepare(graph, registry_of(graph)).plan(ordered_races=True)
    needed = {one: node.params.get("value") for one, node in graph.nodes.items() if node.type == "flow.input"}

    for choice in choices_of(graph.nodes[name].params):
        assert bind_inputs(plan, {**needed, name: choice})[name] == choice
