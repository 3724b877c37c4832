"""What is wrong with the params of `llm.function`, one sentence each, said before anything runs.

Port names that are reserved or malformed are found by the check of the graph, for every type alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from studio.nodes.llm import _shape
from studio.nodes.llm._checks import read_check
from studio.nodes.llm._forms import copied_properties
from studio.nodes.llm._params import FunctionParams
from studio.nodes.llm._rule import Rule
from studio.support.errors import StudioError, UsageError
from studio.support.patterns import compile_pattern
from studio.support.templates import placeholders
from studio.support.values import Json, encode, preview

_TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
MAX_LABELS = 100


def problems_of(params: FunctionParams) -> Iterator[str]:
    """Yield a sentence for each fault of the params beyond their declared types."""
    yield from _mode(params)
    yield from _inputs(params)
    yield from _labels(params)
    yield from _routes(params)
    yield from _schema(params)
    yield from _examples(params)
    yield from _checks(params)


def _mode(params: FunctionParams) -> Iterator[str]:
    if isinstance(params.instructions, str) and not params.instructions.strip():
        yield "`instructions` is empty: say what the model must do, with its inputs in braces."
    given = [name for name in ("labels", "routes", "schema") if getattr(params, name) not in (None, (), [], {})]
    if len(given) > 1:
        yield f"`{given[0]}` and `{given[1]}` exclude each other: a function has one mode; split it into two nodes."
    for name in ("labels", "routes", "schema"):
        if getattr(params, name) in ((), [], {}):
            yield f"`{name}` is empty; fill it or remove it."
    mode = _shape.mode_of(params)
    if params.spans and not params.schema:
        yield "`spans` needs a `schema` that says what to copy."
    if params.candidates and mode != "extract":
        yield "`candidates` needs `spans` and a `schema`: it names the input that lists what may be copied."
    if params.compare != "centre" and mode != "route":
        yield "`compare` needs `routes`."
    if params.fallback and params.fallback == params.model:
        yield "`fallback` names the same model as `model`: choose another, or remove it."
    if params.unsure and not params.min_confidence:
        yield "`unsure` is never given: set `min_confidence` too."
    if params.min_confidence and mode not in ("decide", "route"):
        yield "`min_confidence` needs `labels` or `routes`: free answers carry no confidence."
    if params.votes and mode != "decide" and not (mode == "route" and params.fallback):
        yield "`votes` needs `labels`, or `routes` with a `fallback`: only a stated label can be voted on."


def _inputs(params: FunctionParams) -> Iterator[str]:
    known = set(_shape.input_ports(params).fields())
    for name in params.optional:
        if name not in known:
            yield f"`optional` names `{name}`, which is no input."
    if _shape.mode_of(params) in ("route", "extract") and not _shape.instruction_inputs(params):
        yield "`instructions` name no input: write the text to work on as a name in braces, such as {text}."


def _labels(params: FunctionParams) -> Iterator[str]:
    if params.labels is None:
        return
    if not isinstance(params.labels, list | tuple | dict):
        yield f"`labels` must be a list of labels or a mapping from labels to meanings, not {preview(params.labels)}."
        return
    for label in params.labels:
        if not isinstance(label, str) or not label.strip():
            yield f"Label {preview(label)} must be a text that is not empty; put it in quotes."
    if isinstance(params.labels, Mapping):
        for label, meaning in params.labels.items():
            if meaning is not None and not isinstance(meaning, str):
                yield f"The meaning of label `{label}` must be text."
    labels = [label for label in params.labels if isinstance(label, str)]
    yield from _distinct(labels, "label")
    if params.labels and len(params.labels) < 2:
        yield "`labels` needs at least two labels: with one there is nothing to decide."
    if len(labels) > MAX_LABELS:
        yield f"`labels` has {len(labels)} labels, more than {MAX_LABELS}: decide in two steps, or use `routes`."


def _distinct(names: list[str], kind: str) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name in names:
        folded = name.strip().casefold()
        if folded in seen:
            twin = seen[folded]
            same = (
                f"`{name}` is given twice" if twin == name else f"`{twin}` and `{name}` differ only in case or spaces"
            )
            yield f"The {kind} {same}."
        seen[folded] = name


def _routes(params: FunctionParams) -> Iterator[str]:
    if params.routes is None or _shape.mode_of(params) == "decide":
        return
    if not isinstance(params.routes, Mapping):
        yield "`routes` must map each route to a description or a list of examples."
        return
    for name, given in params.routes.items():
        texts = given if isinstance(given, list | tuple) else [given]
        if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
            yield f"Route `{name}` needs a description or a list of examples, all text."
    yield from _distinct(list(map(str, params.routes)), "route")
    if params.routes and len(params.routes) < 2:
        yield "`routes` needs at least two routes."


def _schema(params: FunctionParams) -> Iterator[str]:
    if not params.schema or params.labels or params.routes:
        return
    yield from _schema_faults(params.schema, "schema")
    properties = _shape.properties_of(params)
    if "value" in properties:
        yield "The property `value` would hide the port `value`, which carries the whole answer; call it otherwise."
    if params.spans and not properties:
        yield "`spans` needs a schema with `properties`."
    copied = copied_properties(params.spans)
    if copied is None:
        if not isinstance(params.spans, bool):
            yield f"`spans` must be true, false or a list of properties, not {preview(params.spans)}."
        return
    for name in sorted(copied - set(properties)):
        yield f"`spans` names `{name}`, which is no property of the schema."
    if "$ref" in encode(params.schema).decode():
        yield "`spans` as a list does not go with `$ref`: write the definitions out where they are used."


def _schema_faults(schema: Any, place: str) -> Iterator[str]:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        yield f"`{place}` must be a JSON Schema object, not {preview(schema)}."
        return
    given = schema.get("type", [])
    for kind in given if isinstance(given, list) else [given]:
        if kind not in _TYPES:
            yield f"`{place}.type` must be one of {', '.join(_TYPES)}, not {preview(kind)}."
    if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
        yield f"`{place}.enum` must be a list that is not empty."
    reference = schema.get("$ref", "#")
    if not (isinstance(reference, str) and reference.startswith("#")):
        yield f"`{place}.$ref` must point into this schema (#/…): nothing is fetched from elsewhere."
    if "pattern" in schema:
        yield from _pattern(schema["pattern"], place)
    yield from _inner_schemas(schema, place)


def _pattern(pattern: Json, place: str) -> Iterator[str]:
    try:
        if not isinstance(pattern, str):
            raise UsageError("It must be text.")
        compile_pattern(pattern)
    except StudioError as error:
        yield f"`{place}.pattern`: {error}"


def _inner_schemas(schema: Mapping[str, Json], place: str) -> Iterator[str]:
    for key in ("properties", "$defs"):
        inner = schema.get(key, {})
        if not isinstance(inner, Mapping):
            yield f"`{place}.{key}` must map names to schemas."
            continue
        for name, one in inner.items():
            yield from _schema_faults(one, f"{place}.{key}.{name}")
    for key in ("items", "additionalProperties", "not"):
        if key in schema:
            yield from _schema_faults(schema[key], f"{place}.{key}")
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for number, one in enumerate(schema.get(key, [])):
            yield from _schema_faults(one, f"{place}.{key}[{number}]")
    required = schema.get("required", [])
    if not isinstance(required, list):
        yield f"`{place}.required` must be a list of names."
    elif isinstance(schema.get("properties"), Mapping):
        for name in required:
            if name not in schema["properties"]:
                yield f"`{place}.required` names `{name}`, which is no property."


def _examples(params: FunctionParams) -> Iterator[str]:
    inputs = _shape.instruction_inputs(params)
    mode = _shape.mode_of(params)
    labels = _shape.labels_of(params) if mode == "decide" else params.routes if mode == "route" else None
    if params.examples and "output" in inputs:
        yield "An input cannot be called `output` where examples are given: they use that word for the right answer."
        return
    for number, example in enumerate(params.examples, 1):
        if not isinstance(example, Mapping) or "output" not in example:
            yield f"Example {number} must give every input by name and the right `output`."
            continue
        missing = [name for name in inputs if name not in example and name not in params.optional]
        if missing:
            yield f"Example {number} gives no value for the input `{missing[0]}`."
        for name in example:
            if name != "output" and name not in inputs:
                yield f"Example {number} gives `{name}`, which is no input of the instructions."
        output = example["output"]
        if labels is not None and (not isinstance(output, str) or output not in labels):
            yield f"Example {number} answers {preview(output)}, which is none of the {mode_word(mode)}."
        if labels is None and params.schema and not isinstance(output, dict) and _shape.properties_of(params):
            yield f"The output of example {number} must be an object of the schema."
        if labels is None and params.schema and isinstance(output, dict):
            for name in output:
                if _shape.properties_of(params) and name not in _shape.properties_of(params):
                    yield f"The output of example {number} has `{name}`, which is no property of the schema."


def mode_word(mode: str) -> str:
    """Return what the choices of a mode are called."""
    return "routes" if mode == "route" else "labels"


def _checks(params: FunctionParams) -> Iterator[str]:
    values = {*_shape.output_names(params), *_shape.input_ports(params).fields()}
    outputs = _shape.output_names(params)
    names = []
    for number, given in enumerate(params.checks, 1):
        try:
            check = read_check(given, number)
        except StudioError as error:
            name = given.get("name") if isinstance(given, Mapping) else None
            yield f"Check `{name or number}`: {error}" if not isinstance(error, UsageError) else str(error)
            continue
        names.append(check.name)
        for name in check.expression.names if isinstance(check, Rule) else ():
            if name not in values and name not in ("inputs", "outputs"):
                yield (
                    f"Check `{check.name}` uses `{name}`, which is neither an input nor an output"
                    f" ({', '.join(sorted(values))})."
                )
        if not isinstance(check, Rule) and not set(placeholders(check.judge)) & set(outputs):
            yield f"The judge of check `{check.name}` does not see the answer: name an output, as {{{outputs[0]}}}."
        for name in placeholders(check.message):
            if name not in values:
                yield f"The message of check `{check.name}` uses {{{name}}}, which is neither an input nor an output."
    yield from _distinct(names, "check")
