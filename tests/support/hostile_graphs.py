"""Graph files that nobody should have to meet, and that the window opens all the same. Built, not stored: some are big.

Each is a function that returns the text of a file; `HOSTILE` holds them by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

MARK: Final = "<b>HOSTILE</b>"
"""Stands in every text of `html`: where it is shown, it must be shown as it is written."""

HTML: Final = f"{MARK}<img src='file:///etc/passwd'><a href='javascript:alert(1)'>x</a><table><tr><td>&lt;"


def _quoted(text: str) -> str:
    """Return a text in quotes, its letters as they are: YAML has no pairs of escapes for those beyond 16 bits."""
    return json.dumps(text, ensure_ascii=False)


def unknown_nodes() -> str:
    """Types that no plugin declares, with params, wired to each other and to known ones."""
    return """\
studio: 1
name: unknown
nodes:
  known: {type: flow.input, value: 3}
  strange: {type: acme.frobnicate, level: 3, deep: {a: [1, {b: null}]}}
  stranger: {type: "llm.function2", instructions: "Say {x}"}
  typo: {type: flow.inptu, value: 1}
  out: {type: flow.output}
edges:
  - known.value -> strange.left
  - strange.right -> stranger.x
  - stranger.text -> out.value
  - typo.value ~> strange.again: {initial: [1, 2]}
"""


def broken_wires() -> str:
    """Edges to nodes and ports that do not exist, edges that stand twice, types that do not fit."""
    return """\
studio: 1
name: broken
nodes:
  a: {type: flow.input, value: 3}
  t: {type: text.template, template: "x {word}"}
  out: {type: flow.output}
edges:
  - nowhere.value -> out.value
  - a.value -> nobody.value
  - gone.x -> lost.y
  - a.nothing -> out.value
  - a.value -> out.nothing
  - a.value -> t.word
  - a.value -> t.word
  - t.text ~> t.word: {initial_from: gone.text}
  - t.text ~> lost.word: {hold: true}
"""


def cycles() -> str:
    """Nodes that wait for each other within one tick, and one that waits for itself."""
    return """\
studio: 1
name: cycles
nodes:
  a: {type: text.template, template: "{x}"}
  b: {type: text.template, template: "{x}"}
  c: {type: text.template, template: "{x} {y}"}
  out: {type: flow.output}
edges:
  - a.text -> b.x
  - b.text -> c.x
  - c.text -> a.x
  - c.text -> c.y
  - c.text -> out.value
"""


def html() -> str:
    """Markup in every text that a file can hold, port names made of it included."""
    text = json.dumps(HTML)
    port = json.dumps("<b>HOSTILE</b>")
    return f"""\
studio: 1
name: {text}
about: {text}
nodes:
  prompt: {{type: llm.function, title: {text}, instructions: {json.dumps(HTML + " {word}")}, labels: [{text}, plain]}}
  route: {{type: flow.switch, title: {text}, cases: [{port}]}}
  strange: {{type: {text}, title: {text}, param: {text}}}
  out: {{type: flow.output, title: {text}}}
edges:
  - prompt.label -> route.value
  - route.<b>HOSTILE</b> -> out.value
stores:
  memory: {{type: {text}}}
layout:
  /frames: [{{title: {text}, rect: [-40, -40, 900, 500]}}]
  /comments: [{{text: {text}, rect: [0, 520, 300, 100]}}]
"""


def big_prompt(megabytes: int = 10) -> str:
    """A prompt of so many megabytes, half of it in one line."""
    half = megabytes * 500_000
    words = ("tide pools and " * (half // 15 + 1))[:half]
    lines = ("a line of the prompt\n" * (half // 21 + 1))[:half]
    return f"""\
studio: 1
name: big
nodes:
  topic: {{type: flow.input, value: x}}
  ask: {{type: llm.function, instructions: {json.dumps(words + lines + " {topic}")}, output: text}}
  out: {{type: flow.output}}
edges:
  - topic.value -> ask.topic
  - ask.text -> out.value
