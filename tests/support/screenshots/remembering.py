"""Scenes of memories: what the stores of a run held at a step."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tests.support.screenshots.stage import Scene, Stage

DESK: Final = """\
studio: 1
name: ticket_desk
about: Tickets wait by urgency, are answered one by one, and are remembered.
nodes:
  inbox:
    type: flow.input
    title: Tickets of the morning
    value:
      - {id: T-101, who: Ada, urgency: 2, text: The invoice shows the old address.}
      - {id: T-102, who: Ben, urgency: 5, text: Nobody can log in since seven.}
      - {id: T-103, who: Cleo, urgency: 1, text: Could the font be larger?}
      - {id: T-104, who: Dov, urgency: 4, text: The export stops after a thousand rows.}
      - {id: T-105, who: Eve, urgency: 3, text: Two orders were charged twice.}
      - {id: T-106, who: Fay, urgency: 5, text: The payment page is blank.}
  clock: {type: math.expression, title: Count, expression: n + 1, kind: integer}
  ticket: {type: math.expression, title: Next ticket, expression: "tickets[n - 1]"}
  urgency: {type: math.expression, title: Urgency, expression: ticket.urgency, kind: number}
  key: {type: math.expression, title: Number, expression: ticket.id, kind: text}
  text: {type: math.expression, title: What it says, expression: ticket.text, kind: text}
  file: {type: table.insert, title: File it, store: tickets}
  wait: {type: priority_queue.push, title: Let it wait, store: waiting}
  turn: {type: logic.expression, title: Every second tick, expression: n % 2 == 0}
  take: {type: priority_queue.pop, title: Take the most urgent, store: waiting}
  answered: {type: flow.input, title: Answered, value: {state: answered}}
  close: {type: table.update, title: Mark as answered, store: tickets, filter: {id: "{id}"}}
  vector: {type: llm.embed, title: Embed, model: toy}
  remember: {type: stream.add, title: Remember, store: memories, kind: ticket, time: tick}
  recall: {type: stream.retrieve, title: What is like it?, store: memories, limit: 2, time: tick}
  post: {type: board.write, title: Tell the team, store: board, slot: newest}
  reply: {type: text.template, title: Reply, template: "Hello, we look into it: {text}"}
  say: {type: messages.append, title: Say it, store: conversation, role: assistant}
  out: {type: flow.output, title: Like it, collect: true}
edges:
  - clock.value ~> clock.n: {initial: 0}
  - inbox.value -> ticket.tickets
  - clock.value -> ticket.n
  - ticket.value -> urgency.ticket
  - ticket.value -> key.ticket
  - ticket.value -> text.ticket
  - ticket.value -> file.row
  - text.value -> wait.value
  - key.value -> wait.key
  - urgency.value -> wait.priority
  - clock.value -> turn.n
  - turn.value -> take.when
  - take.key -> close.id
  - answered.value -> close.values
  - text.value -> vector.text
  - text.value -> remember.text
  - urgency.value -> remember.importance
  - vector.vector -> remember.vector
  - vector.vector -> recall.vector
  - key.value -> post.value
  - take.item -> reply.text
  - reply.text -> say.message
  - recall.texts -> out.value
stores:
  waiting: {type: priority_queue, first: highest}
  tickets: {type: table, key: id, columns: {id: text, who: text, urgency: integer, state: text, text: text}}
  memories: {type: stream}
  board: {type: board, slots: {shift: morning}}
  conversation: {type: messages, items: [{role: system, content: "Be brief and kind."}]}
max_ticks: 6
"""


def recorded(folder: Path) -> Path:
    """Record a run of the desk; return the file it is in."""
    from studio import run
    from studio.graph import Graph
    from studio.trace.writer import close_writer

    db = folder / "desk.db"
    made = run(Graph.from_text(DESK), db=db, embedder="toy")
    assert made.status == "ok", made.error
    close_writer(db)
    return db


def stores(stage: Stage) -> None:
    """What the stores of a run held at a step, and what the step changed in one."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from studio.gui.panels.stores.panel import StoresPanel
    from studio.gui.replay.session import Session, Source

    db = recorded(Path(os.environ["STUDIO_DB"]).parent)
    session = stage.window.workbench.part("replay").open(Source(db, "last"))
    assert isinstance(session, Session)
    panel = stage.show("stores")
    assert isinstance(panel, StoresPanel)
    taking = next(one.seq for one in session.trace.firings(node="take") if one.tick == "3")
    session.seek(taking or 0)
    stage.until(lambda: panel.found is not None and panel.found.seq == session.seq)
    item = panel.places.topLevelItem(0)
    assert item is not None
    place = panel.places.visualItemRect(item).center()
    QTest.mouseClick(panel.places.viewport(), Qt.MouseButton.LeftButton, pos=place)
    stage.until(lambda: panel.found is not None and panel.found.path == "waiting")


SCENES: Final = (Scene("stores", stores, "stores"),)
