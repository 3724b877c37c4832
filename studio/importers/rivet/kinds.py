"""What each kind of node of Rivet is here. A kind that is not listed, or that raises `CannotMap`, is a placeholder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from studio.importers.names import snake
from studio.importers.rivet.making import CannotMap, Kind, Made, Scene, number, text_of
from studio.importers.rivet.project import RivetNode
from studio.importers.rivet.texts import path_of, template_of, unescaped
from studio.support.errors import UsageError
from studio.support.patterns import compile_pattern
from studio.support.templates import literal, render

_TYPES = {"string": "text", "number": "number", "boolean": "boolean", "chat-message": "any", "object": "json"}
_COMPARED = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_COMPUTED = {"+": "+", "-": "-", "*": "*", "/": "/", "^": "**", "%": "%"}


def kind_of(type: str) -> str:
    """Return the port type for a data type of Rivet, such as `string[]`."""
    return "list" if type.endswith("[]") else _TYPES.get(type, "any")


def graph_input(scene: Scene, node: RivetNode) -> Made:
    """An input; its default is Rivet's."""
    id = str(node.data.get("id") or "input")
    kind = kind_of(str(node.data.get("dataType", "any")))
    default = node.data.get("defaultValue")
    if kind == "number" and isinstance(default, str):
        default = float(default) if re.fullmatch(r"-?\d+(\.\d+)?", default) else None
    fits = {"text": str, "boolean": bool, "list": list, "number": int | float}.get(kind)
    value = default if fits is None or isinstance(default, fits) else None
    name = scene.bodies.inputs[scene.graph.id][id]
    keys = {"kind": None if kind == "any" else kind, "value": value}
    scene.draft.graph.add("flow.input", name, **{key: given for key, given in keys.items() if given is not None})
    return Made(outputs={"data": (name, "value")}, name=name)


def graph_output(scene: Scene, node: RivetNode) -> Made:
    name = scene.bodies.outputs[scene.graph.id][str(node.data.get("id") or "output")]
    scene.draft.graph.add("flow.output", name)
    return Made(inputs={"value": [(name, "value")]}, name=name)


def text(scene: Scene, node: RivetNode) -> Made:
    """A text or a prompt: with gaps a template, else a constant."""
    made = template_of(text_of(node))
    if made.ports:
        name = scene.draft.add("text.template", node.title, template=made.text)
    else:
        name = scene.draft.add("text.constant", node.title, text=render(made.text, {}))
    if made.processed:
        scene.draft.note(name, "what its gaps did to their values on the way (`{{name | …}}`) is left out")
    _fill(scene, node, name, made.ports)
    return Made({rivet: [(name, ours)] for rivet, ours in made.ports.items()}, {"output": (name, "text")}, name)


def _fill(scene: Scene, node: RivetNode, name: str, ports: Mapping[str, str]) -> None:
    """Wire the gaps that name an input of the graph (`{{@graphInputs.topic}}`), and tell of those without a wire."""
    wired = scene.wires_to(node)
    for rivet, ours in ports.items():
        if rivet in wired:
            continue
        given = scene.bodies.inputs[scene.graph.id].get(rivet.removeprefix("@graphInputs."))
        if rivet.startswith("@graphInputs.") and given in scene.draft.graph.nodes:
            scene.draft.connect((given, "value"), (name, ours))
        else:
            scene.draft.note(name, f"nothing is wired to its gap `{rivet}`, where Rivet puts an empty text")


def chat(scene: Scene, node: RivetNode) -> Made:
    """A model call with a system text and a prompt. Calls with functions choose what happens next: placeholders."""
    data, wires = node.data, scene.wires_to(node)
    if data.get("enableFunctionUse") or "functions" in wires or "function-calls" in scene.uses_of(node):
        raise CannotMap("it gives the model functions: look at `llm.agent`")
    if not {"prompt"} <= set(wires):
        raise CannotMap("no prompt is wired to it")
    system = scene.constant(node, "systemPrompt")
    inputs = {"prompt": "prompt"}
    instructions = "{prompt}"
    if system is not None:
        scene.inline(node, "systemPrompt")
    elif "systemPrompt" in wires:
        inputs["systemPrompt"] = "system_prompt"
        instructions = "{system_prompt}\n\n{prompt}"
    model = data.get("model")
    limit = number(data.get("maxTokens"))
    name = scene.draft.add(
        "llm.function",
        node.title,
        model=f"openai/{model}" if isinstance(model, str) and model and not model.startswith("local") else None,
        system=system or None,
        instructions=instructions,
        max_tokens=int(limit) if limit else None,
        temperature=number(data.get("temperature")) or None,
    )
    if "systemPrompt" in inputs:
        scene.draft.note(name, "its system text changes from call to call; it begins the instructions now")
    extra = sorted(port for port in wires if port not in ("prompt", "systemPrompt"))
    if extra:
        scene.draft.note(name, f"settings by wire are left out: {', '.join(f'`{port}`' for port in extra)}")
    if data.get("useStop") and data.get("stop"):
        scene.draft.note(name, f"it stopped at {data['stop']!r}, which is left out")
    return Made(
        {rivet: [(name, ours)] for rivet, ours in inputs.items()} | {port: [] for port in extra},
        {"response": (name, "text")},
        name,
    )


