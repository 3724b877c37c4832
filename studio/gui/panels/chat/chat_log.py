"""What was said in the chat of a graph: messages of both sides, and which run gave which answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from studio.editing.document.ops import TOP
from studio.graph.model import Graph
from studio.graph.scope import BODY_PARAM
from studio.gui.live.watching.places import Places, Spot
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
        """Return what was said as messages for a model, without what was not answered."""
        told: list[dict[str, Json]] = []
        for said, answer in zip(self.bubbles[::2], self.bubbles[1::2], strict=False):
            if answer.state == "done":
                told += [{"role": "user", "content": said.text}, {"role": "assistant", "content": answer.text}]
        return told


def speakers(graph: Graph, output: str) -> set[Spot]:
    """Return the nodes whose streaming text goes to an output: what feeds it, into bodies."""
    places = Places(graph)
    found: set[Spot] = set()
    waiting = [Spot(TOP, output)]
    seen: set[Spot] = set()
    while waiting:
        target = waiting.pop()
        here = places.graph_at(target.at)
        if here is None or target in seen:
            continue
        seen.add(target)
        for edge in here.edges:
            source = here.nodes.get(edge.source)
            if edge.target != target.name or edge.target_port not in ("value", "data") or source is None:
                continue
            found.add(Spot(target.at, edge.source))
            body = places.body(target.at, edge.source) if BODY_PARAM in source.params else None
            if body is not None:
                waiting.append(Spot(body, edge.source_port))
            elif source.type.startswith("flow."):
                waiting.append(Spot(target.at, edge.source))
    return found


def as_text(value: Json) -> str:
    """Return what a person reads of an answer: text as it stands, the text of messages, else JSON."""
    from studio.gui.widgets.outputs_view import readable

    if isinstance(value, list) and value and isinstance(value[-1], dict) and "content" in value[-1]:
        value = value[-1]
    if isinstance(value, dict) and isinstance(value.get("content"), str) and "role" in value:
        value = value["content"]
    return readable(value)
