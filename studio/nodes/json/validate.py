"""`json.validate`: checks a value against a JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.schemas import schema_faults, schema_problem
from studio.support.values import Absent


@node(
    "json.validate",
    category="JSON",
    icon="check",
    library="jsonschema",
    limits="20 faults told, 100,000 steps of checking",
)
class Validate(Node):
    """Check a value against a JSON Schema.

    A value that fits goes on through `value`; for one that does not, `errors` says what is wrong, in sentences that
    a model can be shown to mend its answer.
    """

    class Params(Fields):
        schema: dict[str, Any] = param(help="The JSON Schema.", editor={"kind": "schema"})

    class In(Fields):
        value: Any = port(help="The value to check.")

    class Out(Fields):
        value: Any = port(help="The value, if it fits.")
        valid: bool = port(help="True if it fits.")
        errors: list[Any] = port(help="What is wrong, one sentence each.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        problem = schema_problem(params.schema)
        if problem:
            yield f"`schema`: {problem}"

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        faults = schema_faults(params.schema, inputs.value)
        if faults:
            return self.Out(value=Absent(f"the value does not fit the schema: {faults[0]}"), valid=False, errors=faults)
        return self.Out(value=inputs.value, valid=True, errors=[])