def joined(scene: Scene, node: RivetNode) -> Made:
    """Several texts, or messages, as one text."""
    separator = "\n\n"
    if node.type == "join":
        separator = unescaped(str(node.data.get("joinString", "\n")))
    name = scene.draft.add("text.join", node.title, separator=separator)
    if node.type != "join":
        scene.draft.note(name, "messages are one text now: who said what is not told to the model")
    return Made(
        {port: [(name, "texts")] for port in scene.wires_to(node)},
        {"output": (name, "text"), "prompt": (name, "text"), "message": (name, "text")},
        name,
    )


def split(scene: Scene, node: RivetNode) -> Made:
    if node.data.get("regex") or node.data.get("useDelimiterInput"):
        raise CannotMap("it splits at a pattern, or at a wire's text")
    cut = unescaped(str(node.data.get("delimiter", ",")))
    name = scene.draft.add("text.split", node.title, by="separator", separator=cut, strip=False, keep_empty=True)
    return Made({"string": [(name, "text")]}, {"splitString": (name, "parts")}, name)


def extract_json(scene: Scene, node: RivetNode) -> Made:
    name = scene.draft.add("json.parse", node.title, lenient=True)
    return Made({"input": [(name, "text")]}, {"output": (name, "value")}, name)


def extract_path(scene: Scene, node: RivetNode) -> Made:
    path = path_of(str(node.data.get("path", "")))
    if path is None or node.data.get("usePathInput"):
        raise CannotMap("its path asks for more than one place, or comes by wire")
    name = scene.draft.add("json.get", node.title, path=path)
    return Made({"object": [(name, "value")]}, {"match": (name, "value")}, name)


def extract_regex(scene: Scene, node: RivetNode) -> Made:
    """First match with its groups; all first groups (`matches`) by a second node."""
    pattern = str(node.data.get("regex", ""))
    if node.data.get("multilineMode"):
        pattern = f"(?m){pattern}"
    _require_pattern(pattern)
    if node.data.get("useRegexInput"):
        raise CannotMap("its pattern comes by wire")
    uses = scene.uses_of(node)
    name = scene.draft.add("text.regex", node.title, pattern=pattern)
    made = Made({"input": [(name, "text")]}, {"succeeded": (name, "found")}, name)
    for port in sorted(uses):
        if found := re.fullmatch(r"output(\d+)", port):
            part = scene.draft.add("list.get", f"{name}_{found[1]}", index=int(found[1]) - 1)
            scene.draft.connect((name, "groups"), (part, "items"))
            made.outputs[port] = (part, "item")
    if "failed" in uses:
        failed = scene.draft.add("logic.expression", f"{name}_failed", expression="not found")
        scene.draft.connect((name, "found"), (failed, "found"))
        made.outputs["failed"] = (failed, "value")
    if "matches" in uses:
        every = scene.draft.add("text.regex", f"{name}_all", pattern=pattern, find="all")
        made.inputs["input"].append((every, "text"))
        made.outputs["matches"] = (every, "matches")
        scene.draft.note(every, "gives each whole match; Rivet gave the first group of each")
    return made


def _require_pattern(pattern: str) -> None:
    try:
        compile_pattern(pattern)
    except UsageError:
        raise CannotMap("its pattern is none of RE2's, the kind used here") from None


def if_(scene: Scene, node: RivetNode) -> Made:
    name = scene.draft.add("flow.gate", node.title, condition="test")
    tests = [(name, "test")] if "value" in scene.wires_to(node) else [(name, "test"), (name, "value")]
    scene.draft.note(name, "if nothing arrives at its test, both ways stay closed; in Rivet the second one opens")
    outputs = {"output": (name, "value"), "falseOutput": (name, "otherwise")}
    return Made({"if": tests, "value": [(name, "value")]}, outputs, name)


