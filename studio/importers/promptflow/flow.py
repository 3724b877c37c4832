"""Reads a flow and draws it: inputs, nodes in their order, conditions as switches, outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from heapq import heappop, heappush
from pathlib import Path, PurePath
from typing import Any

from studio.graph.model import Graph
from studio.graph.names import RESERVED_PORTS
from studio.importers.drafting import Draft, End
from studio.importers.files import part_of
from studio.importers.jinja_text import as_template, names_in
from studio.importers.names import port, snake, unique
from studio.importers.outcome import Imported, Note
from studio.importers.promptflow.prompts import as_prompt
from studio.importers.promptflow.python_tool import as_code
from studio.importers.promptflow.references import Reference, reference_of
from studio.support.errors import StudioError, UsageError
from studio.support.templates import literal, placeholders
from studio.support.templates import rename as renamed
from studio.support.values import Json

_KINDS = {
    "string": "text", "int": "integer", "double": "number", "float": "number", "bool": "boolean", "list": "list",
    "object": "json", "image": "image",
}  # fmt: skip
_FITS: Mapping[str, Any] = {"text": str, "integer": int, "number": int | float, "boolean": bool, "list": list}
_MODEL_INPUTS = ("deployment_name", "model", "max_tokens", "temperature")
_TOOLS = ("functions", "function_call", "tools", "tool_choice")
_QUIET: tuple[Json, ...] = ("", 0, "0", 1, "1", "1.0", "0.0", None, {}, [])
"""Settings of a model call that say what holds anyway."""

_READ = ("$schema", "inputs", "outputs", "nodes", "node_variants", "description")
_SILENT = ("name", "display_name", "id", "type", "version", "language", "tags")
"""What is kept without a word, as nothing of the graph hangs on it."""

MOST_NODES = 2_000


def is_flow(root: Json) -> bool:
    """True if a YAML document looks like a flow of promptflow: nodes as a list, with names and types."""
    nodes = root.get("nodes") if isinstance(root, dict) else None
    if not isinstance(root, dict) or not isinstance(nodes, list) or "studio" in root:
        return False
    if not nodes:
        return "inputs" in root or "outputs" in root
    return any(isinstance(one, dict) and "name" in one and ("type" in one or "use_variants" in one) for one in nodes)


def import_flow(path: Path, root: Mapping[str, Json]) -> Imported:
    """Return the flow as a graph, named after its folder. Raises `UsageError` for what is no flow at all."""
    return _Flow(path, root).draw()


class _Flow:
    def __init__(self, path: Path, root: Mapping[str, Json]) -> None:
        self.folder = path.parent
        self.root = root
        name = snake(path.resolve().parent.name if path.name.startswith("flow.") else path.stem, "flow")
        notes: list[Note] = []
        about = root.get("description") or root.get("display_name") or ""
        self.draft = Draft(Graph(name, about=about if isinstance(about, str) else ""), notes)
        self.ends: dict[tuple[str, str], End] = {}
        """Where a flow's input ("", name) or a node's output (node, "output") comes from here."""
        self.switches: dict[Reference, tuple[str, dict[str, Json]]] = {}
        self.parts: dict[Reference, End] = {}
        self.conditional: set[str] = set()
        includes = root.get("additional_includes")
        listed = includes if isinstance(includes, list) else []
        self.elsewhere = {PurePath(one).name for one in listed if isinstance(one, str)}
        """Files that a flow takes from beyond its folder, which are not read."""
        self.variants: dict[str, Json] = {}
        """Variants of nodes that are not in the graph."""

    def draw(self) -> Imported:
        nodes = self._nodes()
        for name, given in self._table("inputs").items():
            self._input(name, given if isinstance(given, dict) else {})
        self.conditional = {node["name"] for node in nodes if isinstance(node.get("activate"), dict)}
        for node in _in_order(nodes):
            self._node(node)
        for name, given in self._table("outputs").items():
            self._output(name, given if isinstance(given, dict) else {})
        self._keep_the_rest()
        return Imported(self.draft.graph, "promptflow", len(nodes), self.draft.notes)

    def _keep_the_rest(self) -> None:
        """What a flow says beyond its graph stays with it, under a key of its own."""
        left = {key: value for key, value in self.root.items() if key not in _READ and value not in (None, "", {}, [])}
        told = [f"`{key}`" for key in left if key not in _SILENT]
        if told:
            means = "means" if len(told) == 1 else "mean"
            self.draft.note("", f"{' and '.join(told)} {means} nothing here; kept under `promptflow`")
        if self.variants:
            left["node_variants"] = self.variants
        if left:
            self.draft.graph.extra["promptflow"] = left

    def _table(self, key: str) -> dict[str, Json]:
        found = self.root.get(key) or {}
        if not isinstance(found, dict):
            raise UsageError(f"`{key}` of this flow must map names to what they are.")
        return found

    def _nodes(self) -> list[dict[str, Any]]:
        variants = self._table("node_variants")
        made = []
        listed: list[dict[str, Any]] = self.root["nodes"]
        if len(listed) > MOST_NODES:
            raise UsageError(f"This flow has more than {MOST_NODES:,} nodes.")
        for place, node in enumerate(listed, 1):
            if not isinstance(node, dict) or "name" not in node:
                raise UsageError(f"Node {place} of this flow has no `name`.", hint="Give it one.")
            if node.get("use_variants"):
                kept = variants.get(str(node["name"]))
                choices = _mapping(_mapping(kept).get("variants"))
                chosen = str(_mapping(kept).get("default_variant_id") or "")
                inner = _mapping(choices.get(chosen)).get("node")
                if isinstance(inner, dict):
                    node = {**inner, **{key: node[key] for key in node if key != "use_variants"}}
                others = {name: choices[name] for name in choices if name != chosen}
                if others:
                    listed_names = ", ".join(f"`{name}`" for name in others)
                    self.variants[str(node["name"])] = others
                    self.draft.note(
                        snake(str(node["name"])),
                        f"only its variant `{chosen}` came over, not {listed_names}, kept under `promptflow`",
                    )
            made.append({**node, "name": str(node["name"])})
        return made

    def _input(self, name: str, given: Mapping[str, Json]) -> None:
        kind = _KINDS.get(str(given.get("type", "")), "any")
        default = given.get("default")
        about = given.get("description")
        image = kind == "image" and default is not None
        kept = None if image else default
        fits = isinstance(kept, _FITS.get(kind, object)) and (kind == "boolean" or not isinstance(kept, bool))
        if kept is not None and kind in _FITS and not fits:
            kind = "any"
        made = self.draft.add(
            "flow.input", name, kind=None if kind == "any" else kind, value=kept, help=about if about else None
        )
        if image:
            self.draft.note(made, f"an image is given when it runs; its default was {default!r}"[:300])
        self.ends["", name] = (made, "value")

    def _output(self, name: str, given: Mapping[str, Json]) -> None:
        reference = reference_of(given.get("reference"))
        end = None if reference is None else self._end(reference)
        made = self.draft.add("flow.output", name if snake(name) not in self.draft.graph.nodes else f"{name}_out")
        if end is None:
            self.draft.note(made, f"its reference {given.get('reference')!r} leads nowhere; wire it by hand")
        else:
            self.draft.connect(end, (made, "value"))

    def _end(self, reference: Reference) -> End | None:
        """The output that a reference means; a part of a value is taken out by a node of its own, made once."""
        source = self.ends.get((reference.node, reference.name if not reference.node else "output"))
        if source is None or not reference.path:
            return source
        if reference not in self.parts:
            word = re.split(r"[.\[\]\"']+", reference.path.strip("]\"'"))[-1]
            made = self.draft.add("json.get", f"{source[0]}_{word}", path=reference.path)
            self.draft.connect(source, (made, "value"))
            self.parts[reference] = (made, "value")
        return self.parts[reference]

    def _node(self, node: dict[str, Any]) -> None:
        inputs = node.get("inputs")
        given: dict[str, Json] = inputs if isinstance(inputs, dict) else {}
        wires = {name: found for name, value in given.items() if (found := reference_of(value)) is not None}
        fixed = {name: value for name, value in given.items() if name not in wires}
        kind = node.get("type")
        made: str | None = None
        try:
            if node.get("aggregation"):
                raise UsageError("it gathers the results of many runs")
            if kind in ("llm", "prompt"):
                made = self._prompted(node, wires, fixed)
            elif kind == "python" and _source(node).get("type", "code") == "code":
                made = self._python(node, wires, fixed)
            else:
                raise UsageError(f"`{_source(node).get('tool') or kind}` is a tool of promptflow's")
        except StudioError as why:
            made = self._placeholder(node, wires, str(why.message))
        self._condition(node, made)

    def _placeholder(self, node: dict[str, Any], wires: Mapping[str, Reference], why: str) -> str:
        original: dict[str, Json] = dict(node)
        path = _source(node).get("path")
        if isinstance(path, str):
            try:
                original["source_text"] = part_of(self.folder, path)
            except StudioError as problem:
                why = f"its file `{path[:80]}`: {problem.message.rstrip('.')}"
                if path in self.elsewhere:
                    why = (
                        f"its file `{path[:80]}` is of `additional_includes`: copy it beside the flow, and import again"
                    )
        names = {name: port(name) for name in wires}
        made = self.draft.placeholder(
            node["name"], f"the {node.get('type')} node of promptflow ({why})", original, names.values(), ["output"]
        )
        self._wire(made, wires, names)
        self.ends[node["name"], "output"] = (made, "output")
        return made

    def _wire(self, made: str, wires: Mapping[str, Reference], ports: Mapping[str, str]) -> None:
        for name, reference in wires.items():
            if name not in ports:
                continue
            end = self._end(reference)
            if end is None:
                what = f"{reference.node}.output" if reference.node else f"inputs.{reference.name}"
                self.draft.note(made, f"its input `{name}` came from `{what}`, which is not there")
            else:
                self.draft.connect(end, (made, ports[name]))

    def _prompted(self, node: dict[str, Any], wires: Mapping[str, Reference], fixed: dict[str, Json]) -> str:
        """A prompt, or a model call by one."""
        path = _source(node).get("path")
        if not isinstance(path, str):
            raise UsageError("its template is missing")
        template = part_of(self.folder, path)
        if node["type"] == "prompt":
            return self._text(node["name"], node["name"], template, wires, fixed)
        if unknown := next((name for name in _TOOLS if fixed.get(name) or name in wires), ""):
            raise UsageError(f"it gives the model `{unknown}`")
        prompt = as_prompt(template)
        wired = {name: reference for name, reference in wires.items() if name not in _MODEL_INPUTS}
        instructions = prompt.instructions
        ports = {}
        if prompt.jinja:
            text = self._text(f"{node['name']}_prompt", node["name"], prompt.jinja, wired, fixed)
        else:
            asked = placeholders(instructions)
            for name in asked:
                if name in wired:
                    ports[name] = port(name)
                    instructions = renamed(instructions, name, ports[name])
                elif name in fixed:
                    instructions = _filled(instructions, name, fixed[name])
        made = self.draft.add(
            "llm.function",
            node["name"],
            model=_model(node, fixed),
            system=prompt.system or None,
            instructions=instructions,
            max_tokens=_number(fixed.get("max_tokens"), int),
            temperature=_number(fixed.get("temperature"), float),
        )
        for note in prompt.notes:
            self.draft.note(made, note)
        self._told_of_settings(made, node, fixed, wires, template)
        if prompt.jinja:
            self.draft.connect((text, "text"), (made, "prompt"))
        self._wire(made, wired, ports)
        self.ends[node["name"], "output"] = (made, "text")
        return made

    def _told_of_settings(
        self,
        made: str,
        node: dict[str, Any],
        fixed: Mapping[str, Json],
        wires: Mapping[str, Reference],
        template: str,
    ) -> None:
        asked = names_in(template)
        left = [
            name
            for name, value in fixed.items()
            if name not in (*_MODEL_INPUTS, "suffix", "response_format") and value not in _QUIET and name not in asked
        ]
        left += [f"{name}` by wire" for name in wires if name in _MODEL_INPUTS]
        if fixed.get("response_format") not in (None, {}, "", {"type": "text"}):
            self.draft.note(made, "it asked for JSON: give the node a `schema`, which also makes a port per property")
        if left:
            self.draft.note(made, f"settings left out: {', '.join(f'`{name}`' for name in left)}")
        if node.get("connection"):
            self.draft.note(made, f"keys come from the environment, not from the connection `{node['connection']}`")

    def _text(
        self, name: str, node: str, template: str, wires: Mapping[str, Reference], fixed: Mapping[str, Json]
    ) -> str:
        """A node that makes a text of a template; returns its name. Its text is the output of the flow's `node`."""
        plain = as_template(template)
        if plain is not None:
            names = {one: port(one) for one in placeholders(plain) if one in wires}
            for one, other in names.items():
                plain = renamed(plain, one, other)
            for one in placeholders(plain):
                if one in fixed:
                    plain = _filled(plain, one, fixed[one])
            kind = "text.template" if placeholders(plain) else "text.constant"
            made = self.draft.add(kind, name, **_text_param(plain))
        else:
            asked = names_in(template)
            told = {key: value for key, value in fixed.items() if key in asked and isinstance(value, str | int | float)}
            settings = [f"{{% set {key} = {value!r} %}}" for key, value in told.items()]
            names = {one: f"{one}_" if one in RESERVED_PORTS else one for one in wires}
            settings += [f"{{% set {one} = {names[one]} %}}" for one in names if one in asked and names[one] != one]
            made = self.draft.add("text.jinja", name, template="".join(settings) + template)
        self._wire(made, wires, names)
        self.ends[node, "output"] = (made, "text")
        return made

    def _python(self, node: dict[str, Any], wires: Mapping[str, Reference], fixed: dict[str, Json]) -> str:
        path = _source(node).get("path")
        if not isinstance(path, str):
            raise UsageError("its file is not named")
        if not path.endswith(".py"):
            raise UsageError(f"its file `{path[:80]}` is no Python")
        optional = [name for name, reference in wires.items() if reference.node in self.conditional]
        source = part_of(self.folder, path)
        tool = as_code(source, wires, fixed, optional, (self.folder / path).parent, self.folder)
        made = self.draft.add("code.python", node["name"], code=tool.code, packages=True if tool.packages else None)
        if tool.packages:
            names = ", ".join(f"`{name}`" for name in tool.packages)
            self.draft.note(made, f"its code imports {names}: install what is missing beside the studio")
        self._wire(made, wires, tool.ports)
        self.ends[node["name"], "output"] = (made, "value")
        return made

    def _condition(self, node: dict[str, Any], made: str) -> None:
        """`activate: {when: …, is: …}`: one switch per value asked, with a way per case."""
        activate = node.get("activate")
        if not isinstance(activate, dict):
            return
        reference, wanted = reference_of(activate.get("when")), activate.get("is")
        end = None if reference is None else self._end(reference)
        if reference is None or end is None or isinstance(wanted, list | dict) or wanted is None:
            self.draft.note(made, f"its condition {activate!r} is not understood; wire its `when` by hand")
            return
        if reference not in self.switches:
            switch = self.draft.add("flow.switch", f"{end[0]}_is", cases={})
            self.draft.connect(end, (switch, "value"))
            self.switches[reference] = (switch, {})
        switch, cases = self.switches[reference]
        way = next((name for name, case in cases.items() if case == wanted and type(case) is type(wanted)), "")
        if not way:
            way = cases_name(wanted, cases)
            cases[way] = wanted
            self.draft.graph.nodes[switch].params["cases"] = dict(cases)
        self.draft.connect((switch, way), (made, "when"))


