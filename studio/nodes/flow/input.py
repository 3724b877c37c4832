"""`flow.input`: a value that enters a graph from outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from studio.spec import Fields, Node, make_fields, node, param, port
from studio.spec.choices import MOST, is_choice, told_choices
from studio.spec.types import BLOB_TYPES, PORT_TYPES
from studio.support.values import Json, preview


@node("flow.input", category="Flow", icon="input", role="input")
class Input(Node):
    """A value that enters this graph from outside.

    The node's name is the name of the input: give it with `-i name=…` on the command line, as a keyword in
    Python, or by a wire into the region node that runs this graph.  With a `value` the input is optional and
    that is its default; without one it must be given.  With `choices` nothing else may be given: a run is refused
    before it begins, and a wire that brings another value makes this node fail.
    """

    class Params(Fields):
        value: Any = param(None, help="Default, used when nothing is given. Leave it out to require the input.")
        kind: str = param("any", choices=PORT_TYPES, help="What kind of value it is.")
        choices: list[Any] = param((), help="The only values it takes, to pick from; any if there are none.")
        help: str = param("", help="What to give here, for whoever runs the graph.")

    class Out(Fields):
        value: Any = port(help="The value given, or the default.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return _OUT.get(params.kind, cls.Out)

    @classmethod
    def problems(cls, params: Any) -> list[str]:
        from studio.spec.params import value_problem

        wanted = cls.outputs(params).fields()["value"]
        problem = "" if params.value is None else value_problem(wanted, params.value)
        found = [f"{problem[:-1]}, as its `kind` says."] if problem else []
        return found or list(_choice_problems(params, list(params.choices)))


def _choice_problems(params: Any, choices: Sequence[Json]) -> Iterator[str]:
    """What is wrong with the choices, or with a default that is none of them; null as the default means none."""
    from studio.spec.params import value_problem

    if not choices:
        return
    if params.kind in BLOB_TYPES:
        yield f"An input of kind {params.kind} has no `choices`: they are values that stand in the graph."
        return
    if len(choices) > MOST:
        yield f"`choices` has {len(choices):,} values, but may have {MOST} at most. Leave it out to take any value."
        return
    wanted = _OUT[params.kind].fields()["value"]
    for place, choice in enumerate(choices):
        if problem := value_problem(wanted, choice):
            yield f"Of `choices`, {preview(choice, 40)} is not what the `kind` says: {problem}"
            return
        if is_choice(choices[:place], choice):
            yield f"`choices` has {preview(choice, 40)} twice. Take one away."
            return
    if params.value is not None and not is_choice(choices, params.value):
        told = told_choices(choices, params.value)
        yield f"`value` must be one of `choices`, {told}, not {preview(params.value, 40)}."


_OUT = {
    kind: make_fields("Out", {"value": port(type=kind, help="The value given, or the default.")}) for kind in PORT_TYPES
}
