"""What is lit of causes, at every step of the recorded examples, against the causes themselves and a plain reading."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from studio.editing import At
from studio.graph import Graph
from studio.gui.replay.causes.asking import Answer, Asked, Progress, Subject
from studio.gui.replay.lit import Lit
from studio.replay.causes import Causes
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs
from studio.trace import Trace
from studio.trace.found import Firing, producers_of
from tests.support.thorough import thorough_but

Wires = set[tuple[At, str]]

FEW = 50
"""In a run of more firings what they led to is looked at for every third: each is a long look."""

SHARES = ("item", "index", "key")


def recorded(name: str) -> Path:
    return next(path for path in bundled_graphs() if path.stem == name).with_suffix(".run.db")


@pytest.fixture(params=["critic_loop", "order_desk"])
def trace(request: pytest.FixtureRequest) -> Iterator[Trace]:
    with Trace(recorded(request.param)) as opened:
        yield opened


def graph_of(trace: Trace) -> Graph:
    return parsed(trace.graph_text("last"))


parsed = lru_cache(maxsize=2)(Graph.from_text)
"""Nobody changes the graphs of these runs, and each is asked for hundreds of times."""


def answer(trace: Trace, subject: Subject, limit: int = 20_000) -> Answer:
    """Ask to the end."""
    asked = Asked("last", subject, graph_of(trace), default_registry(), limit)
    found = asked(trace)
    while isinstance(found, Progress):
        found = asked(trace)
    assert isinstance(found, Answer)
    return found


def subject_of(firing: Firing, **more: object) -> Subject:
    return Subject(firing.id, firing.node, firing.tick, firing.seq, **more)  # type: ignore[arg-type]


def places(node: str, graph: Graph) -> list[tuple[At, str]]:
    """Where the parts of a node path stand, read the plain way: all bodies of the examples are named at the top."""
    at: At = ()
    found = []
    parts = node.split("/")
    here = graph
    while parts:
        name = parts.pop(0)
        found.append((at, name))
        instance = here.nodes[name]
        if parts:
            body = str(instance.params["graph"])
            at, here = ((*at, body), here.graphs[body]) if body in here.graphs else ((body,), graph.graphs[body])
            if instance.type == "flow.map":
                parts.pop(0)
    return found


def read_wires(all_firings: list[Firing], graph: Graph, ids: set[int]) -> Wires:
    """The wires over which firings took something of each other, by what the trace says of their inputs."""
    firings = {one.id: one for one in all_firings if one.id in ids}
    wires: Wires = set()
    for firing in firings.values():
        spots = places(firing.node, graph)
        is_region = firing.type in ("flow.map", "flow.subgraph")
        for port, stored in firing.inputs.items():
            if is_region and port not in ("when", "items"):
                continue  # what of it mattered was taken inside
            for source, output in producers_of(stored):
                if source and source not in firings:
                    continue
                at, name = spots[-1]
                into = port
                if firing.type == "flow.input" and len(spots) > 1:
                    (at, name), into = spots[-2], "items" if spots[-1][1] in SHARES else spots[-1][1]
                edges = at_place(graph, at).edges
                mine = [edge for edge in edges if (edge.target, edge.target_port) == (name, into)]
                if not source:
                    mine = [edge for edge in mine if edge.has_initial]
                else:
                    giver = firings[source].node.rpartition("/")[2]
                    mine = [edge for edge in mine if (edge.source, edge.source_port) == (giver, output)]
                wires |= {(at, str(edge)) for edge in mine}
    return wires


def at_place(graph: Graph, at: At) -> Graph:
    for name in at:
        graph = graph.graphs[name]
    return graph


def lit_wires(lit: Lit) -> Wires:
    assert lit.parts is not None
    return {(at, str(edge)) for at, part in lit.parts.items() for edge in part.edges}


def lit_nodes(lit: Lit) -> set[tuple[At, str]]:
    assert lit.parts is not None
    return {(at, name) for at, part in lit.parts.items() for name in part.nodes}


@pytest.mark.parametrize("down", thorough_but(lambda down: not down, [False, True]))
def test_what_is_lit_at_every_step_is_what_led_there(trace: Trace, down: bool) -> None:
    causes, graph = Causes(trace), graph_of(trace)
    looked = wired = 0
    firings = list(trace.firings("last"))
    for firing in firings[:: 3 if down and len(firings) > FEW else 1]:
        if firing.seq is None or firing.status == "skipped":
            continue
        found = (causes.descendants if down else causes.ancestors)(firing)
        shown = answer(trace, subject_of(firing, down=down))
        lit = shown.lit
        assert lit.firings == set(found.firings)
        assert lit.seqs == tuple(sorted(one.seq or 0 for one in found.firings.values()))
        assert lit_nodes(lit) == {spot for one in found.firings.values() for spot in places(one.node, graph)}
        if not down:  # what hung on other causes besides is not lit downwards
            assert lit_wires(lit) == read_wires(firings, graph, set(found.firings)), f"{firing.node} at {firing.tick}"
            wired += len(lit_wires(lit))
        listed = {line.id for line in shown.lines if line.id}
        assert listed == set(found.firings)
        looked += 1
    assert looked > 10
    assert down or wired > looked


def test_each_skip_is_lit_back_to_what_decided_it(trace: Trace) -> None:
    causes = Causes(trace)
    skips = [one for one in trace.firings("last") if one.status == "skipped"]
    for firing in skips:
        absence = causes.absence(firing)
        shown = answer(trace, subject_of(firing))
        assert shown.absence is not None
        assert [line.text for line in shown.lines[: len(absence.links)]] == [link.why[:200] for link in absence.links]
        wanted = {link.firing.id for link in absence.links if link.firing is not None}
        assert wanted <= shown.lit.firings
        if absence.decided_by is not None:
            assert absence.decided_by.id in shown.lit.firings


def test_an_output_of_a_region_lights_what_went_into_it_alone() -> None:
    with Trace(recorded("order_desk")) as trace:
        regions = [one for one in trace.firings("last") if one.type == "flow.map" and len(one.outputs) > 1]
        region = max(regions, key=lambda one: one.seq or 0)
        by_port = [answer(trace, subject_of(region, port=port)).lit.firings for port in region.outputs]
        whole = answer(trace, subject_of(region)).lit.firings
    assert set().union(*by_port) == whole
    assert any(lit < whole for lit in by_port)


def test_depth_and_limit_bound_what_is_lit_and_say_so() -> None:
    with Trace(recorded("order_desk")) as trace:
        last = max(trace.firings("last"), key=lambda one: one.seq or 0)
        whole = answer(trace, subject_of(last))
        near = answer(trace, subject_of(last, depth=1))
        few = answer(trace, subject_of(last), limit=5)
    assert len(near.lit.firings) < len(whole.lit.firings)
    assert near.note.startswith("… and ")
    assert whole.note == ""
    assert len(few.lit.firings) == 5
    assert "4 firings and more led to" in few.title
    assert "not followed" in few.note


def test_a_question_is_left_and_gone_on_with_and_can_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.gui.replay.causes.asking.SLICE_S", 0)
    with Trace(recorded("order_desk")) as trace:
        last = max(trace.firings("last"), key=lambda one: one.seq or 0)
        asked = Asked("last", subject_of(last), graph_of(trace), default_registry())
        counts = []
        found = asked(trace)
        while isinstance(found, Progress):
            counts.append(found.firings)
            found = asked(trace)
        assert isinstance(found, Answer)
        assert len(counts) > 2
        assert counts == sorted(counts)

        given_up = Asked("last", subject_of(last), graph_of(trace), default_registry())
        assert isinstance(given_up(trace), Progress)
        given_up.is_given_up = True
        assert given_up(trace) is None


def test_the_text_is_what_the_command_prints(capsys: pytest.CaptureFixture[str], trace: Trace) -> None:
    from studio.cli.main import main

    firing = max((one for one in trace.firings("last") if one.status == "ok"), key=lambda one: one.seq or 0)
    asked = Asked("last", subject_of(firing), graph_of(trace), default_registry())
    found = asked(trace)
    while isinstance(found, Progress):
        found = asked(trace)
    assert isinstance(found, Answer)
    text = asked.text(found)

    name = trace.path.name.removesuffix(".run.db")
    main(["why", name, firing.node, firing.tick, "--limit", "100000"])
    printed = capsys.readouterr().out
    assert [line.rstrip() for line in text.splitlines()] == [line.rstrip() for line in printed.splitlines()]
