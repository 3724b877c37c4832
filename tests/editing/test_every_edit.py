"""Whatever is done to whatever document: it applies, it is undone to the letter, and the file can be read again."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.editing import RenameGraph
from studio.editing.document import Document
from studio.graph.check import check
from studio.graph.model import Graph
from studio.graph.ports import node_ports
from studio.graph.scope import Scope
from tests.editing.strategies import EDITS, do_random_edit, documents, plausible
from tests.support.thorough import draws

SETTINGS = settings(
    max_examples=draws(9, 150), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def fresh_ports(doc: Document) -> dict[object, object]:
    """Return the ports of all nodes, asked anew."""
    found: dict[object, object] = {}
    waiting: list[tuple[tuple[str, ...], Scope]] = [((), Scope(doc.graph))]
    for at, scope in waiting:
        for name, node in scope.graph.nodes.items():
            ports = node_ports(scope, node, doc.registry)
            found[at, name] = (ports.inputs, ports.outputs, ports.problems)
        waiting.extend(((*at, name), scope.find_graph(name)) for name in scope.graph.graphs)
    return found


def known_ports(doc: Document) -> dict[object, object]:
    """Return the ports of all nodes as the document keeps them."""
    return {
        (at, name): (doc.ports(at, name).inputs, doc.ports(at, name).outputs, doc.ports(at, name).problems)
        for at, graph in doc.walk()
        for name in graph.nodes
    }


@SETTINGS
@given(doc=documents(), seed=st.integers(0, 2**32 - 1))
def test_any_edits_are_undone_and_redone_to_the_letter(doc: Document, seed: int) -> None:
    rng = random.Random(f"edits {seed}")
    texts = [doc.graph.to_text()]
    known_ports(doc)

    for _ in range(6):
        do_random_edit(doc, rng)
        if doc.history.labels[len(texts) - 1 :]:
            texts.append(doc.graph.to_text())
    assert known_ports(doc) == fresh_ports(doc)
    check(doc.graph, doc.registry)
    for text in reversed(texts[:-1]):
        doc.undo()
        assert doc.graph.to_text() == text
    assert doc.undo() == ""
    for text in texts[1:]:
        doc.redo()
        assert doc.graph.to_text() == text
    assert known_ports(doc) == fresh_ports(doc)


@SETTINGS
@given(doc=documents(), seed=st.integers(0, 2**32 - 1))
def test_after_any_edits_the_file_can_be_read_and_says_the_same(doc: Document, seed: int) -> None:
    rng = random.Random(f"edits {seed}")
    for _ in range(6):
        do_random_edit(doc, rng)

    text = doc.graph.to_text()

    again = Graph.from_text(text)
    assert again.to_text() == text
    assert again == doc.graph


@pytest.mark.parametrize("kind", EDITS)
def test_each_kind_of_edit_does_something_and_is_undone_and_redone_to_the_letter(kind: str) -> None:
    done, enough = 0, draws(2, 5)
    for seed in range(1000):
        rng = random.Random(f"{kind} {seed}")
        doc = Document(Graph.from_text(plausible(rng).to_text()))
        before = doc.graph.to_text()
        do_random_edit(doc, rng, [kind])
        if doc.history.undo_label:
            after = doc.graph.to_text()
            doc.undo()
            assert doc.graph.to_text() == before
            doc.redo()
            assert doc.graph.to_text() == after
            done += 1
        if done == enough:
            break
    assert done == enough


def test_a_subgraph_renamed_and_back_calls_itself_what_it_did() -> None:
    for own in ("old", "new", "other"):
        doc = Document(Graph(name="top", graphs={"old": Graph(name=own)}))
        doc.do("Rename", [RenameGraph((), "old", "new")])
        assert doc.at(("new",)).name == ("new" if own == "old" else own)

        doc.undo()

        assert doc.at(("old",)).name == own
