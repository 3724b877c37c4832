"""Templates substitute `{name}` and leave every other text alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.support.errors import UsageError
from studio.support.templates import LONG, literal, placeholders, render


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hello {name}!", "Hello Ada!"),
        ("{{name}}", "{name}"),
        ("{{{name}}}", "{Ada}"),
        ("{name}{name}", "AdaAda"),
        ("{ name }", "{ name }"),
        ("{}", "{}"),
        ("{0}", "{0}"),
        ("{name.x} {name[0]} {name!r} {name:>9}", "{name.x} {name[0]} {name!r} {name:>9}"),
        ('{"a": {"b": 1}}', '{"a": {"b": 1}}'),
        ('{"a": {name}}', '{"a": Ada}'),
        ('{"a": {"b": {name}}}', '{"a": {"b": Ada}}'),
        ('{{"a": {"b": {name}}}}', '{"a": {"b": Ada}}'),
        ('{{"a": {{"b": {name}}}}}', '{"a": {"b": Ada}}'),
        ('{{"a": {name}}}', '{"a": Ada}'),
        ("a }} b", "a } b"),
        ("{{ {name}", "{ Ada"),
        ("} {name} {", "} Ada {"),
        ("if (x) { y(); } else {\n  z({n: {v: 1}}); }", "if (x) { y(); } else {\n  z({n: {v: 1}}); }"),
    ],
)
def test_only_names_in_single_braces_are_replaced(template: str, expected: str) -> None:
    assert render(template, {"name": "Ada"}) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a {b} {{c}}", "a {b} {{c}}"),
        (1.0, "1.0"),
        (3, "3"),
        (None, "null"),
        (True, "true"),
        ({"k": [1, "é"]}, '{"k":[1,"é"]}'),
        ("", ""),
    ],
)
def test_text_goes_in_verbatim_and_anything_else_as_compact_json(value: object, expected: str) -> None:
    assert render("<{x}>", {"x": value}) == f"<{expected}>"


def test_placeholders_are_named_once_in_order_of_appearance() -> None:
    assert placeholders("{b} {a} {{c}} {b} {größe} {_x1} {9}") == ("b", "a", "größe", "_x1")


def test_a_missing_value_is_named() -> None:
    with pytest.raises(UsageError, match=r"asks for `\{fault\}`.*literal braces"):
        render("Mend {fault}", {"topic": "x"})


@given(st.text(alphabet="{}ab \n", max_size=40))
def test_any_text_can_be_written_literally(text: str) -> None:
    assert render(literal(text), {}) == text
    assert placeholders(literal(text)) == ()


@given(st.text(alphabet='{}ab:" ', max_size=40), st.text(alphabet="{}x", max_size=5))
def test_values_are_never_read_as_templates(template: str, value: str) -> None:
    names = placeholders(template)
    marked = render(template, dict.fromkeys(names, "\x00"))

    assert render(template, dict.fromkeys(names, value)) == marked.replace("\x00", value)


def test_a_long_template_renders_in_linear_time() -> None:
    assert len(render("{" * 200_000 + "{a}" + "}" * 200_000, {"a": "x"})) > 100_000


@pytest.mark.parametrize("part", ["{a} {{b}} {c", "{{{x}}}", "}{y}{", "{1} {é} {a b}", "{{a} {b}}", '{"a": {"b": 1}}'])
def test_a_long_template_has_the_names_of_its_parts_and_renders_alike(part: str) -> None:
    long = (part + "\n") * 5_000
    assert len(long) > LONG
    values = {name: f"<{name}>" for name in placeholders(part)}

    assert placeholders(long) == placeholders(part + "\n" + part)
    assert render(long, values).startswith(render(part + "\n", values))
