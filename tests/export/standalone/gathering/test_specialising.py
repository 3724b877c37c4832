"""A node with its params as a plain function: what it looks like, and that it does what the type does."""

from __future__ import annotations

import ast
import asyncio
import keyword
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.export.formatting import formatted
from studio.export.standalone.gathering import (
    NeedsPlainFunction,
    NodeFunction,
    NotStandalone,
    gather,
    specialise,
    standalone_problem,
)
from studio.export.standalone.gathering import bodies as bodies_module
from studio.export.standalone.gathering.twins import ASKING, FIRING
from studio.nodes.board.read import Read
from studio.nodes.list.append import Append
from studio.nodes.list.get import Get
from studio.nodes.queue.pop import Pop
from studio.nodes.text.constant import Constant
from studio.nodes.text.split import Split
from studio.nodes.text.template import Template
from studio.spec import Fields, Node, RunContext, node
from studio.spec.params import parse_params
from tests.export.standalone.gathering.conftest import OwnType
from tests.export.test_literals import TEXTS
from tests.support.fake_context import FakeContext, run_node
from tests.support.plain_functions import loaded, one_file, seen


def made(cls: type[Node], name: str = "work", about: str = "", **params: Any) -> NodeFunction:
    read, problems = parse_params(cls.Params, params)
    assert not problems
    return specialise(cls, read, name, about=about)


def written(cls: type[Node], **params: Any) -> str:
    """The function as a script shows it."""
    (snippet,) = gather([], [made(cls, **params).snippet], given=[FIRING, ASKING]).snippets
    return formatted(snippet).strip()


def call(function: NodeFunction, *given: Any, **named: Any) -> Any:
    module = loaded(one_file(gather([], [function.snippet], given=[FIRING, ASKING])))
    result = getattr(module, function.name)(*given, **named)
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


def test_params_are_written_in_and_branches_that_are_never_taken_left_out() -> None:
    assert written(Split, by="lines", strip=False, keep_empty=False) == (
        "def work(firing: Firing, text: str) -> Ports:\n"
        "    parts = text.splitlines()\n"
        "    parts = [part for part in parts if part]\n"
        '    return {"parts": parts, "length": len(parts)}'
    )


def test_an_input_may_share_its_name_with_what_stands_for_it_from_then_on() -> None:
    assert written(Get, index=2) == (
        "def work(firing: Firing, items: list[Json], index: int | None = None) -> Ports:\n"
        "    index = 2 if index is None else index\n"
        "    if -len(items) <= index < len(items):\n"
        '        return {"item": items[index]}\n'
        '    return {"item": Absent(f"there is no place {index} in a list of {len(items)}"), "missing": True}'
    )


def test_a_default_that_could_be_changed_is_made_anew_each_time() -> None:
    assert written(Append) == (
        "def work(firing: Firing, value: Json, items: list[Json] | None = None) -> Ports:\n"
        "    if items is None:\n"
        "        items = []\n"
        "    longer = [*items, value]\n"
        '    return {"items": longer}'
    )


def test_outputs_are_dicts_also_where_a_helper_makes_them() -> None:
    assert written(Pop, store="todo") == (
        "def work(firing: Firing) -> Ports:\n"
        '    made: Ports = out_of(dict, ask(firing, "todo", "queue", "pop"), "todo")\n'
        "    return made"
    )


def test_a_long_text_stands_by_itself_above_the_function() -> None:
    text = "Dear {name},\nthank you for the letter.\nIt was a pleasure, as always.\n"

    assert written(Template, template=text) == (
        f'WORK_TEMPLATE = """\\\n{text}"""\n\n\n'
        "def work(firing: Firing, name: Json) -> Ports:\n"
        '    return {"text": render(WORK_TEMPLATE, {"name": name})}'
    )


def test_what_it_is_about_becomes_its_docstring() -> None:
    assert '"""Say \\"""hello\\""""""' not in made(Constant, about='Say """hello"""', text="x").snippet
    assert ast.get_docstring(ast.parse(made(Constant, about='Say """hello"""', text="x").snippet).body[-1]) == (  # type: ignore[arg-type]
        'Say """hello"""'
    )


def test_constants_avoid_names_that_are_taken() -> None:
    read, _ = parse_params(Template.Params, {"template": "line\n" * 9})

    assert specialise(Template, read, "work", taken={"WORK_TEMPLATE"}).names == ("WORK_TEMPLATE_2", "work")


# -- names and texts of strangers ----------------------------------------------------------------------


