"""Small graphs for tests of the canvas, placed so that cards are apart."""

from __future__ import annotations

CHAIN = """\
studio: 1
name: chain
nodes:
  topic: {type: flow.input, value: tide pools}
  writer: {type: llm.function, instructions: "Write about {topic}. Mend: {fault}", output: text}
  critic: {type: llm.function, instructions: "Judge: {draft}", labels: [good, bad]}
  result: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - writer.text -> critic.draft
layout:
  topic: [0, 0]
  writer: [220, 0]
  critic: [560, 0]
  result: [560, 220]
"""

LOOP = CHAIN.replace(
    "layout:", '  - critic.label ~> writer.fault: {initial: ""}\n  - writer.text -> result.value\nlayout:'
)

BODIES = """\
studio: 1
name: bodies
nodes:
  start: {type: flow.input, value: [1, 2]}
  each: {type: flow.map, graph: double}
  end: {type: flow.output}
edges:
  - start.value -> each.items
  - each.twice -> end.value
graphs:
  double:
    nodes:
      item: {type: flow.input}
      sum: {type: math.expression, expression: n * 2}
      twice: {type: flow.output}
    edges:
      - item.value -> sum.n
      - sum.value -> twice.value
    layout: {item: [0, 0], sum: [200, 0], twice: [400, 0]}
layout: {start: [0, 0], each: [220, 0], end: [440, 0]}
"""

NOTED = """\
studio: 1
name: noted
nodes:
  a: {type: flow.input, value: x}
  b: {type: flow.output}
  c: {type: flow.output}
edges:
  - a.value -> b.value
layout:
  a: [40, 80]
  b: [240, 80]
  c: [620, 80]
  /frames: [{title: Draft, rect: [0, 20, 460, 220], colour: blue}]
  /comments: [{text: Why this is here., rect: [0, 300, 200, 80]}]
"""

BROKEN = """\
studio: 1
name: broken
nodes:
  a: {type: flow.input, value: x}
  b: {type: flow.output}
  odd: {type: made.up, some: thing}
edges:
  - a.value -> b.value
  - a.value -> b.value
  - a.nothing -> b.value
  - a.value -> b.elsewhere
  - a.value -> gone.value
  - lost.value -> b.value
  - nobody.x -> noone.y
  - odd.x -> b.value
layout: {a: [0, 0], b: [300, 0], odd: [0, 200]}
"""
