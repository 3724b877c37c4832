from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.llm._constraint import constraint_score
from studio.nodes.llm.function import Function
from studio.spec import default_registry
from studio.spec.params import parse_params

TEXT = {"type": "object", "properties": {"name": {"type": "string"}}}


def problems(**given: Any) -> list[str]:
    made, found = parse_params(Function.Params, {"instructions": "Do it with {text}", **given})
    assert not found, found
    return list(Function.problems(made))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"instructions": " "}, "`instructions` is empty"),
        ({"labels": ["a", "b"], "schema": TEXT}, "`labels` and `schema` exclude each other"),
        ({"labels": []}, "`labels` is empty"),
        ({"labels": ["a"]}, "at least two labels"),
        ({"labels": "a, b"}, "must be a list of labels or a mapping"),
        ({"labels": ["a", True]}, "Label true must be a text"),
        ({"labels": ["good", "Good "]}, "`good` and `Good ` differ only in case or spaces"),
        ({"labels": {"a": "x", "b": 3}}, "The meaning of label `b` must be text"),
        ({"spans": True}, "`spans` needs a `schema`"),
        ({"spans": "name", "schema": TEXT}, "`spans` must be true, false or a list of properties"),
        ({"spans": ["nam"], "schema": TEXT}, "`spans` names `nam`, which is no property"),
        ({"spans": ["name"], "schema": {**TEXT, "$ref": "#"}}, "does not go with `$ref`"),
        ({"candidates": "names", "schema": TEXT}, "`candidates` needs `spans`"),
        ({"compare": "closest"}, "`compare` needs `routes`"),
        ({"unsure": "ask", "labels": ["a", "b"]}, "set `min_confidence` too"),
        ({"min_confidence": 0.5}, "`min_confidence` needs `labels` or `routes`"),
        ({"fallback": "default"}, "`fallback` names the same model"),
        ({"votes": 3}, "`votes` needs `labels`"),
        ({"optional": {"txt": ""}}, "`optional` names `txt`, which is no input"),
        ({"routes": ["a", "b"]}, "must map each route"),
        ({"routes": {"a": "x", "b": []}}, "Route `b` needs a description"),
        ({"routes": {"a": "x"}}, "at least two routes"),
        ({"routes": {"a": "x", "b": "y"}, "instructions": "Where?"}, "name no input"),
        ({"schema": {"type": "objekt"}}, "`schema.type` must be one of"),
        ({"schema": {"type": "object", "properties": {"value": {}}}}, "would hide the port `value`"),
        ({"schema": {**TEXT, "required": ["nam"]}}, "names `nam`, which is no property"),
        ({"schema": {"type": "object", "properties": {"a": {"enum": []}}}}, "`schema.properties.a.enum`"),
        ({"schema": {"$ref": "http://x.org/s.json"}}, "nothing is fetched from elsewhere"),
        ({"schema": {"type": "object", "properties": {"a": {"pattern": "(?=x)"}}}}, "Look-around is not supported"),
        ({"examples": ["x"]}, "Example 1 must give every input"),
        ({"examples": [{"output": "x"}]}, "gives no value for the input `text`"),
        ({"examples": [{"text": "a", "topic": "b", "output": "x"}]}, "gives `topic`, which is no input"),
        ({"labels": ["a", "b"], "examples": [{"text": "a", "output": "c"}]}, "answers c, which is none of the labels"),
        ({"schema": TEXT, "examples": [{"text": "a", "output": "c"}]}, "must be an object of the schema"),
        ({"schema": TEXT, "examples": [{"text": "a", "output": {"nam": "c"}}]}, "which is no property of the schema"),
        ({"instructions": "{output}", "examples": [{"output": "a"}]}, "cannot be called `output`"),
        ({"checks": ["len(text"]}, "cannot be read"),
        ({"checks": ["len(txt) < 3"]}, "uses `txt`, which is neither an input nor an output"),
        ({"checks": [{"name": "x"}]}, "needs either `expression` or `judge`"),
        ({"checks": [{"name": "x", "expression": "true", "masage": "m"}]}, "unknown key `masage`"),
        ({"checks": [{"name": "x", "judge": "Is it fine?"}]}, "does not see the answer"),
        ({"checks": [{"name": "x", "judge": "Fine? {text}", "pass": "ok"}]}, "passes on `ok`, which is none"),
        ({"checks": [{"name": "x", "judge": "{text}", "pass": ["yes", "no"]}]}, "it checks nothing"),
        ({"checks": [{"name": "x", "expression": "true", "message": "Not {y}"}]}, "uses {y}"),
        ({"checks": ["true", "true"]}, "The check `true` is given twice"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(given: dict[str, Any], said: str) -> None:
    found = problems(**given)

    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"labels": {"good": "It holds.", "bad": None}, "examples": [{"text": "a", "output": "bad"}]},
        {"labels": ["done", "error"]},
        {"schema": TEXT, "spans": True, "examples": [{"text": "a", "output": {"name": "a"}}]},
        {"routes": {"a": "x", "b": ["y", "z"]}, "min_confidence": 0.5, "unsure": "c"},
        {"checks": ["len(text) < 3 and inputs.text != outputs.text", {"name": "j", "judge": "{text} {source}"}]},
    ],
)
def test_sound_params_have_no_problem(given: dict[str, Any]) -> None:
    assert problems(**given) == []


