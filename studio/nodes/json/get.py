"""`json.get`: what stands at a path in a JSON value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.json._paths import follow, parse_path
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import UsageError
from studio.support.values import ABSENT, Absent

_NO: Any = ABSENT


@node("json.get", category="JSON", icon="json-get")
class Get(Node):
    """Take one part out of an object or list.

    The path is written `answer.items[0].name`; `[-1]` is the last place and `["odd key"]` any key.  If nothing stands
    there, `missing` is true and `value` is the fallback, or absent if there is none.
    """

    class Params(Fields):
        path: str = param(help="Where to look, as in `answer.items[0].name`.")
        fallback: Any = param(None, help="Value if nothing stands there; leave it out for no value at all.")

    class In(Fields):
        value: Any = port(help="The object or list to look into.")

    class Out(Fields):
        value: Any = port(help="What stands at the path.")
        missing: bool = port(help="True if nothing stands there, else absent.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        try:
            parse_path(params.path)
        except UsageError as error:
            yield str(error)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        found, why = follow(inputs.value, parse_path(params.path))
        if not why:
            return self.Out(value=found, missing=_NO)
        if params.fallback is None:
            return self.Out(value=Absent(f"nothing at `{params.path}`: {why}"), missing=True)
        return self.Out(value=params.fallback, missing=True)
