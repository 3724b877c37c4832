"""Generate: a text, or an object that fits a schema; examples are shown as earlier turns of the conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._prompting import chat_prompt, example_pairs, mended, shown_json
from studio.nodes.llm._reading import faults_by_schema, json_in
from studio.nodes.llm._settle import Draft, Fault, Try
from studio.nodes.llm._shape import examples_of, properties_of
from studio.spec import ChatReply
from studio.support.templates import as_text
from studio.support.values import Absent, Json, encode

ValueCheck = Callable[[Json], list[Fault]]


async def draft_text(asker: Asker, params: FunctionParams, values: Mapping[str, Json], told: Try) -> Draft:
    """Return one try at a text."""
    messages = chat_prompt(
        params.instructions,
        values,
        system=params.system,
        examples=[(given, as_text(output)) for given, output in example_pairs(examples_of(params), params.optional)],
    )
    reply = await _ask(asker, params, mended(messages, told), told, None)
    text = reply.text.strip()
    faults = []
    if not text:
        faults.append(Fault("not_empty", "The answer must not be empty."))
    elif reply.finish_reason == "length" and not params.allow_cut:
        faults.append(Fault("complete", f"The answer was cut off{_after(params)}; it must be shorter."))
    return Draft({params.output or "text": text}, text, faults)


async def draft_object(
    asker: Asker,
    params: FunctionParams,
    values: Mapping[str, Json],
    told: Try,
    *,
    schema: Mapping[str, Json],
    check: ValueCheck,
    rule: str = "",
) -> Draft:
    """Return one try at a value of a schema. `schema` is what the model is held to; `check` says what is amiss."""
    constrained = asker.info(told.model).supports_schema
    form = "" if constrained else f"Answer with JSON only, of this JSON Schema:\n{encode(dict(schema)).decode()}"
    messages = chat_prompt(
        params.instructions,
        values,
        system=params.system,
        rule="\n\n".join(part for part in (rule, form) if part),
        examples=[(given, shown_json(output)) for given, output in example_pairs(examples_of(params), params.optional)],
    )
    reply = await _ask(asker, params, mended(messages, told), told, sendable(schema) if constrained else None)
    said = reply.text.strip()
    try:
        value = json_in(said)
    except ValueError as error:
        cut = f" It was cut off{_after(params)}." if reply.finish_reason == "length" else ""
        return Draft({}, said, [Fault("json", f"{error}{cut}")])
    if not _is_object(schema) and constrained and isinstance(value, dict) and set(value) == {"value"}:
        value = value["value"]
    return Draft(ports_of(params, value), said, check(value))


def own_check(schema: Mapping[str, Json]) -> ValueCheck:
    """Return the check of a value against the schema as it was written."""
    return lambda value: faults_by_schema(value, schema)


def sendable(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Return the schema as providers take it: an object at the root, without properties beyond those named."""
    if not _is_object(schema):
        return {
            "type": "object",
            "properties": {"value": dict(schema)},
            "required": ["value"],
            "additionalProperties": False,
        }
    return {"type": "object", "additionalProperties": False, **schema}


def _is_object(schema: Mapping[str, Json]) -> bool:
    return schema.get("type") == "object" or "properties" in schema


def ports_of(params: FunctionParams, value: Json) -> dict[str, Any]:
    """Return the outputs for a value: one per property and the whole; a property that is null or missing is absent."""
    outputs: dict[str, Any] = {"value": value}
    found = value if isinstance(value, dict) else {}
    for name in properties_of(params):
        if found.get(name) is None:
            state = "null" if name in found else "missing"
            outputs[name] = Absent(f"`{name}` is {state} in the answer")
        else:
            outputs[name] = found[name]
    return outputs


async def _ask(
    asker: Asker, params: FunctionParams, messages: list[Any], told: Try, schema: Mapping[str, Json] | None
) -> ChatReply:
    return await asker.chat(
        told.model, messages, schema=schema, max_tokens=params.max_tokens, temperature=params.temperature
    )


def _after(params: FunctionParams) -> str:
    return f" after {params.max_tokens} tokens" if params.max_tokens else ""
