"""Wires that are offered at a node: what can be drawn, all of it, likeliest first."""

from __future__ import annotations

from studio.editing import TOP, Document
from studio.editing.edits.connecting import connect
from studio.editing.edits.rules import can_connect
from studio.editing.offering.linking import offers
from studio.graph.model import Graph

LOOSE = """
nodes:
  topic: {type: flow.input, kind: text}
  writer: {type: llm.function, instructions: "Write about {topic}. Mend: {fault}", output: text}
  critic: {type: llm.function, instructions: "Judge: {draft}", labels: [good, bad]}
  result: {type: flow.output}
edges:
  - topic.value -> writer.topic
"""


def document() -> Document:
    return Document(Graph.from_text(LOOSE))


def test_inputs_that_need_a_wire_come_first() -> None:
    found = [str(one.edge) for one in offers(document(), TOP, "critic")]

    assert found[0] == "writer.text -> critic.draft"
    assert found.index("topic.value -> critic.draft") < found.index("critic.done -> result.when")
    assert found.index("critic.label -> result.value") < found.index("critic.done -> result.when")
    assert found.index("critic.label -> writer.fault") < found.index("critic.label -> writer.topic")


def test_every_offer_can_be_drawn_and_none_is_missed() -> None:
    doc = document()
    doc.do("Connect", connect(doc, TOP, next(o.edge for o in offers(doc, TOP, "writer") if o.edge.target == "critic")))
    found = offers(doc, TOP, "critic")

    assert all(can_connect(doc, TOP, one.edge) is None for one in found)
    assert len({str(one.edge) for one in found}) == len(found)
    back = next(one for one in found if one.edge.target == "writer" and one.edge.target_port == "fault")
    assert back.edge.feedback, "a wire that closes a cycle is offered as feedback"
    assert "writer.text -> critic.draft" not in {str(one.edge) for one in found}, "it is there already"
