"""Copies of a firing: its model call as curl or Python, the firing as YAML, prompt, reply, values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from studio.replay.firing.asking import ANSWER, Asking, last_text
from studio.replay.firing.facts import FiringFacts
from studio.replay.firing.prompts import messages_of
from studio.support.errors import StudioError
from studio.trace.log import CALLS, MODEL_KINDS

if TYPE_CHECKING:
    from studio.gui.panels.inspector.firing.desk import Desk
    from studio.trace import Trace
    from studio.trace.found import Effect


class Copy(NamedTuple):
    """One way to copy: its id, and what the menu says."""

    id: str
    title: str


COPIES = (
    Copy("curl", "Model Call as curl"),
    Copy("python", "Model Call as Python (litellm)"),
    Copy("prompt", "Prompt"),
    Copy("reply", "Reply"),
    Copy("yaml", "Firing as YAML (test case)"),
    Copy("node", "Node as YAML"),
    Copy("inputs", "Inputs as JSON"),
    Copy("outputs", "Outputs as JSON"),
    Copy("json", "Everything as JSON"),
)


class Copying:
    """Copies of what the page shows."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.facts: FiringFacts | None = None
        self.asking: Asking | None = None

    def call(self) -> Effect | None:
        """The model call that is copied: the last that answered, or else the last one."""
        calls = [] if self.asking is None else list(self.asking.calls())
        answers = [one.effect for one in calls if one.purpose == ANSWER]
        models = [one.effect for one in calls if one.effect.kind in MODEL_KINDS]
        found = answers or models
        return found[-1] if found else None

    def can(self, id: str) -> bool:
        """True if there is something to copy this way."""
        if self.facts is None or not self.facts.firing:
            return False
        effect = self.call()
        if id in ("curl", "python"):
            return effect is not None and isinstance(effect.request, dict)
        if id in ("prompt", "reply"):
            has_reply = effect is not None and isinstance(effect.response, dict) and "text" in effect.response
            return effect is not None and effect.kind in CALLS and (id == "prompt" or has_reply)
        session = self.desk.session
        return id != "node" or (session is not None and session.spot(self.facts.node) is not None)

    def menu(self, place: QPoint) -> QMenu:
        """Show the ways to copy at a place of the screen."""
        menu = QMenu(self.desk.page)
        menu.setObjectName("firing.copies")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for one in COPIES:
            if one.id in ("yaml", "inputs"):
                menu.addSeparator()
            action = menu.addAction(one.title)
            action.setObjectName(f"firing.copy.{one.id}")
            action.setEnabled(self.can(one.id))
            action.triggered.connect(lambda *_, id=one.id: self.copy(id))
        menu.popup(place)
        return menu

    def copy(self, id: str) -> None:
        """Copy in one way (see `COPIES`)."""
        if not self.can(id):
            return
        effect = self.call()
        if id in ("curl", "python", "prompt", "reply"):
            assert effect is not None
            self.desk.copy(
                _of_call(id, effect), {"curl": "the call as curl", "python": "the call as Python"}.get(id, f"the {id}")
            )
            return
        facts, session = self.facts, self.desk.session
        assert facts is not None
        if session is None:
            return
        run, registry = session.run.id, session.document.registry
        if id == "node":
            self.desk.copy(self._node(facts), f"the node {facts.name}")
        elif id == "yaml":
            self._look(lambda trace: _as_case(trace, run, facts, registry), f"{facts.name} as a test case")
        elif id == "json":
            from studio.replay.firing.whole import as_json

            self._look(lambda trace: as_json(trace, run, facts.firing), "the firing as JSON")
        else:
            self._look(lambda trace: _values(trace, facts, id), f"the {id} of {facts.name}")

    def _look(self, question: Callable[[Trace], str], what: str) -> None:
        def arrived(answer: Any) -> None:
            if isinstance(answer, StudioError):
                self.desk.workbench.fail(answer)
            else:
                self.desk.copy(answer, what)

        self.desk.look_up("copy", question, arrived)

    def _node(self, facts: FiringFacts) -> str:
        from studio.graph.emit import Emitter
        from studio.graph.writing import node_to_json

        session = self.desk.session
        spot = None if session is None else session.spot(facts.node)
        if session is None or spot is None:
            return ""
        lines: list[str] = []
        Emitter(lines, {}).pair(0, spot.name, node_to_json(session.document.node(spot.at, spot.name)), "")
        return "\n".join([*lines, ""])


def _of_call(id: str, effect: Effect) -> str:
    from studio.export.calls import as_curl, as_python

    if id == "curl":
        return as_curl(effect.kind, effect.request)
    if id == "python":
        return as_python(effect.kind, effect.request)
    if id == "reply":
        return str(effect.response.get("text", ""))
    messages = messages_of(effect, {})
    if len(messages) == 1:
        return last_text(effect)
    return "\n\n".join(f"── {one.role} ──\n{one.text}" for one in messages)


def _as_case(trace: Trace, run: str, facts: FiringFacts, registry: Any) -> str:
    from dataclasses import replace

    from studio.cases.adding import suggested_name
    from studio.cases.keeping import Keeper
    from studio.cases.taking import take_firing
    from studio.cases.writing import first_text

    case = take_firing(trace, run, facts.node, facts.tick, firing=facts.firing, registry=registry)
    return first_text(replace(case, name=suggested_name(case, "", ())), Keeper(), short=False)


def _values(trace: Trace, facts: FiringFacts, id: str) -> str:
    from studio.replay.firing.whole import value_of

    if id == "outputs":
        told = {one.port: value_of(trace, one.value) for one in facts.outputs if one.present}
    else:
        told = {}
        several = {one.port for one in facts.inputs if sum(other.port == one.port for other in facts.inputs) > 1}
        for one in facts.inputs:
            value = value_of(trace, one.value)
            if one.port in several:
                told.setdefault(one.port, []).append(value)
            else:
                told[one.port] = value
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()
