"""Which input of a graph is what a person says to it, and which output is what it answers."""

from __future__ import annotations

from studio.graph.model import Graph

CHAT_NAMES = (
    "message",
    "messages",
    "question",
    "questions",
    "prompt",
    "text",
    "query",
    "input",
    "user",
    "topic",
    "goal",
    "task",
)
REPLY_NAMES = ("reply", "answer", "response", "result", "text", "output", "message")


def likely_input(graph: Graph) -> str:
    """Return the input that is most likely what a person says: by kind, then by name, then the first."""
    return _likely(graph, "flow.input", ("messages", "message"), CHAT_NAMES, ("text", "any", "messages", "message"))


def likely_output(graph: Graph) -> str:
    """Return the output that is most likely what the graph answers."""
    return _likely(graph, "flow.output", ("message",), REPLY_NAMES, ("text", "any", "message", "messages"))


def _likely(graph: Graph, type: str, kinds: tuple[str, ...], names: tuple[str, ...], usable: tuple[str, ...]) -> str:
    found = {name: node for name, node in graph.nodes.items() if node.type == type}
    # What can only be picked is not what is said, unless there is nothing else.
    open_ones = {name: node for name, node in found.items() if not node.params.get("choices")} or found
    nodes = {name: node.params.get("kind", "any") for name, node in open_ones.items()}
    for name, kind in nodes.items():
        if kind in kinds:
            return name
    fitting = [name for name, kind in nodes.items() if kind in usable] or list(nodes)
    return next((name for name in names if name in fitting), next(iter(fitting), ""))
