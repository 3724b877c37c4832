"""`json.build`: values become one JSON object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import any_ports, name_problems
from studio.nodes._shapes import shape_gaps
from studio.nodes.json._building import build_object, build_shape
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain


@node("json.build", category="JSON", icon="json-build")
class Build(Node):
    """Put values together into one object.

    Give the *names* of its keys, each of which is an input; or a *template*, an object or list in which
    `{name}` stands for an input: alone it becomes the value itself, inside a longer text it is filled in as text.
    """

    class Params(Fields):
        names: list[str] = param((), help="Keys of the object, each an input.")
        template: Any = param(None, help="The shape to fill, as in `{to: '{sender}', items: ['{item}']}`.")

    class Out(Fields):
        value: Any = port(help="The object.", type="json")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return any_ports(_names(params), "Goes into the object.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if params.template is not None and params.names:
            yield "Give `names` or `template`, not both."
        elif params.template is None and not params.names:
            yield "Give `names`, the keys of the object, or a `template`."
        else:
            yield from name_problems(
                params.names if params.template is None else _names(params),
                "name" if params.template is None else "placeholder",
            )

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        values = inputs.as_dict()
        if params.template is None:
            return self.Out(**build_object({name: values[name] for name in params.names}))
        return self.Out(**build_shape(values, params.template))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        if params.template is None:
            return Plain(build_object, inputs="mapping", takes_firing=False)
        return Plain(build_shape, {"template": params.template}, inputs="mapping", takes_firing=False)


def _names(params: Any) -> tuple[str, ...]:
    if params.template is not None:
        return tuple(dict.fromkeys(shape_gaps(params.template)))
    return tuple(dict.fromkeys(name for name in params.names if isinstance(name, str)))
