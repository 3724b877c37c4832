"""Every node type there is answers the same questions about its declaration."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from studio.graph.model import NODE_KEYS
from studio.graph.names import RESERVED_PORTS
from studio.spec import Field, Fields, Node
from studio.spec.fields import MISSING
from studio.spec.params import parse_params, value_problem
from studio.spec.registry import Registry, module_of
from studio.spec.types import PORT_TYPES
from studio.support.values import encode

TYPES = [cls for cls in Registry().all_types() if cls.__module__.startswith("studio.nodes.")]
MODEL_TYPES = {"llm.function", "llm.chat", "llm.complete", "llm.embed", "retrieve.embedding"}
"""Model and embedding calls are `network` and steady (design rule 2.4)."""

JUNK: tuple[Any, ...] = (3, "x", [], {}, None, [None], {"a": None}, "{", "(((", True)


def of_each_type(check: Callable[[type[Node]], None]) -> Callable[[], None]:
    """One test for all types, naming those that fail: hundreds of types times a score of questions are many tests."""

    def test() -> None:
        failures = list(failed(check, TYPES))
        assert not failures, "\n\n".join((f"{len(failures)} of {len(TYPES)} types fail", *failures))

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return test


def failed(check: Callable[[type[Node]], None], types: list[type[Node]]) -> Iterator[str]:
    """What is wrong with each type that fails the check, a crash included."""
    for cls in types:
        try:
            check(cls)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told and fails the test
            where = traceback.extract_tb(error.__traceback__)[-1]
            yield f"{cls.spec.type}: {type(error).__name__}: {error} ({where.name}, line {where.lineno})"


def all_fields(cls: type[Node]) -> Iterator[tuple[str, str, Field]]:
    for group, record in (("param", cls.Params), ("input", cls.In), ("output", cls.Out)):
        for name, spec in record.fields().items():
            yield group, name, spec


def test_each_type_that_fails_is_named_and_one_that_crashes_hides_no_other() -> None:
    first, second, *_, last = TYPES

    def check(cls: type[Node]) -> None:
        assert cls is not first, "it is the first"
        if cls is last:
            raise KeyError("nothing there")

    told = list(failed(check, TYPES))

    assert [one.split(":")[0] for one in told] == [first.spec.type, last.spec.type]
    assert "it is the first" in told[0]
    assert "KeyError: 'nothing there' (check, line " in told[1]
    assert not list(failed(check, [second]))


def test_the_types_of_the_brief_are_there() -> None:
    assert {
        "flow.input", "flow.output", "flow.stop", "flow.switch", "flow.merge", "flow.subgraph", "flow.map",
        "flow.delay", "flow.gate", "text.constant", "text.template", "text.join", "text.split", "text.regex",
        "json.parse", "json.get", "json.build", "json.validate", "list.length", "list.get", "list.append",
        "list.concat", "list.slice", "list.sort", "list.unique", "list.filter", "list.range", "list.zip",
        "list.count", "math.expression", "logic.expression", "human.ask", "debug.log", "clock.now",
        "random.number", "random.choice", "random.shuffle", "files.read_folder", "table.show", "store.append",
        "store.items", "store.clear", "store.get", "store.set", "store.delete", "store.keys", "queue.push",
        "queue.pop", "queue.set", "queue.peek", "queue.items",
    } <= {cls.spec.type for cls in TYPES}  # fmt: skip


def test_no_two_types_have_one_name() -> None:
    names = [name for cls in TYPES for name in (cls.spec.type, *cls.spec.replaces)]

    assert len(names) == len(set(names))


@of_each_type
def test_the_type_lives_in_the_module_of_its_name(cls: type[Node]) -> None:
    assert module_of("studio.nodes", cls.spec.type) == cls.__module__
    assert Registry().find(cls.spec.type) is cls


@of_each_type
def test_it_has_a_category_an_icon_and_a_version(cls: type[Node]) -> None:
    assert cls.spec.category
    assert cls.spec.category[0].isupper()
    assert cls.spec.icon not in ("", "node")
    assert cls.spec.version >= 1


@of_each_type
def test_its_help_begins_with_one_sentence_for_people(cls: type[Node]) -> None:
    assert cls.spec.summary.endswith(".")
    assert len(cls.spec.summary) <= 120
    assert cls.spec.help.startswith(cls.spec.summary[:20])
    assert inspect.getmodule(cls).__doc__, "the module says what it is for"


@of_each_type
def test_every_field_has_help_and_a_type(cls: type[Node]) -> None:
    for group, name, spec in all_fields(cls):
        assert spec.help.endswith("."), f"{group} {name}"
        assert spec.type in PORT_TYPES, f"{group} {name}"
        assert spec.join == "plain" or group == "input", f"{group} {name}"


@of_each_type
def test_its_defaults_are_json_and_fit_what_is_declared(cls: type[Node]) -> None:
    for group, name, spec in all_fields(cls):
        if spec.default is MISSING:
            continue
        assert group != "output", f"{name}: an output left out is absent, there is no default"
        encode(spec.default)
        if spec.default is not None:
            assert value_problem(spec, spec.default) == "", f"{group} {name}"


@of_each_type
def test_its_params_are_valid_by_default_or_say_what_is_missing(cls: type[Node]) -> None:
    params, problems = parse_params(cls.Params, {})
    required = [name for name, spec in cls.Params.fields().items() if spec.required]

    assert len(problems) == len(required)
    assert all(f"`{name}` must be given" in " ".join(problems) for name in required)
    for record in (cls.inputs(params), cls.outputs(params)):
        assert issubclass(record, Fields)


@of_each_type
def test_params_of_any_shape_give_problems_or_ports_but_no_crash(cls: type[Node]) -> None:
    for name, junk in product(cls.Params.fields(), JUNK):
        try:
            params, problems = parse_params(cls.Params, {name: junk})
            cls.inputs(params).fields()
            cls.outputs(params).fields()
            missing = any(value is MISSING for value in vars(params).values())
            if not problems and not missing:
                assert all(isinstance(problem, str) and problem for problem in cls.problems(params))
        except Exception as error:
            raise AssertionError(f"`{name}` is {junk!r}: {type(error).__name__}: {error}") from error


@of_each_type
def test_no_port_or_param_has_a_reserved_name(cls: type[Node]) -> None:
    for group, name, _ in all_fields(cls):
        assert name not in (NODE_KEYS if group == "param" else RESERVED_PORTS), f"{group} {name}"


@of_each_type
def test_effects_and_liveness_agree_with_the_rule(cls: type[Node]) -> None:
    spec = cls.spec
    if spec.type in MODEL_TYPES:
        assert (spec.effects, spec.live) == ("network", False)
    else:
        assert spec.live == (spec.effects != "pure")
    if spec.type.split(".")[0] in ("human", "clock", "random"):
        assert spec.live
        assert spec.effects == "reads"


@of_each_type
def test_it_runs_unless_the_engine_plays_it(cls: type[Node]) -> None:
    run = getattr(cls, "run", None)

    assert (run is None) == bool(cls.spec.role)
    if run is not None:
        assert list(inspect.signature(run).parameters) == ["self", "ctx", "params", "inputs"]
        assert run.__doc__ is None or run.__doc__.strip()


@of_each_type
def test_it_names_its_stores_by_params_that_exist(cls: type[Node]) -> None:
    for name, use in cls.spec.stores.items():
        assert cls.Params.fields()[name].type == "text"
        assert cls.Params.fields()[name].required
        assert use in ("read", "write", "take")
    if cls.spec.type.split(".")[0] in ("store", "queue"):
        assert cls.spec.stores


@of_each_type
def test_the_editor_of_all_none_or_some_names_edits_no_plain_list(cls: type[Node]) -> None:
    named = [field for field in cls.Params.fields().values() if field.editor.get("kind") == "names"]

    assert [field.name for field in named if field.type == "list"] == [], "it would give true and false, too"
