"""Extract: an object whose texts and numbers are copied from the inputs, so that nothing can be invented.

A model that keeps schemas chooses among the spans of the inputs; for others, and for inputs with too many spans,
the answer is checked and repaired.
"""

from __future__ import annotations

from collections.abc import Mapping

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._generate import draft_object
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._reading import faults_by_schema
from studio.nodes.llm._settle import Draft, Fault, Try
from studio.nodes.llm._spans import locked, span_faults
from studio.support.errors import NodeError
from studio.support.templates import as_text
from studio.support.values import Json, preview

RULE = "Copy every text of the answer word for word from what you are given."


async def draft_extract(asker: Asker, params: FunctionParams, values: Mapping[str, Json], told: Try) -> Draft:
    """Return one try at the object. Raises `NodeError` if the inputs hold nothing that a property could copy."""
    schema = params.schema or {}
    text = "\n".join(as_text(value) for value in values.values())
    constrained = asker.info(told.model).supports_schema
    held, impossible = locked(schema, text, longest=params.span_words, most=params.max_spans)
    if impossible:
        raise NodeError(
            f"Nothing in the input can stand for `{impossible[0]}`: “{preview(text, 100)}”.",
            hint='Let the property be null (`type: ["string", "null"]`), or loosen its pattern and lengths.',
            code="check",
        )

    def check(value: Json) -> list[Fault]:
        return faults_by_schema(value, schema) or span_faults(value, schema, text)

    return await draft_object(
        asker, params, values, told, schema=held if constrained else schema, check=check, rule=RULE
    )
