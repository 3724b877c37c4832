"""Extract: an object whose texts and numbers are copied from the inputs, so that nothing can be invented.

A model that keeps schemas chooses among the spans of the inputs, or among the candidates it is given; for others,
and for inputs with too many spans, the answer is checked and repaired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._forms import copied_properties
from studio.nodes.llm._generate import ObjectJob, draft_object
from studio.nodes.llm._job import Fault
from studio.nodes.llm._reading import faults_by_schema
from studio.nodes.llm._settle import Draft, Try, settle
from studio.nodes.llm._spans import Source, locked, span_faults, spans
from studio.spec.context import RunContext
from studio.support.errors import NodeError
from studio.support.templates import as_text, placeholders
from studio.support.values import Absent, Json, preview

RULE = "Copy every text of the answer word for word from what you are given."


@dataclass(frozen=True, kw_only=True)
class ExtractJob(ObjectJob):
    """Extract: an object whose texts and numbers, or those of the properties in `spans`, are copied from the inputs.

    `candidates` names an input that holds the texts to choose from, in place of the spans of up to `span_words` words.
    """

    spans: bool | Sequence[str] = True
    candidates: str = ""
    span_words: int = 4
    max_spans: int = 500


async def extract(firing: RunContext, inputs: Mapping[str, Json], *, job: ExtractJob) -> dict[str, Json | Absent]:
    """Return an object of the job's schema whose texts and numbers are copied from the inputs; ports as of generate.

    Raises `NodeError` if the inputs hold nothing that a property could copy, or naming the violated check if no answer
    keeps all of them.
    """
    asker = Asker(firing, job.cost_usd)

    async def attempt(told: Try) -> Draft:
        return await draft_extract(asker, job, inputs, told)

    return (await settle(asker, job, inputs, attempt)).outputs


async def draft_extract(asker: Asker, job: ExtractJob, inputs: Mapping[str, Json], told: Try) -> Draft:
    """Return one try at the object. Raises `NodeError` if the inputs hold nothing that a property could copy."""
    schema = job.schema
    shown = [as_text(inputs[name]) for name in placeholders(job.instructions) if name != job.candidates]
    text = "\n".join(shown)
    candidates = _texts(job, inputs.get(job.candidates))
    source = Source(text, candidates, job.span_words, job.max_spans, copied_properties(job.spans))
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
        job,
        inputs,
        told,
        held.schema if constrained else schema,
        check,
        # A model that cannot break the rule need not hear it: a small one is only distracted.
        "" if constrained and held.tight else RULE,
    )


def _texts(job: ExtractJob, candidates: Json) -> tuple[str, ...]:
    """Return the candidates, each once; of a text they are its spans. Raises `NodeError` if one is no text."""
    if candidates is None:
        return ()
    if isinstance(candidates, str):
        return tuple(spans(candidates, job.span_words, job.max_spans))
    found: dict[str, None] = {}
    for one in candidates if isinstance(candidates, list) else [candidates]:
        if not isinstance(one, str):
            raise NodeError(
                f"The candidates in `{job.candidates}` must all be texts; {preview(one)} is none.",
                hint=f"Wire a list of texts to `{job.candidates}`, or a text.",
                code="check",
            )
        if one.strip():
            found[one.strip()] = None
    return tuple(found)
