"""The tools of `llm.agent`: node types that its `tools` name, as a model is told of them and as they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from studio.spec import Fields, Node, Registry, default_registry
from studio.spec.calls import ToolOffer
from studio.spec.fields import Field
from studio.spec.json_schema import schema_of_all
from studio.spec.params import parse_params
from studio.spec.types import BLOB_TYPES
from studio.support.errors import NodeError
from studio.support.templates import as_text
from studio.support.values import Json, is_blob

KEYS: Final = ("use", "as", "about", "set", "give", "most", "ask")
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
FINISH: Final = "finish"
"""Name of the tool by which an agent with a schema gives its answer."""


@dataclass(frozen=True)
class Tool:
    """One entry of `tools`: a node type, what is fixed of it, and how often and on whose word it may be called."""

    use: str
    name: str
    about: str = ""
    set: Mapping[str, Json] = field(default_factory=dict)
    """Params of the node type."""
    give: Mapping[str, Json] = field(default_factory=dict)
    """Inputs with a fixed value, which the model is not told of."""
    most: int | None = None
    ask: bool = False
    """A person says yes to every single call."""

    def node_type(self, registry: Registry | None = None) -> type[Node] | None:
        """Return the node type, or None if there is none of this name."""
        return (registry or default_registry()).find(self.use)

    def params(self, cls: type[Node]) -> Fields:
        """Return the params it works with."""
        return parse_params(cls.Params, self.set)[0]

    def open_inputs(self, cls: type[Node]) -> dict[str, Field]:
        """Return the inputs that the model gives: all but the fixed ones and those that take images, sounds, files.

        Fixed is also what `set` says of a param that an input could replace, as the folder of *files.read* is.
        """
        declared = cls.inputs(self.params(cls)).fields()
        return {
            name: spec
            for name, spec in declared.items()
            if name not in self.give and (name not in self.set or spec.required) and spec.type not in BLOB_TYPES
        }

    def offer(self, cls: type[Node]) -> ToolOffer:
        """Return what the model is told of the tool."""
        schema = schema_of_all(self.open_inputs(cls).values())
        return ToolOffer(self.name, self.about or cls.spec.summary, schema)


def read_tools(given: Any) -> list[Tool]:
    """Return the tools of a param; entries that are none are left out (`tool_problems` names them)."""
    return [tool for entry in given or () if (tool := read_tool(entry)) is not None]


def tool_problems(given: Any, *, finishes: bool) -> Iterator[str]:
    """Yield what is wrong with the tools, one sentence each. `finishes`: the agent has a tool of its own to answer."""
    names: set[str] = {FINISH} if finishes else set()
    for number, entry in enumerate(given or (), 1):
        what = f"Tool {number}"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("use"), str):
            yield f"{what} must name a node type, as in `{{use: files.read}}`."
            continue
        what = f"Tool `{entry['use']}`"
        if unknown := [key for key in entry if key not in KEYS]:
            yield f"{what} has no `{unknown[0]}`; a tool has {', '.join(KEYS)}."
            continue
        tool = read_tool(entry)
        if tool is None:
            yield (
                f"{what}: `as` and `about` are texts, `set` and `give` map names to values, `most` is a number from 1, "
                "`ask` true or false."
            )
            continue
        if not NAME.fullmatch(tool.name):
            yield f"{what} is called `{tool.name}`; a name has letters, digits and `_`, 64 at most. Give one in `as`."
        elif tool.name in names:
            yield f"Two tools are called `{tool.name}`. Give one of them another name in `as`."
        names.add(tool.name)
        yield from _type_problems(tool, what)


def can_be_tool(cls: type[Node]) -> bool:
    """Return whether a node type does something on its own that a model could ask for."""
    return not cls.spec.role and cls.spec.type != "llm.agent" and getattr(cls, "run", None) is not None


def _type_problems(tool: Tool, what: str) -> Iterator[str]:
    cls = tool.node_type()
    if cls is None:
        return  # perhaps one of the project's own: what it is, is known when the agent runs
    if not can_be_tool(cls):
        yield f"{what} cannot be a tool: it only makes sense in a graph."
        return
    params, problems = parse_params(cls.Params, tool.set)
    problems = problems or list(cls.problems(params))
    if problems:
        yield f"{what}: {problems[0]}"
        return
    declared = cls.inputs(params).fields()
    for name in tool.give:
        if name not in declared:
            yield f"{what} has no input `{name}` that could be given."
    for name, spec in declared.items():
        if spec.required and name not in tool.give and spec.type in BLOB_TYPES:
            yield f"{what} needs {spec.type} at `{name}`, which a model cannot write."


def read_tool(entry: Any) -> Tool | None:
    """Return the tool of one entry, or None if it has not the form of one."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("use"), str):
        return None
    fixed, given, most = entry.get("set") or {}, entry.get("give") or {}, entry.get("most")
    name, about, ask = entry.get("as") or entry["use"].replace(".", "_"), entry.get("about") or "", entry.get("ask")
    good = (
        isinstance(fixed, Mapping)
        and isinstance(given, Mapping)
        and isinstance(name, str)
        and isinstance(about, str)
        and (ask is None or isinstance(ask, bool))
        and (most is None or (isinstance(most, int) and not isinstance(most, bool) and most >= 1))
    )
    return Tool(entry["use"], name, about, fixed, given, most, bool(ask)) if good else None


def answer_text(outputs: Mapping[str, Json], most: int) -> str:
    """Return what the model is shown of a tool's outputs: a lone text as it is, else JSON; the middle cut away beyond
    `most` characters. Images, sounds and files are named, not shown."""
    shown = {name: _named(value) for name, value in outputs.items()}
    text = as_text(next(iter(shown.values()))) if len(shown) == 1 else as_text(shown)
    if len(text) <= most:
        return text
    head = most * 2 // 3
    return f"{text[:head]}\n[… {len(text) - most} characters left out …]\n{text[len(text) - (most - head) :]}"


def _named(value: Json) -> Json:
    return f"[{value['type']}, {value['size']} bytes]" if is_blob(value) else value


def outcome_of(error: NodeError) -> str:
    """Return what the model is told when a tool refuses or fails."""
    return f"Error: {error}"
