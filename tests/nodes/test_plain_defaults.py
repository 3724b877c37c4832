"""What a plain function takes for granted is what its node type takes for granted."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from studio.spec import Node, default_registry
from studio.spec.params import parse_params
from studio.support.errors import UsageError

GIVEN: dict[str, Any] = {
    "condition": "item > 1", "expression": "a > 1", "pattern": "a", "cases": ["a"], "store": "s",
    "schema": {"type": "object"}, "instructions": "Say {x}.", "measure": "words",
}  # fmt: skip
RENAMED = {"where": "folder", "usual": "pattern"}
TYPES = [cls for cls in default_registry().all_types() if cls.plain.__func__ is not Node.plain.__func__]  # type: ignore[attr-defined]


@pytest.mark.parametrize("cls", TYPES, ids=lambda cls: cls.spec.type)
def test_a_plain_function_has_the_defaults_of_the_params(cls: type[Node]) -> None:
    declared = cls.Params.fields()
    params, _ = parse_params(cls.Params, {name: value for name, value in GIVEN.items() if name in declared})
    try:
        plain = cls.plain(params)
    except UsageError as refused:
        pytest.skip(str(refused))
    assert plain is not None
    for name, parameter in inspect.signature(plain.function).parameters.items():
        field = declared.get(RENAMED.get(name, name))
        if (
            field is None
            or field.required
            or parameter.default is parameter.empty
            or name in cls.inputs(params).fields()
        ):
            continue
        assert parameter.default == field.default or list(parameter.default) == list(field.default), name


def test_most_types_with_params_of_their_own_are_looked_at() -> None:
    assert len(TYPES) > 15
