"""Small graphs that runs are watched on, and what a model says to the critic loop."""

GOOD = ("One.", "vague", "Two.", "wrong", "Three.", "good")

COUNTER = """
nodes:
  n: {type: math.expression, expression: "x + 1"}
  far: {type: math.expression, expression: "x >= 50"}
  done: {type: flow.stop}
  result: {type: flow.output}
edges:
  - n.value ~> n.x: {initial: 0}
  - n.value -> far.x
  - far.value -> done.when
  - n.value -> result.value
"""

MAPPED = """
nodes:
  words: {type: flow.input, value: [a, b, c]}
  each: {type: flow.map, graph: body}
  all: {type: flow.output}
edges:
  - words.value -> each.items
  - each.twice -> all.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      twin: {type: math.expression, expression: "item + item"}
      twice: {type: flow.output}
    edges:
      - item.value -> twin.item
      - twin.value -> twice.value
"""

ASKING = """
nodes:
  ask: {type: human.ask, question: "Which?", choices: [left, right]}
  way: {type: flow.output}
edges:
  - ask.answer -> way.value
"""