def cases_name(wanted: Json, taken: Mapping[str, Json]) -> str:
    """Return the name of a way for a case, one that no port has."""
    name = port(str(wanted))
    return unique(f"{name}_case" if name == "else" else name, taken)


def _in_order(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Nodes after those whose outputs they use, else as listed; what stands in a circle keeps its place."""
    names = {node["name"] for node in nodes}
    waits = [_needs(node) & names for node in nodes]
    users: dict[str, list[int]] = {}
    for place, needed in enumerate(waits):
        for name in needed:
            users.setdefault(name, []).append(place)
    ready = [place for place, needed in enumerate(waits) if not needed]
    left = dict.fromkeys(range(len(nodes)))
    ordered = []
    while left:
        place = heappop(ready) if ready else next(iter(left))
        if place not in left:
            continue
        del left[place]
        ordered.append(nodes[place])
        for user in users.pop(nodes[place]["name"], ()):
            waits[user].discard(nodes[place]["name"])
            if not waits[user]:
                heappush(ready, user)
    return ordered


def _needs(node: dict[str, Any]) -> set[str]:
    given = node.get("inputs")
    values = list(given.values()) if isinstance(given, dict) else []
    activate = node.get("activate")
    values.append(activate.get("when") if isinstance(activate, dict) else None)
    return {found.node for value in values if (found := reference_of(value)) is not None and found.node}


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _source(node: Mapping[str, Any]) -> dict[str, Json]:
    return _mapping(node.get("source"))


def _model(node: Mapping[str, Any], fixed: Mapping[str, Json]) -> str | None:
    """The model's name as litellm writes it; None (the default) if the flow names none."""
    name = fixed.get("deployment_name") or fixed.get("model")
    if not isinstance(name, str) or reference_of(name) is not None:
        return None
    asked = f"{node.get('provider') or ''} {node.get('connection') or ''}".lower()
    return f"azure/{name}" if "azure" in asked or ("model" not in fixed and "openai" not in asked) else f"openai/{name}"


def _number(value: Json, kind: type[int] | type[float]) -> Json:
    try:
        made = kind(value) if value not in ("", None) and not isinstance(value, bool) else None
    except (TypeError, ValueError):
        return None
    return made if made is None or abs(made) < 1e9 else None


def _filled(template: str, name: str, value: Json) -> str:
    """The template with one of its gaps filled for good."""
    from studio.support.templates import as_text

    mark = "\x00"
    clean = template.replace(mark, "")
    return renamed(clean, name, f"{mark}{name}{mark}").replace(f"{{{mark}{name}{mark}}}", literal(as_text(value)))


def _text_param(template: str) -> dict[str, str]:
    from studio.support.templates import render

    return {"template": template} if placeholders(template) else {"text": render(template, {})}
