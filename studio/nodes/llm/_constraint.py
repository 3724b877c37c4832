"""How tightly an `llm.function` is held: a score from 0 to 1 and what would raise it, for lint.

Pure: judged from params alone.  Whether free text steers the flow of a graph is seen in its wiring, by lint.
It starts at 1 and loses weight for an open form of the answer (up to 0.5), no checks (0.2), few examples (0.15), no
bound on length (0.05), vague words (0.1), several jobs in one (0.15), and no input (0.1) or too many (0.05).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from studio.nodes.llm import _shape
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._prompting import task_of
from studio.support.values import Json

ENOUGH_EXAMPLES = {"decide": 6, "extract": 3, "generate": 3, "route": 0}
"""Examples after which more add little (route: its own texts count)."""
MANY_INPUTS = 6
MANY_PROPERTIES = 8
LONG_TASK = 120
"""Words of instructions beyond which a job is probably several."""
MOST_READ = 20_000
"""Signs of instructions that are judged: more than any job needs, and looked through in no time."""

_VAGUE = re.compile(
    r"\b(appropriate(ly)?|as needed|if necessary|relevant|helpful|useful|good|nice|best|better|interesting"
    r"|creative(ly)?|and so on|etc|whatever|anything|everything|somehow|something|try to|handle|deal with"
    r"|take care of|figure out|think about|be smart|make sense|improve|process)\b",
    re.IGNORECASE,
)
_VERB = (
    "analy[sz]e|answer|assess|categori[sz]e|check|choose|classify|combine|compare|compose|convert|correct|create|critique"
    "|decide|describe|draft|edit|estimate|evaluate|explain|extract|find|fix|generate|identify|improve|judge|list|make"
    "|name|outline|pick|plan|propose|rank|rate|review|revise|rewrite|select|score|sort|suggest|summari[sz]e|translate"
    "|verify|write"
)
_JOB = re.compile(
    rf"(?:^|[.;!?\n]\s*|\b(?:and|then|also|finally|next)\s+|\n\s*(?:\d+[.)]|[-*])\s*)({_VERB})\b", re.IGNORECASE
)


def constraint_score(params: FunctionParams) -> tuple[float, list[str]]:
    """Return how tightly the function is held (0 not at all … 1 fully) and, weightiest first, what is missing."""
    losses = sorted(_losses(params), key=lambda item: -item[0])
    score = 1.0 - sum(weight for weight, _ in losses)
    return round(min(1.0, max(0.0, score)), 2), [reason for weight, reason in losses if weight > 0]


def _losses(params: FunctionParams) -> Iterator[tuple[float, str]]:
    yield from _form(params)
    yield from _checks(params)
    yield from _examples(params)
    yield from _length(params)
    yield from _task(params)
    yield from _labels_alike(params)


def _form(params: FunctionParams) -> Iterator[tuple[float, str]]:
    mode = _shape.mode_of(params)
    if mode != "generate":
        return
    if not params.schema:
        yield 0.5, "the answer is free text: give `labels`, a `schema`, or `spans` to copy from the input"
        return
    open_texts = [name for name, schema in _shape.properties_of(params).items() if _is_open(schema)]
    names = ", ".join(f"`{name}`" for name in open_texts[:4])
    share = len(open_texts) / max(1, len(_shape.properties_of(params)))
    if open_texts:
        yield 0.3 * share, f"free text in {names}: give an enum, a pattern, `maxLength`, or set `spans`"
    if not _shape.properties_of(params):
        yield 0.3, "the schema names no properties"
    elif len(_shape.properties_of(params)) > MANY_PROPERTIES:
        yield 0.1, f"the schema has {len(_shape.properties_of(params))} properties: split the job"


def _is_open(schema: Mapping[str, Json]) -> bool:
    """True if a property may hold any text (or anything)."""
    if any(key in schema for key in ("enum", "const", "pattern", "maxLength", "format", "$ref", "anyOf", "oneOf")):
        return False
    kind = schema.get("type")
    kinds = {kind} if isinstance(kind, str) else set(kind or ())
    if "array" in kinds:
        items = schema.get("items")
        return not isinstance(items, Mapping) or _is_open(items)
    if "object" in kinds:
        return not schema.get("properties")
    return not kinds or "string" in kinds


def _checks(params: FunctionParams) -> Iterator[tuple[float, str]]:
    if _shape.mode_of(params) in ("decide", "route"):
        if not params.min_confidence:
            yield 0.1, "nothing happens when it is unsure: set `min_confidence`, and `unsure` or a `fallback`"
        return
    if not params.checks:
        weight = 0.2 if _shape.mode_of(params) == "generate" else 0.1
        yield weight, "no checks: say with an expression what every right answer satisfies"


def _examples(params: FunctionParams) -> Iterator[tuple[float, str]]:
    mode = _shape.mode_of(params)
    wanted = ENOUGH_EXAMPLES[mode]
    given = len(params.examples)
    if given < wanted:
        weight = 0.15 * (1 - given / wanted)
        yield weight, f"{given or 'no'} example{'' if given == 1 else 's'}: {wanted} show what is wanted"
    if mode == "decide":
        shown = {example["output"] for example in _shape.examples_of(params) if isinstance(example["output"], str)}
        bare = [label for label in _shape.labels_of(params) if label not in shown]
        if shown and bare:
            yield 0.05, f"no example answers `{bare[0]}`"
    if mode == "route":
        thin = [name for name, texts in _shape.routes_of(params).items() if sum(len(t.split()) for t in texts) < 3]
        if thin:
            yield 0.1, f"route `{thin[0]}` is described in fewer than three words"


def _length(params: FunctionParams) -> Iterator[tuple[float, str]]:
    if _shape.mode_of(params) != "generate" or params.max_tokens:
        return
    bounded = any("len(" in str(check) or "words(" in str(check) for check in params.checks)
    if not bounded and not (params.schema and not any(map(_is_open, _shape.properties_of(params).values()))):
        yield 0.05, "no bound on length: set `max_tokens` or check `len(…)`"


def _task(params: FunctionParams) -> Iterator[tuple[float, str]]:
    instructions = params.instructions[:MOST_READ]
    task = task_of(instructions)
    words = task.split()
    vague = list(dict.fromkeys(found[0].lower() for found in _VAGUE.finditer(task)))
    if len(words) < 3 and _shape.mode_of(params) == "generate":
        yield 0.1, "the instructions are too short to say what is wanted"
    elif vague and _shape.mode_of(params) == "generate":
        yield 0.1, f"vague words ({', '.join(vague[:3])}): say what can be seen in the answer"
    jobs = list(dict.fromkeys(found[1].lower() for found in _JOB.finditer(instructions)))
    if len(jobs) > 2 or len(words) > LONG_TASK:
        more = "over " if len(params.instructions) > MOST_READ else ""
        named = f" ({', '.join(jobs[:4])})" if len(jobs) > 2 else f" ({more}{len(words)} words)"
        yield 0.15, f"several jobs in one{named}: make each a function of its own"
    inputs = _shape.instruction_inputs(params)
    if not inputs:
        yield 0.1, "no inputs: it asks the same every time"
    elif len(inputs) > MANY_INPUTS:
        yield 0.05, f"{len(inputs)} inputs: a narrow job needs few"


def _labels_alike(params: FunctionParams) -> Iterator[tuple[float, str]]:
    labels = list(_shape.labels_of(params)) if _shape.mode_of(params) == "decide" else []
    seen: dict[str, str] = {}
    for label in labels:
        start = label.strip().casefold()[:3]
        if start in seen:
            yield (
                0.05,
                f"labels `{seen[start]}` and `{label}` begin alike: telling them apart by their first token may take"
                " further questions",
            )
            return
        seen[start] = label