"""


def many_nodes(count: int = 5_000) -> str:
    """Thousands of nodes in one graph, each wired to the one before and every third to an earlier one."""
    nodes = "\n".join(f"  n{number}: {{type: text.template, template: '{{a}} {{b}}'}}" for number in range(count))
    edges = [f"  - n{number - 1}.text -> n{number}.a" for number in range(1, count)]
    edges += [f"  - n{number - 60}.text -> n{number}.b" for number in range(60, count, 3)]
    places = "\n".join(f"  n{number}: [{number % 70 * 300}, {number // 70 * 220}]" for number in range(count))
    return f"studio: 1\nname: many\nnodes:\n{nodes}\nedges:\n" + "\n".join(edges) + f"\nlayout:\n{places}\n"


def odd_letters() -> str:
    """Right-to-left text, overrides, zero-width and combining signs, surrogate pairs, very long words."""
    odd = "שלום \u202egnirts\u202c \u200b\u200d\ufeff a\u0301\u0302\u0303 👩‍👩‍👧‍👦 مرحبا \u2066x\u2069"
    stacked = "Z" + "\u0335\u0321\u0322" * 80
    hidden = _quoted("route.a\u200bb -> out.value")
    return f"""\
studio: 1
name: {_quoted(odd)}
about: {_quoted(stacked)}
nodes:
  a: {{type: flow.input, title: {_quoted(odd)}, value: {_quoted(stacked)}}}
  route: {{type: flow.switch, title: {_quoted(stacked)}, cases: ["שלום", "a\\u200bb", "ab"]}}
  out: {{type: flow.output, title: {json.dumps("W" * 3000)}}}
edges:
  - a.value -> route.value
  - route.שלום -> out.value
  - {hidden}
"""


def odd_layout() -> str:
    """Places that no screen has, and layout entries that are no places."""
    return """\
studio: 1
name: places
nodes:
  a: {type: flow.input, value: 1}
  b: {type: flow.output}
  c: {type: flow.output}
  d: {type: flow.output}
  e: {type: flow.output}
  f: {type: flow.output}
edges:
  - a.value -> b.value
  - a.value -> c.value
layout:
  a: [1.0e+300, -1.0e+300]
  b: [9223372036854775807, 0]
  c: ["left", "right"]
  d: null
  e: [1, 2, 3]
  f: {x: 1}
  gone: [0, 0]
  /frames: 7
  /comments: [[], {}, {text: 3, rect: [a, b]}, {text: kept, rect: [0, 0, 1.0e+200, -5]}]
  /wires: {"a.value -> b.value": [[1.0e+300, 0], x]}
"""


def deep_bodies(depth: int = 15) -> str:
    """Subgraphs in subgraphs, as deep as a file may nest them."""
    lines = ["studio: 1", "name: deep"]
    for level in range(depth + 1):
        pad = "    " * level
        lines.append(f"{pad}nodes:")
        if level < depth:
            lines.append(f"{pad}  run: {{type: flow.subgraph, graph: g{level}}}")
        lines.append(f"{pad}  out: {{type: flow.output}}")
        if level < depth:
            lines += [f"{pad}graphs:", f"{pad}  g{level}:"]
    return "\n".join(lines) + "\n"


def missing_bodies() -> str:
    """Bodies in files that are not there, outside the project, or no name at all."""
    return """\
studio: 1
name: missing
nodes:
  gone: {type: flow.subgraph, graph: ./nowhere.yaml}
  outside: {type: flow.map, graph: ../../../../etc/passwd.yaml}
  unnamed: {type: flow.subgraph}
  number: {type: flow.map, graph: 3}
  local: {type: flow.subgraph, graph: nobody}
  out: {type: flow.output}
edges:
  - gone.result -> out.value
  - local.x -> out.value
"""


def recursion() -> str:
    """Graphs that run themselves: a body by its own name, two by turns, one on the shared clock."""
    return """\
studio: 1
name: recursion
nodes:
  start: {type: flow.subgraph, graph: itself}
  turn: {type: flow.subgraph, graph: left}
  organ: {type: flow.subgraph, graph: shared, clock: shared}
  out: {type: flow.output}
edges:
  - start.out -> out.value
graphs:
  itself:
    nodes:
      again: {type: flow.subgraph, graph: itself}
      out: {type: flow.output}
    edges:
      - again.out -> out.value
  left:
    nodes:
      go: {type: flow.subgraph, graph: right}
      out: {type: flow.output}
    edges:
      - go.out -> out.value
  right:
    nodes:
      back: {type: flow.map, graph: left}
      out: {type: flow.output}
    edges:
      - back.out -> out.value
  shared:
    nodes:
      again: {type: flow.subgraph, graph: shared, clock: shared}
      out: {type: flow.output}
"""


HOSTILE: Final[dict[str, Callable[[], str]]] = {
    one.__name__: one
    for one in (
        unknown_nodes, broken_wires, cycles, html, big_prompt, many_nodes, odd_letters, odd_layout, deep_bodies,
        missing_bodies, recursion,
    )
}  # fmt: skip
