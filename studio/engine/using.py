"""A node type at work inside the firing of another: how a model's tools are nodes like all others.

It is called as the engine calls a node, with params and inputs checked; it has no firing, no tick and no retries of its
own, so whatever it does is its user's doing, in the trace, in limits and in a replay.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from studio.engine.threads import in_thread
from studio.spec.fields import Field, Fields
from studio.spec.node import Node
from studio.spec.params import parse_params
from studio.spec.types import TYPE_WORDS, value_check
from studio.support.errors import NodeError
from studio.support.nearest import did_you_mean
from studio.support.values import Absent, Json, decode, encode, preview

if TYPE_CHECKING:
    from studio.engine.context import Context


async def use(context: Context, type: str, params: Mapping[str, Json], inputs: Mapping[str, Json]) -> dict[str, Json]:
    """Run a node type once, inside of this firing; see `RunContext.use`."""
    cls = context.engine.registry.find(type)
    if cls is None or cls.spec.role or getattr(cls, "run", None) is None:
        raise NodeError(f"there is no node type `{type}` that could be used as a tool.", code="tool")
    read, problems = parse_params(cls.Params, params)
    problems = problems or list(cls.problems(read))
    if problems:
        raise NodeError(f"`{type}` cannot be used so: {problems[0]}", code="tool")
    entered = _entered(cls, read, inputs)
    node = cls()
    call: Any = node.run  # type: ignore[attr-defined]  # looked up by name, see `Node`
    if cls.spec.blocking and not inspect.iscoroutinefunction(call):
        went_well, made = await in_thread(lambda: call(context, read, entered))
        if not went_well:
            raise made
    else:
        made = call(context, read, entered)
        if inspect.isawaitable(made):
            made = await made
    return _given(cls, read, made)


def _entered(cls: type[Node], params: Fields, inputs: Mapping[str, Json]) -> Fields:
    """The inputs as the type declares them, each a value of its own."""
    declared = cls.inputs(params)
    fields = declared.fields()
    for name in inputs:
        if name not in fields:
            hint = did_you_mean(name, fields) or f"It takes: {', '.join(fields) or 'nothing'}."
            raise NodeError(f"`{cls.spec.type}` has no input `{name}`.", hint=hint, code="tool_input")
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in inputs:
            _require_fit(cls, field, inputs[name])
            values[name] = decode(encode(inputs[name]))
        elif field.required:
            raise NodeError(f"`{cls.spec.type}` needs the input `{name}`.", hint=field.help, code="tool_input")
        else:
            values[name] = field.default
    return declared.holding(values)


def _require_fit(cls: type[Node], field: Field, value: Json) -> None:
    given = value if field.join == "many" and isinstance(value, list) else [value]
    check = value_check(field.type)
    if check is not None and not all(map(check, given)):
        raise NodeError(
            f"`{field.name}` of `{cls.spec.type}` must be {TYPE_WORDS[field.type]}, not {preview(value, 60)}.",
            code="tool_input",
        )


def _given(cls: type[Node], params: Fields, made: Fields) -> dict[str, Json]:
    """The outputs that are present. Raises `NodeError` if a value is not what its port declares."""
    held: dict[str, Json] = {}
    for name, field in cls.outputs(params).fields().items():
        value = made.__dict__.get(name)
        if name not in made.__dict__ or isinstance(value, Absent):
            continue
        check = value_check(field.type)
        if check is not None and not check(value):
            raise NodeError(
                f"`{cls.spec.type}` gave {preview(value, 60)} at `{name}`, which must be {TYPE_WORDS[field.type]}.",
                code="tool",
            )
        held[name] = value
    return held
