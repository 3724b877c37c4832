"""What was said in the chat of a graph: messages of both sides, and which run gave which answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from studio.graph.model import Graph
from studio.graph.scope import BODY_PARAM
from studio.gui.live.places import Places
from studio.support.values import Json

Who = Literal["you", "graph"]


@dataclass(slots=True)
class Bubble:
    """One message. `state`: done, streaming, error or stopped."""

    who: Who
    text: str
    state: str = "done"
    run: str = ""


@dataclass(slots=True)
class ChatLog:
    """The chat of one document in this session: its ends (input and output) and what was said."""

    input: str = ""
    output: str = ""
    bubbles: list[Bubble] = field(default_factory=list)

    def history(self) -> list[dict[str, Json]]:
        """Return what was said as messages for a model, without what failed."""
        return [
            {"role": "user" if one.who == "you" else "assistant", "content": one.text}
            for one in self.bubbles
            if one.state == "done"
        ]


CHAT_NAMES = ("message", "messages", "question", "prompt", "text", "query", "input", "user", "topic", "goal", "task")
REPLY_NAMES = ("reply", "answer", "response", "result", "text", "output", "message")


def likely_input(graph: Graph) -> str:
    """Return the input that is most likely what a person says: by kind, then by name, then the first."""
    return _likely(graph, "flow.input", ("messages", "message"), CHAT_NAMES, ("text", "any", "messages", "message"))


def likely_output(graph: Graph) -> str:
    """Return the output that is most likely what the graph answers."""
    return _likely(graph, "flow.output", ("message",), REPLY_NAMES, ("text", "any", "message", "messages"))


def _likely(graph: Graph, type: str, kinds: tuple[str, ...], names: tuple[str, ...], usable: tuple[str, ...]) -> str:
    nodes = {name: node.params.get("kind", "any") for name, node in graph.nodes.items() if node.type == type}
    for name, kind in nodes.items():
        if kind in kinds:
            return name
    fitting = [name for name, kind in nodes.items() if kind in usable] or list(nodes)
    return next((name for name in names if name in fitting), next(iter(fitting), ""))


def speakers(graph: Graph, output: str) -> set[str]:
    """Return the node paths (items left out) whose streaming text goes to an output: what feeds it, into bodies."""
    places = Places(graph)
    found: set[str] = set()
    waiting = [((), "", output)]
    seen = set()
    while waiting:
        at, prefix, target = waiting.pop()
        here = places.graph_at(at)
        if here is None or (prefix, target) in seen or len(seen) > 1000:
            continue
        seen.add((prefix, target))
        for edge in here.edges:
            if edge.target != target or edge.target_port not in ("value", "data"):
                continue
            source = here.nodes.get(edge.source)
            if source is None:
                continue
            found.add(prefix + edge.source)
            body = places.body(at, edge.source) if BODY_PARAM in source.params else None
            if body is not None:
                waiting.append((body, f"{prefix}{edge.source}/", edge.source_port))
            elif source.type.startswith("flow."):
                waiting.append((at, prefix, edge.source))
    return found


def as_text(value: Json) -> str:
    """Return what a person reads of an answer: text as it stands, the text of messages, else JSON."""
    from studio.gui.live.outputs_view import pretty

    if isinstance(value, list) and value and isinstance(value[-1], dict) and "content" in value[-1]:
        value = value[-1]
    if isinstance(value, dict) and isinstance(value.get("content"), str) and "role" in value:
        value = value["content"]
    return pretty(value)
