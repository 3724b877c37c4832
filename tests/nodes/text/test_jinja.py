"""`text.jinja`: rendering in a worker, and templates that try to get out of it."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from studio.nodes.text._jinja import RENDERING, read_template
from studio.nodes.text.jinja import Jinja
from studio.sandbox.boxes import RunSandbox
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, run_node


@pytest.fixture
def ctx() -> FakeContext:
    return FakeContext(outside=SimpleNamespace(sandbox=RunSandbox("tests.nodes.jinja")))


async def rendered(ctx: FakeContext, template: str, **inputs: Any) -> str:
    return str((await run_node(Jinja, {"template": template}, inputs, ctx)).text)


async def test_loops_conditions_and_filters_work(ctx: FakeContext) -> None:
    template = "{% for one in items if one.n > 1 %}\n- {{ one.name | upper }}\n{% endfor %}\n{{ items | length }}\n"

    text = await rendered(ctx, template, items=[{"n": 1, "name": "a"}, {"n": 2, "name": "b"}])

    assert text == "- B\n2\n"


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{{ a }} {{ b.c }} {{ a }}", ("a", "b")),
        ("{% for x in xs %}{{ x }}{{ loop.index }}{% endfor %}", ("xs",)),
        ("{% set y = z %}{{ y }}{% macro m(p) %}{{ p }}{{ q }}{% endmacro %}{{ m(1) }}", ("z", "q")),
        ("{% with w = 1 %}{{ w }}{% endwith %}{{ range(3) | list }}", ()),
        ("no gaps", ()),
    ],
)
def test_the_names_it_does_not_set_itself_are_inputs(template: str, names: tuple[str, ...]) -> None:
    assert read_template(template).names == names
    params, _ = parse_params(Jinja.Params, {"template": template})
    assert tuple(Jinja.inputs(params).fields()) == names


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ a", "`template` is no Jinja template: line 1"),
        ("\n{% for %}", "line 2"),
        ("{% include 'other' %}", "cannot include or import"),
        ("{% import name as x %}", "cannot include or import"),
        ("{% extends 'base' %}", "cannot include or import"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "nested too deeply"),
        ("x" * 200_000, "more than 100,000 characters"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(template: str, said: str) -> None:
    params, _ = parse_params(Jinja.Params, {"template": template})

    assert said in " ".join(Jinja.problems(params))


def test_reading_a_template_computes_nothing_of_it() -> None:
    heavy = "{{ 'x' * 10 ** 9 }}{{ 9 ** (9 ** 9) }}"
    before = time.process_time()

    assert read_template(heavy).names == ()
    assert time.process_time() - before < 5  # computed, it would take for ever


ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ().__class__.__base__ }}",
    "{{ x['__class__'] }}",
    "{{ x | attr('__class__') }}",
    "{{ x | attr('__cl' ~ 'ass__') | attr('__mro__') }}",
    '{{ x|attr("\\x5f\\x5fclass\\x5f\\x5f") }}',
    "{{ [x] | map(attribute='__class__') | list }}",
    "{{ [x] | groupby('__class__') }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ range.__self__ }}",
    "{{ dict.__base__.__subclasses__() }}",
    "{{ (x.format).__globals__ }}",
    "{{ '{0.__class__.__mro__}'.format(x) }}",
    "{{ '{a.__class__}'.format_map({'a': x}) }}",
    "{{ x.__format__('') .__class__ }}",
    "{% set y = x.__class__ %}{{ y.__init__ }}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{{ config.items() }}",
    "{{ request.application.__globals__ }}",
    "{{ (x for y in x).gi_frame.f_globals }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{% for c in [].__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
]

LEAKS = ("<class", "subclasses", "uid=", "built-in", "<function", "__builtins__", "gi_frame", "{'", "Context")


@pytest.mark.parametrize("template", ESCAPES)
async def test_templates_do_not_reach_into_python(ctx: FakeContext, template: str) -> None:
    params, _ = parse_params(Jinja.Params, {"template": template})
    inputs = dict.fromkeys(Jinja.inputs(params).fields(), "text")
    try:
        text = str((await Jinja().run(ctx, params, Jinja.inputs(params)(**inputs))).text)
    except NodeError as error:
        text = error.kind

    assert text == "raised" or not any(leak in text for leak in LEAKS)


def test_control_outside_of_jinjas_sandbox_they_do() -> None:
    leaking = 0
    for template in ESCAPES:
        try:
            text = jinja2.Environment(autoescape=False).from_string(template).render(x="text")
        except (jinja2.TemplateError, TypeError, AttributeError):
            continue
        leaking += any(leak in text for leak in LEAKS)

    assert leaking >= 12


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = b %}{% endfor %}{% endfor %}",
        "{{ 'x' * 200000000 }}",
        "{{ 'x' * 10 ** 12 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{% for a in range(99999) %}{{ a }}{{ 'y' * 1000 }}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ range(10 ** 9) | list }}",
        "{{ x.append(1) }}",
        "{{ x.clear() }}",
    ],
)
async def test_templates_that_take_too_much_or_change_their_inputs_fail(
    ctx: FakeContext, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.nodes.text.jinja.TIMEOUT_S", 1.5)
    inputs: dict[str, Any] = {"x": [1]} if "x." in template else {}

    with pytest.raises(NodeError):
        await rendered(ctx, template, **inputs)

    assert await rendered(ctx, "{{ x }}", x=1) == "1"


async def test_a_name_without_a_value_inside_of_an_input_is_an_error(ctx: FakeContext) -> None:
    with pytest.raises(NodeError, match="UndefinedError"):
        await rendered(ctx, "{{ x.missing }}", x={"a": 1})


def test_the_code_of_the_worker_uses_the_sandboxed_environment() -> None:
    assert "ImmutableSandboxedEnvironment(" in RENDERING
