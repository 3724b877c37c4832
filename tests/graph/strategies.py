"""Random graphs with the texts that break careless YAML writers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from studio.graph import Edge, Graph, NodeInstance, StoreDecl
from studio.graph.model import NODE_KEYS

KNOWN_TRAPS = [
    "yes", "no", "on", "Off", "y", "1e3", "null", "~", "0o7", "0x1f", "1_000", "12:30", "2024-01-01", "<<", "=",
    ".inf",
    "-.NaN", "", "-", "---", "...", "- a", "? b", "a: b", "a:", "a #b", "#", "  lead", "trail ", "trail \n", "a\n\n",
    "\n", "\n\n", "\n a", " a\n b", "  a\nb", "a\n  \nb", "a\n  ", "a\n \n", "# x", "x\n# y", "é", "|\n", "\ta\nb",
    "a\tb",
    "a\n\tb\n", "x" * 120, "y" * 1100, "😀", "👨\u200d👩\u200d👧\nfamily", "\u202eevil", "\x85", "a\u2028b\n",
    "a\r\nb\n",
    "\ufeff", "@x", "`x`", "%x", "!x", "&x", "*x", "'x'", '"x"', "{x}", "[x]", "a, b", "{{x}}\n{y}", "\x00",
    "\x1b[0m\n",
    "a\\nb", "C:\\x", "\xa0", "\xad\n.", "a\n---\nb\n", "a\n...\n", "Judge: {draft}", "true", "0.5", "-1", "+1", "1.",
    "１",
]  # fmt: skip

texts = st.one_of(
    st.sampled_from(KNOWN_TRAPS),
    st.text(max_size=12),
    st.text(alphabet=" \t\n\r#:-?{}[],&*!|>'\"%@`~\\ab0\u2028\x85\u00a0\ufeff😀\u200d\x00\x1b", max_size=14),
)
scalars = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=10
)
names = st.sampled_from(["a", "b", "topic", "y", "no", "_x", "true", "null", "n1", "layout", "nodes", "Big"])
param_names = texts.filter(lambda name: name not in NODE_KEYS)
ports = st.sampled_from(["out", "value", "is-good", "é", "else", "1", "a:b", "#x", "done"])


@st.composite
def nodes(draw: Any, name: str) -> NodeInstance:
    node = NodeInstance(name, draw(st.sampled_from(["toy.add", "no.such", "yes", "a: b"])))
    node.params = draw(st.dictionaries(param_names, values, max_size=3))
    node.title = draw(st.just("") | texts)
    node.fires = draw(st.sampled_from([None, "once", "every_tick"]))
    node.on_error = draw(st.sampled_from(["fail", "skip", "default", "route"]))
    node.default = draw(st.just({}) | st.dictionaries(texts, values, max_size=2))
    node.retries = draw(st.integers(0, 3))
    node.timeout_s = draw(st.none() | st.floats(0.001, 1e9))
    node.limits = draw(st.just({}) | st.dictionaries(texts, st.floats(0, 1e6), max_size=2))
    node.knockout = draw(st.sampled_from([False, True, "pass"]))
    return node


@st.composite
def edges(draw: Any, of: list[str]) -> Edge:
    ends = (draw(st.sampled_from(of)), draw(ports), draw(st.sampled_from(of)), draw(ports))
    edge = Edge(*ends, feedback=draw(st.booleans()))
    if edge.feedback:
        kind = draw(st.integers(0, 2))
        if kind == 1:
            edge.has_initial, edge.initial = True, draw(values)
        elif kind == 2:
            edge.initial_from = f"{draw(st.sampled_from(of))}.{draw(ports)}"
        edge.hold = draw(st.booleans())
    return edge


@st.composite
def graphs(draw: Any, depth: int = 1) -> Graph:
    graph = Graph(name=draw(texts) if depth else "x", about=draw(st.just("") | texts))
    for name in draw(st.lists(names, max_size=4, unique=True)):
        graph.nodes[name] = draw(nodes(name))
    if graph.nodes:
        graph.edges = draw(st.lists(edges(list(graph.nodes)), max_size=4))
    for name in draw(st.lists(names, max_size=2, unique=True)):
        store = graph.stores[name] = StoreDecl(name, draw(texts), draw(st.sampled_from(["region", "run", "project"])))
        store.params = draw(st.dictionaries(texts.filter(lambda key: key not in ("type", "scope")), values, max_size=2))
    graph.until = draw(st.sampled_from(["quiet", "stop"]))
    graph.max_ticks = draw(st.none() | st.integers(1, 10**6))
    graph.on_limit = draw(st.sampled_from(["stop", "fail"]))
    graph.limits = draw(st.just({}) | st.dictionaries(texts, st.floats(0, 1e6), max_size=2))
    graph.dynamics = draw(
        st.just({})
        | st.dictionaries(
            st.sampled_from(["on_alarm", "wander", "circle"]), st.sampled_from(["off", "warn", "pause", "stop"])
        )
        | st.fixed_dictionaries({"settings": st.sampled_from([{}, {"stall_ticks": 20, "known_warn": 0.7}])})
    )
    graph.layout = draw(st.just({}) | st.dictionaries(texts, values, max_size=3))
    graph.extra = draw(
        st.just({}) | st.dictionaries(st.sampled_from(["future", "# odd", "a: b", "yes"]), values, max_size=2)
    )
    if depth:
        for name in draw(st.lists(names, max_size=2, unique=True)):
            inner = graph.graphs[name] = draw(graphs(depth - 1))
            inner.name = draw(st.just(name) | texts)
    return graph
