"""Scenes of graphs that others wrote."""

from __future__ import annotations

from typing import Final

from tests.support.screenshots.stage import Scene, Stage

STRANGER: Final = """\
studio: 1
name: price_watch
about: Looks prices up and tells the team.
nodes:
  product: {type: flow.input, kind: text, value: kettle}
  fetch: {type: http.request, title: Look the price up, url: "https://prices.example.com/find?name={product}"}
  parse:
    type: code.python
    title: Read the table
    code: |
      import re

      def main(body):
          rows = re.findall(r"(\\w+);(\\d+\\.\\d\\d)", body)
          return {name: float(price) for name, price in rows}
  notes: {type: files.read_folder, title: What we paid, folder: orders, pattern: "*.md"}
  judge:
    type: llm.function
    title: Is it a bargain?
    instructions: "Is {price} a good price, if we paid: {paid}"
    labels: [bargain, fair, dear]
    model: openai/gpt-4.1-mini
  convert: {type: shell.run, title: Count the orders, argv: [wc, -l, orders.csv]}
  out: {type: flow.output}
edges:
  - product.value -> fetch.product
  - fetch.text -> parse.body
  - parse.value -> judge.price
  - notes.texts -> judge.paid
  - judge.label -> out.value
layout:
  product: [0, 40]
  fetch: [250, 0]
  parse: [540, 0]
  notes: [540, 250]
  judge: [840, 90]
  convert: [840, 330]
  out: [1120, 90]
"""


def trust(stage: Stage) -> None:
    """A graph from elsewhere: the bar over it, and what one of its nodes may do."""
    stage.open(STRANGER)
    stage.canvas.zoom_to_fit()
    stage.canvas.select(["parse"])


def approval(stage: Stage) -> None:
    """Running it asks first, with all that it would do."""
    stage.open(STRANGER)
    stage.canvas.zoom_to_fit()
    stage.do("run.run")
    stage.until(lambda: stage.window.workbench.part("trust").dialog is not None)


SCENES: Final = (Scene("trust", trust), Scene("approval", approval))