def if_else(scene: Scene, node: RivetNode) -> Made:
    name = scene.draft.add("flow.merge", node.title)
    yes = scene.draft.add("flow.gate", f"{name}_true", condition="test")
    no = scene.draft.add("flow.gate", f"{name}_false", condition="test")
    scene.draft.connect((yes, "value"), (name, "value"))
    scene.draft.connect((no, "otherwise"), (name, "value"))
    inputs = {"if": [(yes, "test"), (no, "test")], "true": [(yes, "value")], "false": [(no, "value")]}
    return Made(inputs, {"output": (name, "value")}, name)


def match(scene: Scene, node: RivetNode) -> Made:
    """A way per pattern: each looks by itself, and a gate opens its way."""
    cases = node.data.get("cases")
    patterns = [str(case) for case in cases] if isinstance(cases, list) else []
    for pattern in patterns:
        _require_pattern(pattern)
    uses = scene.uses_of(node)
    if node.data.get("exclusive") and len(patterns) > 1:
        raise CannotMap("only the first pattern that matches counts: look at `flow.switch`")
    wired = set(scene.wires_to(node))
    made = Made({"input": [], "value": []})
    found: list[str] = []
    for number_, pattern in enumerate(patterns, 1):
        if f"case{number_}" not in uses and "unmatched" not in uses:
            continue
        looks = scene.draft.add("text.regex", f"{snake(node.title)}_{snake(pattern, str(number_))}", pattern=pattern)
        made.inputs["input"].append((looks, "text"))
        made.name = made.name or looks
        found.append(looks)
        if f"case{number_}" in uses:
            gate = scene.draft.add("flow.gate", f"{looks}_way")
            scene.draft.connect((looks, "found"), (gate, "open"))
            made.inputs["value" if "value" in wired else "input"].append((gate, "value"))
            made.outputs[f"case{number_}"] = (gate, "value")
    if "unmatched" in uses:
        names = [f"found_{place}" for place in range(1, len(found) + 1)]
        gate = scene.draft.add(
            "flow.gate", f"{snake(node.title)}_unmatched", condition=f"not ({' or '.join(names) or 'false'})"
        )
        for name, looks in zip(names, found, strict=True):
            scene.draft.connect((looks, "found"), (gate, name))
        made.inputs["value" if "value" in wired else "input"].append((gate, "value"))
        made.outputs["unmatched"] = (gate, "value")
        made.name = made.name or gate
    if not made.name:
        raise CannotMap("none of its ways is wired")
    return made


def coalesce(scene: Scene, node: RivetNode) -> Made:
    take = {"raceInputs": "first_arrival", "array": "all"}.get(node.type)
    name = scene.draft.add("flow.merge", node.title, take=take)
    if node.type == "array" and node.data.get("flatten", True):
        scene.draft.note(name, "lists that arrive stay lists in the list; `list.concat` puts them one after another")
    inputs = {port: [(name, "value")] for port in scene.wires_to(node) if port != "conditional"}
    return Made({**inputs, "conditional": [(name, "when")]}, {"output": (name, "value")}, name)


def passthrough(scene: Scene, node: RivetNode) -> Made:
    made = Made()
    for port in scene.wires_to(node):
        name = scene.draft.add("flow.merge", node.title)
        made.inputs[port] = [(name, "value")]
        made.outputs[port.replace("input", "output")] = (name, "value")
        made.name = made.name or name
    if not made.name:
        raise CannotMap("nothing is wired to it")
    return made


def constant(scene: Scene, node: RivetNode) -> Made:
    value = node.data.get("value")
    if node.data.get("useValueInput") or not isinstance(value, bool | int | float):
        raise CannotMap("its value is no plain number, true or false")
    name = scene.draft.add("math.expression", node.title, expression=json.dumps(value))
    return Made({}, {"value": (name, "value")}, name)


def compared(scene: Scene, node: RivetNode) -> Made:
    sign = _COMPARED.get(str(node.data.get("comparisonFunction", "==")))
    if sign is None or node.data.get("useComparisonFunctionInput"):
        raise CannotMap(f"it compares by `{node.data.get('comparisonFunction')}`")
    name = scene.draft.add("logic.expression", node.title, expression=f"a {sign} b")
    return Made({"a": [(name, "a")], "b": [(name, "b")]}, {"output": (name, "value")}, name)


