"""`code.python`: ports from the function's signature, found without running anything; the call in the sandbox."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from studio.nodes.code.python import Python
from studio.sandbox.boxes import RunSandbox
from studio.spec.fields import MISSING
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from studio.support.values import Absent
from tests.support.fake_context import FakeContext, run_node


@pytest.fixture
def ctx() -> FakeContext:
    return FakeContext(outside=SimpleNamespace(sandbox=RunSandbox("tests.nodes.code")))


def params_of(code: str, **more: Any) -> Any:
    params, problems = parse_params(Python.Params, {"code": code, **more})
    assert not problems
    return params


def problems_of(code: str, **more: Any) -> list[str]:
    return list(Python.problems(params_of(code, **more)))


async def test_arguments_are_inputs_and_what_it_returns_is_value(ctx: FakeContext) -> None:
    code = "def main(a: int, b=2):\n    print('adding')\n    return {'sum': a + b}\n"

    out = await run_node(Python, {"code": code}, {"a": 3}, ctx)

    assert (out.value, out.stdout, out.stderr) == ({"sum": 5}, "adding\n", "")


def test_annotations_give_types_and_defaults_make_inputs_optional() -> None:
    code = (
        "def main(a: str, b: int, c: float, d: bool, e: list[str], f: dict, g, h=1, *, i: str = 'x', j: int = None): 1"
    )

    ports = Python.inputs(params_of(code)).fields()

    assert {name: spec.type for name, spec in ports.items()} == {
        "a": "text", "b": "integer", "c": "number", "d": "boolean", "e": "list", "f": "json", "g": "any", "h": "any",
        "i": "text", "j": "integer",
    }  # fmt: skip
    assert [name for name, spec in ports.items() if spec.required] == ["a", "b", "c", "d", "e", "f", "g"]
    assert (ports["h"].default, ports["i"].default, ports["j"].default) == (1, "x", None)
    assert Python.outputs(params_of("def main() -> str:\n    return ''")).fields()["value"].type == "text"


async def test_named_outputs_come_from_a_dictionary_and_missing_ones_are_absent(ctx: FakeContext) -> None:
    code = "def main(x):\n    return {'half': x / 2, 'more': 1}\n"

    out = await run_node(Python, {"code": code, "outputs": ["half", "other"]}, {"x": 3}, ctx)

    assert out.half == 1.5
    assert isinstance(out.other, Absent)
    assert "gave no `other`" in out.other.reason
    with pytest.raises(NodeError, match="no dictionary with half"):
        await run_node(Python, {"code": "def main():\n    return 1", "outputs": ["half"]}, {}, ctx)


async def test_the_record_holds_the_arguments_and_the_boundary(ctx: FakeContext) -> None:
    await run_node(Python, {"code": "def main(a):\n    return a"}, {"a": [1]}, ctx)

    (effect,) = ctx.effects
    assert (effect.kind, effect.name) == ("code", "python")
    assert effect.request["arguments"] == {"a": [1]}


async def test_async_functions_are_awaited(ctx: FakeContext) -> None:
    code = "import asyncio\nasync def main(a):\n    await asyncio.sleep(0)\n    return a\n"

    assert (await run_node(Python, {"code": code}, {"a": 1}, ctx)).value == 1


async def test_packages_can_be_imported_only_if_that_is_switched_on(ctx: FakeContext) -> None:
    code = "import orjson\ndef main():\n    return orjson.dumps([1]).decode()\n"

    assert (await run_node(Python, {"code": code, "packages": True}, {}, ctx)).value == "[1]"
    with pytest.raises(NodeError, match="No module named 'orjson'"):
        await run_node(Python, {"code": code}, {}, ctx)


async def test_an_error_names_its_line(ctx: FakeContext) -> None:
    with pytest.raises(NodeError, match=r"raised in line 2: KeyError: 'b' \(boundary: \w+\)"):
        await run_node(Python, {"code": "def main(a):\n    return a['b']"}, {"a": {}}, ctx)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def main(:\n  pass", "`code` is no Python: line 1: "),
        ("x = 1\n\n  y = 2", "line 3: unexpected indent"),
        ("def other(): pass", "`code` defines no function `main`"),
        ("def main(*a): pass", "Line 1: `main` takes any arguments"),
        ("def main(**a): pass", "takes any arguments"),
        ("\ndef main(a, /): pass", "Line 2: `main` has arguments without names"),
        ("def main(a=open('x')): pass", "Line 1: the default of `a` is no plain value"),
        ("def main(a={1, 2}): pass", "no plain value"),
        ("def main(a=1e999): pass", "no plain value"),
        ("def main(): return " + "(" * 5000 + ")" * 5000, "`code` is no Python"),
        ("def main(): return " + "-" * 90_000 + "1", "nested too deeply"),
        ("\0", "`code` is no Python"),
        ("#" * 300_000, "more than 200,000 characters"),
    ],
)
def test_what_is_wrong_with_the_code_is_said_with_its_line(code: str, said: str) -> None:
    assert said in " ".join(problems_of(code))


def test_output_names_must_be_new() -> None:
    assert "is there already" in " ".join(problems_of("def main(): 1", outputs=["value"]))
    assert "twice" in " ".join(problems_of("def main(): 1", outputs=["a", "a"]))


def test_reading_code_runs_nothing_of_it(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    touch = f"open({str(touched)!r}, 'w')"
    code = f"{touch}\n@print({touch})\ndef main(a: {touch} = {touch}, b=[{touch} for _ in (1,)]) -> {touch}: {touch}\n"
    params = params_of(code)

    Python.inputs(params).fields()
    Python.outputs(params).fields()
    list(Python.problems(params))
    list(Python.permissions(params, ()))

    assert not touched.exists()
    with pytest.raises(TypeError):  # the control: whoever defines the function touches it
        exec(code, {})  # noqa: S102
    assert touched.exists()


def test_the_permission_is_all_of_the_code_and_whether_packages_are_there() -> None:
    code = "def main():\n    return 1\n"

    (plain,) = Python.permissions(params_of(code), ())
    (with_packages,) = Python.permissions(params_of(code, packages=True), ())

    assert (plain.kind, plain.what) == ("code", code)
    assert with_packages.what.endswith(code)
    assert with_packages.what != plain.what


def test_inputs_without_a_default_are_required() -> None:
    assert Python.inputs(params_of("def main(a, b=None): 1")).fields()["a"].default is MISSING
