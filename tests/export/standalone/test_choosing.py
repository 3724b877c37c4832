"""A script has the rules and patterns of the JSON Schemas of its graph, and finds the faults that the studio finds."""

from __future__ import annotations

import ast
import json
from types import ModuleType
from typing import Any

import pytest

from studio.export.standalone import choosing
from studio.export.standalone.script import standalone_script
from studio.graph import Graph
from studio.spec.registry import default_registry
from studio.support.schemas import schema_faults
from tests.support.plain_functions import loaded

SCHEMAS: dict[str, dict[str, Any]] = {
    "an object": {"type": "object", "properties": {"n": {"minimum": 3}}, "required": ["n"]},
    "a text": {"type": "string", "pattern": "^[A-Z]+$", "minLength": 2},
    "keys": {"patternProperties": {"^x_": {"type": "integer"}}, "additionalProperties": False},
    "a reference": {"$defs": {"one": {"const": 1}}, "items": {"$ref": "#/$defs/one"}, "uniqueItems": True},
    "one of several": {"oneOf": [{"type": "string"}, {"enum": [1, 2]}]},
    "a name that is a rule": {"properties": {"pattern": {"type": "string"}, "not": {"const": 1}}},
}
VALUES: list[Any] = [
    {"n": 1}, {"n": 5}, {}, "AB", "a", "A", "", "Éa", {"x_1": 1}, {"x_1": "a"}, {"y": 1}, [1, 1], [1, 2], 2, 3, None,
    {"pattern": 1, "not": 2}, {"pattern": "a", "not": 1},
]  # fmt: skip


def script_with(schema: dict[str, Any]) -> str:
    text = f"""
name: checked
nodes:
  given: {{type: flow.input, value: null}}
  check: {{type: json.validate, schema: {json.dumps(schema, ensure_ascii=False)}}}
  result: {{type: flow.output}}
edges:
  - given.value -> check.value
  - check.errors -> result.value
"""
    return standalone_script(Graph.from_text(text), default_registry())


def faults(script: ModuleType, value: Any) -> list[str]:
    found: list[str] = script.check(None, value)["errors"]
    return found


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_script_finds_the_faults_that_the_studio_finds(name: str) -> None:
    schema = SCHEMAS[name]
    script = loaded(script_with(schema))

    assert [faults(script, value) for value in VALUES] == [schema_faults(schema, value) for value in VALUES]


def test_rules_that_no_schema_has_stay_behind() -> None:
    source = script_with(SCHEMAS["an object"])

    assert all(f"\ndef {rule}(" in source for rule in ("_type", "_properties", "_required"))
    assert not any(
        f"\ndef {rule}(" in source for rule in ("_one_of", "_unique_items", "_pattern", "_ref", "_multiple_of")
    )
    assert "compile_pattern" not in source


def test_a_pattern_of_a_schema_stands_in_the_script_as_python_has_it() -> None:
    source = script_with(SCHEMAS["a text"])

    assert r'"^[A-Z]+$": Pattern(r"^[A-Z]+\Z")' in source
    assert "def compile_pattern" not in source


def test_many_patterns_are_laid_out_like_the_rest() -> None:
    source = script_with({"properties": {name: {"pattern": f"^{name * 30}$"} for name in "abcdef"}})

    assert max(map(len, source.split("\n"))) <= 120
    assert source.count("Pattern(") >= 6


def test_a_rule_that_is_left_out_though_a_schema_has_it_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "_keys", lambda tree: iter(["type"]))
    schema = SCHEMAS["an object"]
    script = loaded(script_with(schema))

    assert [faults(script, value) for value in VALUES] != [schema_faults(schema, value) for value in VALUES]


def test_rules_that_code_writes_are_seen_however_it_writes_them() -> None:
    code = """
def made(schema):
    schema["enum"] = [1]
    schema.setdefault("minimum", 1)
    schema.update(maximum=2)
    return {**schema, "items": dict(type="string")}, schema.get("pattern"), schema["const"], run(pattern=1)
"""
    assert set(choosing._keys(ast.parse(code))) == {"enum", "minimum", "maximum", "items", "type"}
