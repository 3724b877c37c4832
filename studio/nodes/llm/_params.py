"""The params of `llm.function`, apart from the node so that every mode can name their type."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.llm._standing import model_param, temperature_param
from studio.spec import Fields, param

_ANSWER = {"group": "Answer", "open": True}
_COPIED = {"group": "Copied from the inputs"}
_ROUTES = {"group": "Routes"}
_EXAMPLES = {"group": "Examples"}
_CHECKS = {"group": "Checks"}
_MODEL = {"group": "Model"}
_UNSURE = {"group": "When unsure"}
_OPTIONAL = {"group": "Optional inputs"}
"""Under which headings the inspector shows the params; the answer's form is always unfolded."""


class FunctionParams(Fields):
    """What a magic function is told. The mode follows from it: labels, spans with a schema, routes, or none of them."""

    instructions: str = param(
        help="What the model must do, with {inputs} in braces; each name becomes an input port.",
        editor={"kind": "template", "rows": 8},
    )
    labels: Any = param(
        None,
        help="Decide: the closed list of answers, or a mapping from each label to what it means.",
        editor={**_ANSWER, "kind": "labels"},
    )
    schema: dict[str, Any] | None = param(
        None,
        help="JSON Schema of the answer, an object; each property becomes an output port.",
        editor={**_ANSWER, "kind": "schema"},
    )
    spans: Any = param(
        False,
        help="Extract: true, and every text and number of the schema is copied from the inputs; or a list of the "
        "properties that are.",
        editor={**_COPIED, "kind": "names"},
    )
    candidates: str = param(
        "",
        help="Extract: name of an input that holds the texts to choose from, or a text whose spans they are, in "
        "place of the spans of all inputs; while it is empty these count.",
        editor=_COPIED,
    )
    routes: Any = param(
        None,
        help="Route: a mapping from each route to a description or a list of examples, compared by embedding.",
        editor={**_ROUTES, "kind": "routes"},
    )
    compare: Literal["centre", "closest"] = param(
        "centre",
        choices=("centre", "closest"),
        help="Route: compare with the centre of a route's texts (examples), or with the closest one (descriptions).",
        editor=_ROUTES,
    )
    sharpness: float = param(
        0.05,
        ge=0.001,
        le=2,
        help="Route: temperature of the softmax over cosines; smaller gives surer scores.",
        editor=_ROUTES,
    )
    output: str = param("text", help="Name of the output port where the answer is plain text.", editor=_ANSWER)
    examples: tuple[Any, ...] = param(
        (),
        help="Examples: each gives every input by name and the right `output`.",
        editor={**_EXAMPLES, "kind": "examples"},
    )
    checks: tuple[Any, ...] = param(
        (),
        help="What the answer must satisfy: {name, expression, message}, or {name, judge, labels, pass}.",
        editor={**_CHECKS, "kind": "checks"},
    )
    repairs: int = param(
        2, ge=0, le=10, help="How often the model may answer again, shown the checks it violated.", editor=_CHECKS
    )
    model: str = model_param(_MODEL)
    fallback: str = param(
        "",
        help="Model that is asked when repairs are used up or confidence is too low.",
        editor={**_MODEL, "kind": "model"},
    )
    embedder: str = param("default", help="Embedder of the Route mode.", editor={**_ROUTES, "kind": "embedder"})
    system: str = param(
        "", help="Standing instructions, sent before everything else.", editor={**_MODEL, "kind": "text"}
    )
    max_tokens: int | None = param(
        None, ge=1, help="Longest answer in tokens; empty: what the provider allows.", editor=_MODEL
    )
    allow_cut: bool = param(
        False, help="Accept a text that was cut off at `max_tokens`; else this counts as a fault.", editor=_MODEL
    )
    allow_empty: bool = param(
        False, help="Accept a text without a word in it; else this counts as a fault.", editor=_MODEL
    )
    temperature: float = temperature_param("Higher is more varied; 0 is the surest answer.", _MODEL)
    cost_usd: float | None = param(
        None,
        ge=0,
        help="Cap per firing in USD: once this is spent the firing makes no further call and fails.",
        editor=_MODEL,
    )
    min_confidence: float = param(
        0.0,
        ge=0,
        le=1,
        help="Below this confidence the fallback is asked; without one the answer is `unsure`.",
        editor=_UNSURE,
    )
    unsure: str = param("", help="Label given below `min_confidence`; empty: the label is absent.", editor=_UNSURE)
    votes: int | None = param(
        None,
        ge=1,
        le=15,
        help="Decide without log-probabilities: ask this often, labels in another order each time; confidence is the "
        "share that agrees. Empty: 1, or 3 where `min_confidence` is set.",
        editor=_UNSURE,
    )
    split_words: int = param(
        40,
        ge=0,
        help="Decide by log-probabilities: longer inputs are judged by sentence, the surest counts; 0: never.",
        editor=_UNSURE,
    )
    span_words: int = param(4, ge=1, le=12, help="Extract: longest span that may be copied, in words.", editor=_COPIED)
    max_spans: int = param(
        500, ge=10, help="Extract: most spans offered as choices; with more, shorter spans are offered.", editor=_COPIED
    )
    optional: dict[str, Any] = param(
        {},
        help="Inputs that may be absent, with the value that stands for them then.",
        editor={**_OPTIONAL, "kind": "values"},
    )
