"""Stores of scripts: what is taken down of them is what the engine takes down."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from studio import run
from studio.export.standalone.runtime import stores
from studio.graph import Graph
from studio.spec.params import parse_params
from studio.stores import make_store, store_kinds
from tests.engine.players import REGISTRY, Services
from tests.export.standalone.runtime.plans import WholeLog, play_logged, script_of

LONG = """
nodes:
  count: {type: toy.add, plus: 1}
  keep: {type: toy.note, store: log}
  look: {type: toy.notes, store: log}
  result: {type: flow.output}
edges:
  - count.out ~> count.a: {initial: 0}
  - count.out -> keep.value
  - keep.out -> look.after
  - look.out -> result.value
stores:
  log: {type: list}
max_ticks: 400
"""


def both(graph: Graph) -> tuple[list[Any], list[Any]]:
    """Return what the engine and a script take down of stores."""
    log, services = WholeLog(), Services(["one thing at a time"])
    run(graph, log=log, catalog=services, registry=REGISTRY, db="unused.db")  # type: ignore[arg-type]
    return log.stores, play_logged(script_of(graph, REGISTRY), sequential=True)[1].stores


def test_the_content_of_a_store_is_written_down_now_and_then_as_the_engine_does() -> None:
    engines, scripts = both(Graph.from_text(LONG))

    assert scripts == engines
    assert sum(one[0] == "content" for one in scripts) > 1


def test_without_writing_down_nothing_the_record_would_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "OPERATIONS", 10**9)

    engines, scripts = both(Graph.from_text(LONG))

    assert scripts != engines


def test_a_store_that_is_not_declared_is_a_failure_with_a_sentence() -> None:
    graph = script_of(Graph.from_text(LONG), REGISTRY)
    object.__setattr__(graph, "stores", {})

    result, _ = play_logged(graph)

    assert result.error is not None
    assert result.error["message"] == "There is no store `log`. Declare it under `stores`."


@pytest.mark.parametrize(
    ("kind", "params", "op", "args"),
    [
        ("kv", {}, "set", {"key": "a", "value": 1}),
        ("list", {"items": [1]}, "append", {"value": 2}),
        ("queue", {"items": [1]}, "pop", {}),
        ("priority_queue", {}, "push", {"value": "x", "priority": 2}),
        ("board", {"slots": {"a": 1}}, "write", {"slot": "a", "value": 2}),
        ("messages", {}, "extend", {"messages": [{"role": "user", "content": "hello"}]}),
        ("table", {"columns": {"a": "integer"}}, "put", {"rows": [{"a": 1}]}),
        ("stream", {}, "add", {"id": "one", "text": "hello", "now": "2026-01-01T00:00:00+00:00"}),
    ],
)
def test_a_store_is_made_from_plain_params(kind: str, params: dict[str, Any], op: str, args: dict[str, Any]) -> None:
    cls = store_kinds()[kind]
    said, _ = parse_params(cls.Params, params)
    plain = cls(SimpleNamespace(**vars(said)), "todo")
    usual = make_store(kind, params, "todo")

    assert plain.do(op, args) == usual.do(op, args)
    assert plain.dump() == usual.dump()
