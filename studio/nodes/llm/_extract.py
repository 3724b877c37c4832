"""Extract: an object whose texts and numbers are copied from the inputs, so that nothing can be invented.

A model that keeps schemas chooses among the spans of the inputs, or among the candidates it is given; for others,
and for inputs with too many spans, the answer is checked and repaired.
"""

from __future__ import annotations

from collections.abc import Mapping

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._generate import draft_object
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._reading import faults_by_schema
from studio.nodes.llm._settle import Draft, Fault, Try
from studio.nodes.llm._shape import candidates_input, copied_properties
from studio.nodes.llm._spans import Source, locked, span_faults, spans
from studio.support.errors import NodeError
from studio.support.templates import as_text
from studio.support.values import Json, preview

RULE = "Copy every text of the answer word for word from what you are given."


async def draft_extract(
    asker: Asker, params: FunctionParams, values: Mapping[str, Json], told: Try, candidates: Json = None
) -> Draft:
    """Return one try at the object. Raises `NodeError` if the inputs hold nothing that a property could copy."""
    schema = params.schema or {}
    text = "\n".join(as_text(value) for name, value in values.items() if name != candidates_input(params))
    source = Source(
        text, _texts(candidates, params), params.span_words, params.max_spans, copied_properties(params)
    )  # fmt: skip
    constrained = asker.info(told.model).supports_schema
    held = locked(schema, source)
    if held.impossible:
        raise NodeError(
            f"Nothing in the input can stand for `{held.impossible[0]}`: “{preview(text, 100)}”.",
            hint='Let the property be null (`type: ["string", "null"]`), or loosen its pattern and lengths.',
            code="check",
        )

    def check(value: Json) -> list[Fault]:
        return faults_by_schema(value, schema) or span_faults(value, schema, source)

    return await draft_object(
        asker,
        params,
        values,
        told,
        schema=held.schema if constrained else schema,
        check=check,
        # A model that cannot break the rule need not hear it: a small one is only distracted.
        rule="" if constrained and held.tight else RULE,
    )


def _texts(candidates: Json, params: FunctionParams) -> tuple[str, ...]:
    """Return the candidates, each once; of a text they are its spans. Raises `NodeError` if one is no text."""
    if candidates is None:
        return ()
    if isinstance(candidates, str):
        return tuple(spans(candidates, params.span_words, params.max_spans))
    found: dict[str, None] = {}
    for one in candidates if isinstance(candidates, list) else [candidates]:
        if not isinstance(one, str):
            name = candidates_input(params)
            raise NodeError(
                f"The candidates in `{name}` must all be texts; {preview(one)} is none.",
                hint=f"Wire a list of texts to `{name}`, or a text.",
                code="check",
            )
        if one.strip():
            found[one.strip()] = None
    return tuple(found)