@pytest.mark.parametrize(
    "given",
    [
        {"labels": 5, "checks": [5, {"judge": 3}], "examples": [None]},
        {"schema": {"properties": ["a"], "type": 3, "anyOf": [4]}, "spans": True},
        {"routes": {"a": None, "b": 3}},
        {"schema": {"properties": {"a": 4, "b": {"type": ["string", 7]}}, "required": "a"}},
    ],
)
def test_ports_and_problems_can_be_told_of_params_that_are_still_wrong(given: dict[str, Any]) -> None:
    made, _ = parse_params(Function.Params, {"instructions": "{text}", **given})

    assert Function.inputs(made).fields()
    assert Function.outputs(made).fields()
    assert list(Function.problems(made))
    constraint_score(made)


def test_ports_follow_from_placeholders_judges_and_the_mode() -> None:
    made, _ = parse_params(
        Function.Params,
        {
            "instructions": "{a} {b}",
            "optional": {"b": 1},
            "output": "draft",
            "checks": [{"name": "j", "judge": "{draft} {source} {a}"}],
        },
    )

    ports = Function.inputs(made).fields()
    assert {name: field.required for name, field in ports.items()} == {"a": True, "b": False, "source": True}
    assert list(Function.outputs(made).fields()) == ["draft"]


def score(**given: Any) -> tuple[float, list[str]]:
    made, found = parse_params(Function.Params, {"instructions": "Answer the question {text} in one line", **given})
    assert not found
    return constraint_score(made)


def test_tighter_functions_score_higher() -> None:
    free, _ = score(instructions="Do something useful, then write a plan, then review it.")
    checked, _ = score(checks=["len(text) < 80"], examples=[{"text": "a", "output": "b"}] * 3)
    held, reasons = score(
        labels=["yes", "no"], min_confidence=0.7, examples=[{"text": "a", "output": one} for one in ["yes", "no"] * 3]
    )

    assert free < 0.3 < checked < held == 1.0
    assert reasons == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "the answer is free text"),
        ({}, "no checks"),
        ({}, "no examples"),
        ({}, "no bound on length"),
        ({"schema": TEXT}, "free text in `name`"),
        ({"instructions": "Write a good and helpful reply to {text}"}, "vague words (good, helpful)"),
        ({"instructions": "Classify {text}, then summarise it and translate it."}, "several jobs in one"),
        ({"instructions": "Write one line on the sea."}, "no inputs"),
        ({"labels": ["shipping_late", "shipping_lost"]}, "begin alike"),
        ({"labels": ["yes", "no"]}, "set `min_confidence`"),
        ({"labels": ["yes", "no"], "examples": [{"text": "a", "output": "no"}]}, "no example answers `yes`"),
        ({"routes": {"a": "money", "b": "parcels, post and couriers"}}, "route `a` is described in fewer"),
    ],
)
def test_the_reasons_say_what_would_hold_it_tighter(given: dict[str, Any], reason: str) -> None:
    assert any(reason in one for one in score(**given)[1]), score(**given)[1]


def test_instructions_of_any_length_are_judged_by_their_beginning() -> None:
    long = "Sort {text} by sound. " + "Then translate it. " * 5_000

    reasons = score(instructions=long)[1]

    assert any("(over " in one for one in reasons), reasons
    assert score(instructions=long + "Be helpful. " * 100)[0] == score(instructions=long)[0]


def test_the_types_are_found_by_name_and_explain_themselves() -> None:
    for name in ("llm.function", "llm.chat", "llm.embed"):
        found = default_registry().find(name)
        assert found is not None
        assert not found.spec.live, "a model call is steady (rule 2.4)"
        assert found.spec.effects == "network"
        assert len(found.spec.help) > len(found.spec.summary) > 20
