"""Scenes of graphs that others wrote."""

from __future__ import annotations

from pathlib import Path
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


TIDES: Final = """\
studio: 1
name: tides
about: Tells when to go out.
nodes:
  harbour: {type: flow.input, kind: text, value: Husum}
  table: {type: tides.table, title: High and low water, days: 3}
  best: {type: tides.best, title: The best hour}
  say: {type: text.template, template: "Go out at {hour}."}
  out: {type: flow.output}
edges:
  - harbour.value -> table.harbour
  - table.times -> best.times
  - best.hour -> say.hour
  - say.text -> out.value
layout:
  harbour: [0, 40]
  table: [250, 40]
  best: [520, 40]
  say: [790, 40]
  out: [1060, 40]
"""

TABLE: Final = '''\
"""`tides.table`: when the water is high and low."""

from __future__ import annotations

from studio.spec import Fields, Node, RunContext, node, param, port

ROUND_HOURS = 12.42
"""Hours between one high water and the next."""


@node("tides.table", category="Tides", limits="14 days")
class Table(Node):
    """Work out when the water is high at a harbour, by the mean of the moon."""

    class Params(Fields):
        days: int = param(1, ge=1, le=14, help="For how many days.")

    class In(Fields):
        harbour: str = port(help="The harbour's name.")

    class Out(Fields):
        times: list[float] = port(help="Hours from now, in order.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        first = sum(map(ord, inputs.harbour)) % ROUND_HOURS
        return self.Out(times=[first + ROUND_HOURS * turn for turn in range(params.days * 2)])
'''

BEST: Final = (
    TABLE.replace("tides.table", "tides.best").replace("Work out when", "Choose the hour at which")
    .replace("class Table", "class Best").replace("days: int", "least: int")
    .replace("harbour: str", "times: list[float]")
    .replace("times: list[float] = port(help=\"Hours", "hour: float = port(help=\"Hours")
)  # fmt: skip


def own_types(stage: Stage) -> None:
    """A project's own node types that nobody approved: the bar over the graph, and nodes that are not known yet."""
    _open_project(stage)
    stage.canvas.zoom_to_fit()
    stage.canvas.select(["table"])


def own_code(stage: Stage) -> None:
    """Their code, before any of it runs."""
    _open_project(stage)
    stage.canvas.zoom_to_fit()
    stage.do("graph.approve_types")
    dialog = stage.window.workbench.part("own_types").dialog
    assert dialog is not None
    dialog.names.setCurrentRow(1)


def _open_project(stage: Stage) -> None:
    project = Path("tides")  # where the working folder is, so that its name is the same each time
    (project / "nodes").mkdir(parents=True, exist_ok=True)
    (project / "studio.toml").touch()
    (project / "tides.yaml").write_text(TIDES, encoding="utf-8")
    (project / "nodes" / "best.py").write_text(BEST, encoding="utf-8")
    (project / "nodes" / "table.py").write_text(TABLE, encoding="utf-8")
    stage.window.workbench.open(project / "tides.yaml")
    stage.until(lambda: stage.window.workbench.part("own_types").is_idle)


SCENES: Final = (
    Scene("trust", trust),
    Scene("approval", approval),
    Scene("own_types", own_types),
    Scene("own_code", own_code),
)
