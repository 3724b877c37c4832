"""`json.merge`: objects become one, later fields winning."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port
from studio.support.errors import NodeError


@node("json.merge", category="JSON", icon="json-build")
class Merge(Node):
    """Put objects together into one; where several have a field, the last wire counts.

    Wire what is known to it first, then each module that may change some of the fields: one that was skipped changes
    nothing. Fields keep the place where they first stood. Nothing inside of a field is merged.
    """

    class In(Fields):
        objects: list[Any] = port(many=True, help="The objects, in the order of the wires.")

    class Out(Fields):
        value: Any = port(help="The object.", type="json")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        made: dict[str, Any] = {}
        for place, one in enumerate(inputs.objects, 1):
            if not isinstance(one, dict):
                raise NodeError(
                    f"wire {place} of `objects` brings no object.",
                    hint="Make one with *json.build*, or by an expression such as `{'name': value}`.",
                )
            made.update(one)
        return self.Out(value=made)
