"""`json.validate`: checks a value against a JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.json._validating import validate
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain
from studio.support.errors import UsageError
from studio.support.schema_sentences import plain_problem
from studio.support.schemas import schema_problem


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
        return self.Out(**validate(inputs.value, params.schema))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        if problem := plain_problem(params.schema):
            raise UsageError(problem)
        return Plain(validate, {"schema": params.schema}, takes_firing=False)