def computed(scene: Scene, node: RivetNode) -> Made:
    sign = _COMPUTED.get(str(node.data.get("operation", "+")))
    if sign is None or node.data.get("useOperationInput"):
        raise CannotMap(f"it computes `{node.data.get('operation')}`")
    name = scene.draft.add("math.expression", node.title, expression=f"a {sign} b")
    return Made({"a": [(name, "a")], "b": [(name, "b")]}, {"output": (name, "value")}, name)


def subgraph(scene: Scene, node: RivetNode) -> Made:
    id = str(node.data.get("graphId", ""))
    if id not in scene.bodies.names:
        raise CannotMap("its graph is not in this project")
    name = scene.draft.add("flow.subgraph", node.title, graph=scene.bodies.names[id])
    inputs = {rivet: [(name, ours)] for rivet, ours in scene.bodies.inputs[id].items()}
    outputs = {rivet: (name, ours) for rivet, ours in scene.bodies.outputs[id].items()}
    return Made(inputs, outputs, name)


def user_input(scene: Scene, node: RivetNode) -> Made:
    if node.data.get("useInput"):
        raise CannotMap("its questions come by wire")
    name = scene.draft.add("human.ask", node.title, question=literal(str(node.data.get("prompt", ""))))
    scene.draft.note(name, "gives the answer itself; Rivet gave a list of answers")
    return Made({}, {"output": (name, "answer")}, name)


def delay(scene: Scene, node: RivetNode) -> Made:
    wires = scene.wires_to(node)
    wait = number(node.data.get("delay"))
    if len(wires) != 1 or wait is None or "delay" in wires:
        raise CannotMap("it delays several wires, or by a wire's time")
    name = scene.draft.add("flow.delay", node.title, seconds=min(max(wait / 1000, 0), 86_400))
    return Made({"input1": [(name, "value")]}, {"output1": (name, "value")}, name)


def global_(scene: Scene, node: RivetNode) -> Made:
    id = node.data.get("id")
    if not isinstance(id, str) or not id or node.data.get("useIdInput"):
        raise CannotMap("its name comes by wire")
    from studio.graph.model import StoreDecl

    scene.draft.graph.stores.setdefault("globals", StoreDecl("globals", "kv", "run"))
    if node.type == "setGlobal":
        name = scene.draft.add("store.set", node.title, store="globals", key=id)
        return Made({"value": [(name, "value")]}, {"saved-value": (name, "value")}, name)
    name = scene.draft.add("store.get", node.title, store="globals", key=id)
    if node.data.get("wait"):
        scene.draft.note(name, "does not wait for the value to be set: it reads what is there")
    return Made({}, {"value": (name, "value")}, name)


def shuffle(scene: Scene, node: RivetNode) -> Made:
    name = scene.draft.add("random.shuffle", node.title)
    return Made({"array": [(name, "items")]}, {"shuffled": (name, "items")}, name)


def random_number(scene: Scene, node: RivetNode) -> Made:
    low, high = number(node.data.get("min")), number(node.data.get("max"))
    if low is None or high is None or node.data.get("useMinInput") or node.data.get("useMaxInput"):
        raise CannotMap("its bounds come by wire")
    whole = bool(node.data.get("integers"))
    last = high if not whole or node.data.get("maxInclusive") else high - 1
    name = scene.draft.add("random.number", node.title, low=low, high=last, whole=whole or None)
    return Made({}, {"value": (name, "value")}, name)


def to_json(scene: Scene, node: RivetNode) -> Made:
    name = scene.draft.add("text.template", node.title, template="{value}")
    return Made({"data": [(name, "value")]}, {"json": (name, "text")}, name)


KINDS: Mapping[str, Kind] = {
    "graphInput": graph_input, "context": graph_input, "graphOutput": graph_output, "text": text, "prompt": text,
    "chat": chat, "assemblePrompt": joined, "assembleMessage": joined, "join": joined, "split": split,
    "extractJson": extract_json, "extractObjectPath": extract_path, "extractRegex": extract_regex, "if": if_,
    "ifElse": if_else, "match": match, "coalesce": coalesce, "raceInputs": coalesce, "array": coalesce,
    "passthrough": passthrough, "number": constant, "boolean": constant, "compare": compared, "evaluate": computed,
    "subGraph": subgraph, "userInput": user_input, "delay": delay, "getGlobal": global_, "setGlobal": global_,
    "shuffle": shuffle, "randomNumber": random_number, "toJson": to_json,
}  # fmt: skip
