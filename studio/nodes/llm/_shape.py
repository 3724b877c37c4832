"""What follows from the params of `llm.function`: its mode, its labels, its ports.

Everything here answers for half-finished params too, since an editor shows ports while a person types;
what is wrong with params is said by `_problems`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from studio.nodes.llm._forms import label_table, properties_in, route_table
from studio.nodes.llm._params import FunctionParams
from studio.spec import Field, Fields, make_fields, port
from studio.support.templates import placeholders
from studio.support.values import Json

Mode = Literal["generate", "decide", "extract", "route"]

_PORT_OF_TYPE = {"string": "text", "number": "number", "integer": "integer", "boolean": "boolean", "array": "list"}


def mode_of(params: FunctionParams) -> Mode:
    """Return the mode that the params ask for (design section 12)."""
    if params.labels:
        return "decide"
    if params.schema and params.spans:
        return "extract"
    return "route" if params.routes else "generate"


def labels_of(params: FunctionParams) -> dict[str, str]:
    """Return the labels of Decide with what they mean ("" where nothing is said)."""
    return label_table(params.labels)


def routes_of(params: FunctionParams) -> dict[str, list[str]]:
    """Return the texts that stand for each route: its description or examples, then those of `examples`."""
    return route_table(params.routes, examples_of(params))


def examples_of(params: FunctionParams) -> list[dict[str, Json]]:
    """Return the well-formed examples."""
    return [one for one in params.examples if isinstance(one, Mapping) and "output" in one]  # type: ignore[misc]


def instruction_inputs(params: FunctionParams) -> tuple[str, ...]:
    """Return the names in the instructions, in order."""
    return placeholders(params.instructions) if isinstance(params.instructions, str) else ()


def candidates_input(params: FunctionParams) -> str:
    """Return the input that lists what Extract chooses from, "" if there is none."""
    return params.candidates if mode_of(params) == "extract" and isinstance(params.candidates, str) else ""


def judge_inputs(params: FunctionParams) -> Iterator[str]:
    """Yield the names that judge checks ask for beyond instructions and outputs."""
    known = {*instruction_inputs(params), *output_names(params), candidates_input(params)}
    for check in params.checks:
        judge = check.get("judge") if isinstance(check, Mapping) else None
        if isinstance(judge, str):
            yield from (name for name in placeholders(judge) if name not in known)


def properties_of(params: FunctionParams) -> dict[str, Mapping[str, Json]]:
    """Return the properties of the output schema."""
    return properties_in(params.schema)


def output_names(params: FunctionParams) -> tuple[str, ...]:
    """Return the names of the output ports."""
    mode = mode_of(params)
    if mode in ("decide", "route"):
        return ("label", "confidence", "scores")
    if params.schema:
        return (*properties_of(params), "value")
    return (params.output or "text",)


def closed_answers(params: FunctionParams) -> list[str]:
    """Return what the label can be, whatever the model is told; none where a wire brings the candidates."""
    given = params.labels or params.routes
    return list(label_table(given)) if given and not candidates_input(params) else []


_CHOICES = "The texts to choose from, or a text whose spans they are."


def input_ports(params: FunctionParams) -> type[Fields]:
    """Return the input ports: one per name in the instructions, the candidates, then those only judges ask for."""
    optional = params.optional if isinstance(params.optional, Mapping) else {}
    made: dict[str, Field] = {}
    choices = candidates_input(params)
    names = dict.fromkeys((*instruction_inputs(params), *([choices] if choices else []), *judge_inputs(params)))
    for name in names:
        about = f"Stands for {{{name}}} in the instructions." if name != choices else _CHOICES
        if name in optional:
            made[name] = port(optional[name], type="any", help="Optional.")
        else:
            made[name] = port(type="any", help=about)
    return make_fields("In", made)


def output_ports(params: FunctionParams) -> type[Fields]:
    """Return the output ports of the mode."""
    mode = mode_of(params)
    made: dict[str, Field] = {}
    if mode in ("decide", "route"):
        closed = closed_answers(params)
        made["label"] = port(type="text", schema={"enum": closed} if closed else None, help="The chosen label.")
        made["confidence"] = port(type="number", help="How sure the choice is, 0 to 1; absent where unknown.")
        made["scores"] = port(type="json", help="The score of every label, summing to 1; absent where unknown.")
    elif params.schema:
        for name, schema in properties_of(params).items():
            made[name] = port(type=port_type(schema), schema=schema, help=str(schema.get("description", "")))
        made["value"] = port(type="json", schema=params.schema, help="The whole answer.")
    else:
        made[params.output or "text"] = port(type="text", help="The answer.")
    return make_fields("Out", made)


def port_type(schema: Mapping[str, Json]) -> str:
    """Return the port type for values of a schema; a property that may be null is absent when it is."""
    kinds = [kind for kind in _kinds(schema) if kind != "null"]
    return _PORT_OF_TYPE.get(kinds[0], "json") if len(kinds) == 1 else "json"


def _kinds(schema: Mapping[str, Json]) -> list[str]:
    kind = schema.get("type")
    if isinstance(kind, str):
        return [kind]
    if isinstance(kind, list):
        return [str(one) for one in kind]
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list):
            kinds = [kind for one in schema[key] if isinstance(one, Mapping) for kind in _kinds(one)]
            return list(dict.fromkeys(kinds))
    choices: Any = schema.get("enum", [schema["const"]] if "const" in schema else [])
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", type(None): "null"}
    return list(dict.fromkeys(names.get(type(choice), "object") for choice in choices))
