"""Damaged documents of strangers: a graph that loads from its own text, or one sentence; never a traceback."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.graph.model import Graph
from studio.graph.tree import parse
from studio.importers.projects import import_file
from studio.support.errors import StudioError
from tests.support.thorough import draws

DATA = Path(__file__).parents[1] / "data" / "importers"
FILES = (DATA / "order_desk_flow" / "flow.dag.yaml", DATA / "desk.rivet-project")
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, "", "x", "a" * 3_000, "\x7f", "\u202ex", "${inputs.x}", "${a.output.b[0].c}",
    "${classify.output}", "{{x}}", "{% for", "../../../etc/passwd", "no\u0000file", "else", "when", "error", "class",
    "node", [], {}, [[]], [None], {"a": 1}, {"": ""}, {"type": "llm"}, "$.x['a']", "1/2/3", "nan/inf/3//",
    'output->"T" b/value', "4", 2**62,
)  # fmt: skip
KEYS = ("x", "when", "error", '[a]:text "T"', '[a]:chat "C"', "output", "nodes", "inputs", "a" * 200, "")
DOCUMENTS = [parse(path.read_text(), str(path)).root.plain() for path in FILES]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value of a document but its root."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Path, Any]:
    """A file's name and its document with one to five places changed."""
    number = draw(st.integers(0, len(FILES) - 1))
    document = copy.deepcopy(DOCUMENTS[number])
    for _ in range(draw(st.integers(1, 5))):
        ways = list(places(document))
        if not ways:
            break
        *way, key = draw(st.sampled_from(ways))
        around = at(document, tuple(way))
        change = draw(st.sampled_from(["odd", "odd", "delete", "copy", "rename", "twice", "wrap"]))
        if change == "delete":
            del around[key]
        elif change == "copy":
            around[key] = copy.deepcopy(at(document, draw(st.sampled_from(ways))))
        elif change == "rename" and isinstance(around, dict):
            around[draw(st.sampled_from(KEYS))] = around.pop(key)
        elif change == "twice" and isinstance(around, list):
            around.append(copy.deepcopy(around[key]))
        elif change == "wrap":
            around[key] = [around[key]]
        else:
            around[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return FILES[number], document


@settings(max_examples=draws(30, 120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged())
def test_damage_is_refused_or_becomes_a_graph_that_loads(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[Path, Any]
) -> None:
    name, document = case
    file = tmp_path_factory.getbasetemp() / f"damaged{name.suffix}"
    file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))

    refused: StudioError | None = None
    try:
        made = import_file(file)
    except StudioError as problem:
        refused = problem
    if refused is not None:
        assert str(file) in str(refused)
        assert "\n" not in refused.message
        return
    text = made.graph.to_text()
    assert Graph.from_text(text).to_text() == text
    assert all(str(note) for note in made.notes)


@pytest.mark.parametrize("odd", [[], "x", 3, {"variants": 3}, {"variants": {"v": 3}, "default_variant_id": ["v"]}])
def test_variants_that_are_none_are_no_traceback(odd: Any, tmp_path: Path) -> None:
    file = tmp_path / "flow.dag.yaml"
    file.write_text(yaml.safe_dump({"nodes": [{"name": "a", "use_variants": True}], "node_variants": {"a": odd}}))

    assert import_file(file).placeholders == ["a"]