NAMES = st.one_of(
    st.sampled_from(
        (
            "render", "firing", "len", "dict", "Json", "Firing", "Ports", "class", "work", "x_", "None_", "self",
            "params", "inputs", "ctx", "values", "WORK_TEMPLATE", "literal_place_0", "naïve", "__import__", "print",
            "lambda", "async",
        )
    ),
    st.text(max_size=8).filter(str.isidentifier),
)  # fmt: skip


@given(st.lists(NAMES, unique=True, max_size=5), TEXTS)
@example(["render", "firing", "len", "literal_place_0"], "\n".join("lines of text" for _ in range(9)))
@example(["ﬁ"], "")
def test_whatever_ports_and_texts_are_called_the_function_does_what_the_node_does(names: list[str], text: str) -> None:
    template = text.replace("{", "(").replace("}", ")") + "".join(f"{{{name}}}" for name in names)
    read, problems = parse_params(Template.Params, {"template": template})
    if problems or list(Template.problems(read)):
        return
    ports = Template.inputs(read).fields()
    if any(not name.isascii() and unicodedata.normalize("NFKC", name) != name for name in ports):
        with pytest.raises(NotStandalone, match="Python has no parameter of that name"):
            specialise(Template, read, "work")
        return
    function = specialise(Template, read, "work")
    given_values = {port: f"<{number}>" for number, port in enumerate(ports)}
    theirs = Template().run(FakeContext(), read, Template.inputs(read).holding(given_values))
    ours = call(function, None, **{function.parameters[port]: value for port, value in given_values.items()})

    assert seen(ours) == seen(theirs)
    assert not any(keyword.iskeyword(one) for one in function.parameters.values())


LOOP = """
    class In(Fields):
        items: list[Any] = port(help="")
        index: int = port(help="")

    class Out(Fields):
        items: list[Any] = port(help="")
        index: int = port(help="")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        items = [[index, item, inputs.index] for index, item in enumerate(inputs.items)]
        for index in (7, 8):
            items.append(index)
        return self.Out(items=items, index=inputs.index)
"""


def test_variables_and_inputs_of_one_name_stay_two(own_type: OwnType) -> None:
    cls: Any = own_type(LOOP)
    theirs = cls().run(FakeContext(), Fields(), cls.In(items=[1, 2], index=5))

    assert seen(call(made(cls), None, items=[1, 2], index=5)) == seen(theirs)


def test_variables_that_took_the_place_of_inputs_would_be_seen(
    own_type: OwnType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies_module, "part_locals", lambda function, parameters: None)

    assert call(made(own_type(LOOP)), None, items=[1, 2], index=5)["index"] != 5


# -- what is not understood ----------------------------------------------------------------------------


@node("test.stays", category="Test", standalone="it minds the shop")
class Stays(Node):
    """A type that says itself that it stays."""

    def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Fields:
        return self.Out()


WHOLE = """
    class Params(Fields):
        size: int = param(1, help="")

    class Out(Fields):
        size: int = port(help="")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        return self.Out(size={})
"""


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("len(params)", "hands on `params` as a whole"),
        ("len([inputs])", "hands on `inputs` as a whole"),
        ("self.spec", "uses `self.spec`"),
        ("params.other", "which is no param"),
        ("inputs.other", "which is no input"),
        ("(lambda params: params)(1)", "takes the same names again"),
    ],
    ids=range(6),
)
def test_what_is_not_understood_needs_a_plain_function(own_type: OwnType, what: str, told: str) -> None:
    with pytest.raises(NeedsPlainFunction) as caught:
        made(own_type(WHOLE.format(what)))

    assert told in caught.value.reason


def test_own_node_types_can_go_into_a_script_too(own_type: OwnType) -> None:
    cls = own_type(WHOLE.format("params.size + 1"))

    assert standalone_problem(cls) == ""
    assert call(made(cls, size=4), None) == {"size": 5}


def test_a_type_may_say_that_it_stays() -> None:
    assert standalone_problem(Stays) == "it minds the shop"
    with pytest.raises(NotStandalone, match="it minds the shop"):
        made(Stays)


# -- the second firing of every test of a node -----------------------------------------------------------


async def test_a_function_that_differs_fails_the_tests_of_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.export.standalone.gathering.specialising.Body", _Backwards)

    with pytest.raises(AssertionError, match=r"the function of list\.get differs"):
        await run_node(
            Get,
            {
                "index": 1,
            },
            {"items": ["a", "b", "c"]},
            FakeContext(node="other"),
        )


class _Backwards(bodies_module.Body):
    """A body with one wrong sign."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        for one in ast.walk(self.function):
            if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.LtE):
                one.ops[0] = ast.Gt()


def test_a_text_or_an_empty_one_is_the_text() -> None:
    assert "slot or" not in written(Read, store="board")
    assert "slot or" in written(Read, store="board", slot="news")
