"""Generate: a text, or an object that fits a schema; examples are shown as earlier turns of the conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._forms import properties_in
from studio.nodes.llm._job import Fault, Job
from studio.nodes.llm._prompting import chat_prompt, example_pairs, mended, shown_json
from studio.nodes.llm._reading import faults_by_schema, json_in
from studio.nodes.llm._settle import Draft, Try, settle
from studio.spec.context import RunContext
from studio.support.templates import as_text
from studio.support.values import Absent, Json, encode

ValueCheck = Callable[[Json], list[Fault]]


@dataclass(frozen=True, kw_only=True)
class TextJob(Job):
    """Generate a text, on the port `output`; one that was cut off is a fault unless `allow_cut`, one without a word
    unless `allow_empty`."""

    output: str = "text"
    allow_cut: bool = False
    allow_empty: bool = False


@dataclass(frozen=True, kw_only=True)
class ObjectJob(Job):
    """Generate a value that fits a JSON Schema, as a rule an object."""

    schema: Mapping[str, Json]


async def generate(firing: RunContext, inputs: Mapping[str, Json], *, job: TextJob) -> dict[str, Json | Absent]:
    """Return a text that keeps the job's checks, on the port `job.output`.

    Raises `NodeError` naming the violated check if no answer keeps all of them.
    """
    asker = Asker(firing, job.cost_usd)
    examples = [(given, as_text(output)) for given, output in example_pairs(job.examples, job.optional)]
    question = chat_prompt(job.instructions, inputs, system=job.system, examples=examples)

    async def attempt(told: Try) -> Draft:
        reply = await asker.chat(
            told.model, mended(question, told), max_tokens=job.max_tokens, temperature=job.temperature
        )
        text = reply.text.strip()
        faults = []
        if not text and not job.allow_empty:
            faults.append(Fault("not_empty", "The answer must not be empty."))
        elif reply.finish_reason == "length" and not job.allow_cut:
            faults.append(Fault("complete", f"The answer was cut off{_after(job)}; it must be shorter."))
        return Draft({job.output or "text": text}, text, faults)

    return (await settle(asker, job, inputs, attempt)).outputs


async def generate_object(
    firing: RunContext, inputs: Mapping[str, Json], *, job: ObjectJob
) -> dict[str, Json | Absent]:
    """Return a value that fits the job's schema and keeps its checks: the whole as `value`, each property by name.

    Raises `NodeError` as `generate` does.
    """
    asker = Asker(firing, job.cost_usd)

    async def attempt(told: Try) -> Draft:
        return await draft_object(
            asker, job, inputs, told, job.schema, lambda value: faults_by_schema(value, job.schema)
        )

    return (await settle(asker, job, inputs, attempt)).outputs


async def draft_object(
    asker: Asker,
    job: ObjectJob,
    values: Mapping[str, Json],
    told: Try,
    schema: Mapping[str, Json],
    check: ValueCheck,
    rule: str = "",
) -> Draft:
    """Return one try at a value of a schema. `schema` is what the model is held to; `check` says what is amiss."""
    constrained = asker.info(told.model).supports_schema
    form = "" if constrained else f"Answer with JSON only, of this JSON Schema:\n{encode(dict(schema)).decode()}"
    messages = chat_prompt(
        job.instructions,
        values,
        system=job.system,
        rule="\n\n".join(part for part in (rule, form) if part),
        examples=[(given, shown_json(output)) for given, output in example_pairs(job.examples, job.optional)],
    )
    reply = await asker.chat(
        told.model,
        mended(messages, told),
        sendable(schema) if constrained else None,
        max_tokens=job.max_tokens,
        temperature=job.temperature,
    )
    said = reply.text.strip()
    try:
        value = json_in(said)
    except ValueError as error:
        cut = f" It was cut off{_after(job)}." if reply.finish_reason == "length" else ""
        return Draft({}, said, [Fault("json", f"{error}{cut}")])
    if not _is_object(schema) and constrained and isinstance(value, dict) and set(value) == {"value"}:
        value = value["value"]
    return Draft(ports_of(job, value), said, check(value))


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


def ports_of(job: ObjectJob, value: Json) -> dict[str, Json | Absent]:
    """Return the outputs for a value: one per property and the whole; a property that is null or missing is absent."""
    outputs: dict[str, Json | Absent] = {"value": value}
    found = value if isinstance(value, dict) else {}
    for name in properties_in(job.schema):
        if found.get(name) is None:
            state = "null" if name in found else "missing"
            outputs[name] = Absent(f"`{name}` is {state} in the answer")
        else:
            outputs[name] = found[name]
    return outputs


def _after(job: Job) -> str:
    return f" after {job.max_tokens} tokens" if job.max_tokens else ""
