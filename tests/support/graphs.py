"""Graphs that several tests play."""

from __future__ import annotations

CRITIC_LOOP = """\
studio: 1
name: critic_loop
about: Write, criticise, rewrite until the critic is content.
nodes:
  topic: {type: flow.input, value: tide pools}
  writer:
    type: llm.function
    instructions: |
      Write two sentences about {topic}.
      Mend this fault of the last draft, if any: {fault}
    output: text
  critic: {type: llm.function, instructions: "Judge: {draft}", labels: [good, vague, wrong]}
  route: {type: flow.switch, cases: [good]}
  done: {type: flow.stop}
  result: {type: flow.output}
edges:
  - topic.value -> writer.topic
  - writer.text -> critic.draft
  - critic.label -> route.value
  - critic.label ~> writer.fault: {initial: ""}
  - route.good -> done.when
  - writer.text -> result.value
max_ticks: 6
"""
"""The critic loop of design section 6, in canonical form."""
