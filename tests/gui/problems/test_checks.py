"""Live checks: found beside the window, overtaken by edits, told per document."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.editing import Document
from studio.editing.document.ops import PutNode, RenameNode
from studio.graph.model import Graph, NodeInstance
from studio.gui.problems.checks import Checks, check_graph
from studio.gui.problems.places import place_of
from studio.gui.workbench import Tab, Workbench
from studio.lint.live import Examined
from studio.spec.registry import Registry
from tests.support.graphs import CRITIC_LOOP


class Desk:
    """A check that waits until the test lets it go on, and remembers what it was given."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.seen: list[list[str]] = []
        self.given_up = 0

    def __call__(self, graph: Graph, registry: Registry, wanted: Callable[[], bool]) -> Examined | None:
        self.seen.append(list(graph.nodes))
        self.begun.set()
        assert self.go.wait(10), "the test never let the check go on"
        if not wanted():
            self.given_up += 1
            return None
        return check_graph(graph, registry, wanted)


def _document(text: str = CRITIC_LOOP) -> Document:
    return Document(Graph.from_text(text))


def _add(document: Document, name: str, type: str = "flow.output") -> None:
    document.do(f"Add {name}", [PutNode((), name, NodeInstance(name, type))])


def test_an_opened_graph_is_checked_and_an_edit_checks_it_again(workbench: Workbench, qtbot: Any) -> None:
    checks = Checks(workbench)
    document = workbench.add(_document())
    assert checks.of(document) is None

    qtbot.waitUntil(lambda: checks.is_idle)
    first = checks.of(document)
    assert first is not None
    assert first.count("error") == 0
    _add(document, "lonely")
    assert not checks.is_current(document)
    qtbot.waitUntil(lambda: checks.is_idle)

    second = checks.of(document)
    assert second is not None
    assert [(one.code, one.node) for one in second.findings if one.node == "lonely"] == [("input_unwired", "lonely")]
    assert checks.is_current(document)


def test_what_an_edit_overtakes_is_given_up_and_the_newest_graph_is_checked(workbench: Workbench, qtbot: Any) -> None:
    desk = Desk()
    checks = Checks(workbench, desk)
    told: list[int] = []
    checks.checked.connect(lambda document: told.append(document.revision))
    document = workbench.add(_document())
    qtbot.waitUntil(desk.begun.is_set)

    _add(document, "late")
    desk.go.set()
    qtbot.waitUntil(lambda: checks.is_idle)

    assert desk.given_up == 1
    assert ["late" in names for names in desk.seen] == [False, True]
    assert told == [document.revision]


def test_many_edits_in_a_row_are_checked_once(workbench: Workbench, qtbot: Any) -> None:
    desk = Desk()
    desk.go.set()
    checks = Checks(workbench, desk)
    document = workbench.add(_document())
    qtbot.waitUntil(lambda: checks.is_idle)

    for number in range(20):
        _add(document, f"n{number}")
    qtbot.waitUntil(lambda: checks.is_idle)

    assert len(desk.seen) == 2
    assert "n19" in desk.seen[-1]


def test_the_graph_can_be_edited_while_it_is_checked(workbench: Workbench, qtbot: Any) -> None:
    desk = Desk()
    checks = Checks(workbench, desk)
    document = workbench.add(_document())
    qtbot.waitUntil(desk.begun.is_set)

    document.do("Rename", [RenameNode((), "result", "outcome")])

    assert "result" in desk.seen[0]
    desk.go.set()
    qtbot.waitUntil(lambda: checks.is_idle)
    assert "outcome" in desk.seen[1]


def test_a_document_closed_meanwhile_is_forgotten(workbench: Workbench, qtbot: Any) -> None:
    desk = Desk()
    checks = Checks(workbench, desk)
    told: list[object] = []
    checks.checked.connect(told.append)
    document = workbench.add(_document())
    qtbot.waitUntil(desk.begun.is_set)

    workbench.remove(document)
    desk.go.set()
    qtbot.waitUntil(lambda: checks.is_idle)

    assert told == []
    assert checks.of(document) is None


def test_a_fault_of_a_rule_is_told_and_checking_goes_on(
    workbench: Workbench, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[tuple[str, Exception]] = []
    monkeypatch.setattr("studio.gui.problems.checks.report", lambda where, fault: faults.append((where, fault)))
    broken = [True]

    def check(graph: Graph, registry: Registry, wanted: Callable[[], bool]) -> Examined | None:
        if broken[0]:
            raise ZeroDivisionError("a rule")
        return check_graph(graph, registry, wanted)

    checks = Checks(workbench, check)
    document = workbench.add(_document())
    qtbot.waitUntil(lambda: checks.is_idle)
    broken[0] = False
    _add(document, "more")
    qtbot.waitUntil(lambda: checks.is_idle)

    assert [(where, type(fault)) for where, fault in faults] == [("checks", ZeroDivisionError)]
    assert checks.is_current(document)


def test_no_thread_is_left_when_nothing_is_checked(workbench: Workbench, qtbot: Any) -> None:
    checks = Checks(workbench)
    workbench.add(_document())
    qtbot.waitUntil(lambda: checks.is_idle)

    qtbot.waitUntil(lambda: not any(thread.name == "checks" for thread in threading.enumerate()))


def test_findings_lead_to_their_graph_or_their_file(tmp_path: Path) -> None:
    body = tmp_path / "body.yaml"
    body.write_text("studio: 1\nname: body\nnodes:\n  out: {type: flow.output}\n", encoding="utf-8")
    top = tmp_path / "top.yaml"
    top.write_text(
        "studio: 1\nname: top\nnodes:\n  run: {type: flow.subgraph, graph: ./body.yaml}\n"
        "  here: {type: flow.subgraph, graph: inner}\n"
        "graphs:\n  inner:\n    nodes:\n      out: {type: flow.output}\n",
        encoding="utf-8",
    )
    document = Document.open(top)
    examined = check_graph(document.graph, document.registry, lambda: True)
    assert examined is not None
    places = {one.graph: place_of(document, one) for one in examined.findings if one.code == "input_unwired"}

    assert places == {"inner": Tab(document, ("inner",)), "./body.yaml": body}
