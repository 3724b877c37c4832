"""Facts of firings agree with the trace, for every node at every step."""

from __future__ import annotations

from studio.replay.firing import Reading, facts_of
from studio.replay.firing.facts import ABSENT, DEFAULT, FIRST, MADE, OPEN, SHARE, spending_of
from tests.replay.firing.conftest import Stand


def test_the_facts_of_each_step_are_those_of_its_firing(workshop: Stand) -> None:
    trace, run = workshop.trace, workshop.cursor.run.id
    for seq in range(1, len(workshop.cursor) + 1):
        workshop.cursor.seek(seq)
        facts = facts_of(workshop, None)
        firing = trace.firing(run, facts.firing)
        step = workshop.cursor.step()
        assert (facts.step, facts.node, facts.tick, facts.type) == (seq, firing.node, firing.tick, firing.type)
        assert (facts.status, facts.reason, facts.attempt) == (firing.status, firing.reason, firing.attempt)
        assert facts.origin == ("" if firing.status == "skipped" else "executed")
        assert facts.started_at == firing.started_at
        assert facts.duration_ms == firing.duration_ms
        assert {one.port: one.value for one in facts.outputs if one.present} == dict(firing.outputs)
        for port, sources in step.inputs.items():
            mine = [one for one in facts.inputs if one.port == port and one.origin != DEFAULT]
            assert len(mine) == len(sources)
            for given, source in zip(mine, sources, strict=True):
                assert trace.decoded({"": given.value})[""] == source.value
                if source.node:
                    assert given.maker is not None
                    assert (given.maker.node, given.maker.tick, given.maker.port, given.maker.step) == (
                        source.node, source.tick, source.port, source.step,
                    )  # fmt: skip


def test_a_node_of_the_region_shows_its_last_firing_up_to_the_step(workshop: Stand) -> None:
    reading = Reading(workshop)
    workshop.cursor.seek(len(workshop.cursor))
    last = workshop.cursor.state(workshop.cursor.regions.top())
    for name, state in last.nodes.items():
        facts = reading.of_state(state)
        assert state.last is not None
        assert (facts.name, facts.firing, facts.state) == (name, state.last.id, state.state)


def test_origins_of_inputs_are_told_apart(workshop: Stand) -> None:
    workshop.cursor.seek_firing(next(workshop.trace.firings("last", "writer", "0")).id)
    inputs = {one.port: one for one in facts_of(workshop, None).inputs}
    assert (inputs["topic"].origin, inputs["fault"].origin, inputs["fault"].value) == (MADE, FIRST, "")

    workshop.cursor.seek_firing(next(workshop.trace.firings("last", "writer", "1")).id)
    inputs = {one.port: one for one in facts_of(workshop, None).inputs}
    assert (inputs["fault"].origin, inputs["fault"].value) == (MADE, "vague")
    assert inputs["fault"].maker is not None
    assert inputs["fault"].maker.tick == "0"

    workshop.cursor.seek_firing(next(workshop.trace.firings("last", "again", "0")).id)
    inputs = {one.port: one for one in facts_of(workshop, None).inputs}
    assert (inputs["messages"].origin, inputs["messages"].value) == (DEFAULT, [])

    workshop.cursor.seek_firing(next(workshop.trace.firings("last", "parts/0/item", "1.0")).id)
    facts = facts_of(workshop, None)
    assert facts.item == "0"
    assert facts.inputs[0].origin == SHARE


def test_what_did_not_happen_yet_says_what_it_waits_for_and_what_lies_on_its_wires(workshop: Stand) -> None:
    workshop.cursor.first()
    state = workshop.cursor.state(workshop.cursor.regions.top())
    praise = state.nodes["praise"]

    facts = Reading.on_wires(facts_of(workshop, praise), state.wires_into(praise.name))

    assert (facts.state, facts.firing, facts.step) == ("waiting", 0, 0)
    assert {one.node for one in facts.waits} == {"writer", "route"}
    assert {one.port: one.origin for one in facts.inputs} == {"text": OPEN, "when": OPEN}
    assert {one.maker.node for one in facts.inputs if one.maker} == {"writer", "route"}


def test_a_skipped_node_has_what_lay_on_its_wires(workshop: Stand) -> None:
    workshop.cursor.seek_firing(next(workshop.trace.firings("last", "praise", "0")).id)
    state = workshop.cursor.state()

    facts = Reading.on_wires(facts_of(workshop, state.nodes["praise"]), state.wires_into("praise"))

    assert facts.reason == "input `when` absent: route not taken at `route`"
    by_port = {one.port: one for one in facts.inputs}
    assert (by_port["text"].origin, by_port["text"].value) == (MADE, "Pools are wet.")
    assert (by_port["when"].origin, by_port["when"].reason) == (ABSENT, "route not taken at `route`")


def test_outputs_that_hold_nothing_say_why(workshop: Stand) -> None:
    workshop.cursor.seek_firing(next(workshop.trace.firings("last", "route", "0")).id)
    outputs = {one.port: one for one in facts_of(workshop, None).outputs}
    assert (outputs["good"].present, outputs["good"].reason) == (False, "route not taken")
    assert outputs["else"].present

    workshop.cursor.seek_firing(next(workshop.trace.firings("last", "risky", "0")).id)
    facts = facts_of(workshop, None)
    assert facts.state == "failed"
    assert [one.present for one in facts.outputs] == [False, False]


def test_what_was_used_is_summed_over_model_calls(workshop: Stand) -> None:
    trace, run = workshop.trace, workshop.cursor.run.id
    writer = next(trace.firings(run, "writer", "0"))
    spent = spending_of(list(trace.effects(run, firing=writer.id)))

    assert (spent.calls, spent.finish, spent.cost_usd) == (4, ("stop",), 0.0)
