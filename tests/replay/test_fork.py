"""A fork is the run that the changed graph would have had, and does again only what the change affects."""

from __future__ import annotations

import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from studio.engine.result import RunResult
from studio.graph import Graph
from studio.replay.changes import Changes, changed_nodes
from studio.replay.continuing import fork
from studio.support.errors import UsageError
from studio.support.values import Json
from studio.trace import Trace
from studio.trace.log import ERROR, EXECUTED, FROZEN, SKIPPED
from tests.engine.generator import random_graph
from tests.engine.players import REGISTRY, Services, by_reference
from tests.engine.same import differences
from tests.replay.crashes import Tape, beside_failure, crashed, decided, outcome, undisturbed
from tests.replay.everyday import for_seeds
from tests.support.graphs import CRITIC_LOOP


def forked(db: Path, run_id: str, replies: list[Json] | None = None, **keywords: Any) -> tuple[RunResult, Tape]:
    tape = Tape()
    services = keywords.pop("services", None) or Services(replies or [])
    keywords.setdefault("registry", REGISTRY)
    return fork(db, run_id, log=tape, catalog=services, **keywords), tape


def executed(tape: Tape) -> set[tuple[str, str]]:
    return {(one.path, one.tick) for one in tape.firings if one.origin == EXECUTED and one.status != SKIPPED}


# -- any graph ------------------------------------------------------------------------------------

CHANGEABLE = {"toy.number": "value", "toy.add": "plus", "toy.mix": "salt"}


def change_one(graph: Graph, rng: random.Random) -> tuple[str, dict[str, Json]] | None:
    """Choose a node of the top graph, or of a body of it, and another value for its one param."""
    found: list[tuple[str, Any]] = [(name, node) for name, node in graph.nodes.items() if node.type in CHANGEABLE]
    for name, node in graph.nodes.items():
        body = graph.graphs.get(str(node.params.get("graph")))
        if body is not None:
            found += [(f"{name}/{inner}", one) for inner, one in body.nodes.items() if one.type in CHANGEABLE]
    if not found:
        return None
    path, node = rng.choice(found)
    param = CHANGEABLE[node.type]
    return path, {param: int(node.params.get(param, 0)) + rng.randint(1, 50)}


@for_seeds(range(60))
def test_a_fork_with_a_changed_param_is_the_run_of_the_changed_graph(seed: int, tmp_path: Path) -> None:
    graph = random_graph(seed + 5000, 5 + seed % 8)
    change = change_one(graph, random.Random(seed))
    if change is None:
        return
    changes = Changes({change[0]: change[1]})
    changed = changes.applied_to(deepcopy(graph), REGISTRY)
    parent = undisturbed(graph)
    run_id = crashed(tmp_path / "runs.db", graph, parent[1].calls)
    expected, afresh = by_reference(changed), undisturbed(changed)

    if not any(is_at(one.path, change[0]) for one in parent[1].firings):
        with pytest.raises(UsageError, match="is concerned"):
            forked(tmp_path / "runs.db", run_id, changes=changes)
        return
    found = forked(tmp_path / "runs.db", run_id, changes=changes)

    assert not differences(expected, outcome(found)), graph.to_text()
    here, there = decided(afresh[1], expected), decided(found[1], expected)
    assert here == there, [(key, here.get(key), there.get(key)) for key in {**here, **there}][:1]
    if not any(part.stores for _, part in graph.walk()):
        before, after = got(parent[1]), got(found[1])
        for identity in executed(found[1]):
            unaffected = before.get(identity) == after[identity] and not is_at(identity[0], change[0])
            assert not unaffected or is_region_or_failed(parent[1], identity), identity


def is_at(path: str, node: str) -> bool:
    """True if the path of a firing is that of a node, whatever the item."""
    names, wanted = path.split("/"), node.split("/")
    return names[0] == wanted[0] and names[-1] == wanted[-1] and (len(names) > 1) == (len(wanted) > 1)


def got(tape: Tape) -> dict[tuple[str, str], Any]:
    """Return what each firing got on its inputs: the values, and the whole value where it is part of one."""
    made = {one.id: one.data for one in tape.firings}

    def value(ref: Any) -> Any:
        if isinstance(ref, list):
            return [value(one) for one in ref]
        return ref if ref is None or ref[0] == 0 else made[ref[0]].get(ref[1])

    return {(one.path, one.tick): {port: value(ref) for port, ref in one.inputs.items()} for one in tape.firings}


def is_region_or_failed(tape: Tape, identity: tuple[str, str]) -> bool:
    """True if the firing had others inside, which may be affected, or failed, and is tried again."""
    mine = [one for one in tape.firings if (one.path, one.tick) == identity]
    return any(one.status == ERROR or one.type in ("flow.map", "flow.subgraph") for one in mine)


@for_seeds(range(30))
def test_a_fork_anywhere_without_a_change_does_nothing_again_that_needs_no_store(seed: int, tmp_path: Path) -> None:
    graph = random_graph(seed + 9000, 5 + seed % 8)
    expected, parent = by_reference(graph), undisturbed(graph)
    run_id = crashed(tmp_path / "runs.db", graph, parent[1].calls)
    last = max(one.seq for one in parent[1].firings)
    at = random.Random(seed).randint(1, last + 1)

    found = forked(tmp_path / "runs.db", run_id, at=at)

    assert not differences(expected, outcome(found)), graph.to_text()
    again = [one for one in found[1].firings if one.origin == EXECUTED and one.status != SKIPPED]
    stores = any(part.stores for _, part in graph.walk())
    failed = {(one.path, one.tick) for one in parent[1].firings if one.status == ERROR}
    if not stores and not failed:
        assert not [one for one in again if not beside_failure(one, expected)]


# -- the critic loop ------------------------------------------------------------------------------


def critic(*drafts: tuple[str, str]) -> list[Json]:
    lines: list[Json] = []
    for text, label in drafts:
        lines += [{"node": "writer", "reply": text}, {"node": "critic", "reply": label, "choices": {label: 1.0}}]
    return lines


ONCE = critic(("One.", "vague"), ("Two.", "wrong"), ("Three.", "good"))


def recorded(db: Path) -> tuple[str, Graph, tuple[RunResult, Tape]]:
    graph = Graph.from_text(CRITIC_LOOP)
    played = undisturbed(graph, ONCE)
    assert played[0].outputs == {"result": "Three."}
    return crashed(db, graph, played[1].calls), graph, played


def seq_of(tape: Tape, path: str, tick: str) -> int:
    return next(one.seq for one in tape.firings if (one.path, one.tick) == (path, tick))


def test_a_changed_prompt_from_a_step_on_leaves_what_came_before(tmp_path: Path) -> None:
    """The second draft is written with another prompt: the first stays, though its prompt would be another now."""
    run_id, _, (_, tape) = recorded(tmp_path / "runs.db")
    services = Services([{"node": "writer", "reply": "used up"}, *critic(("Other.", "good"))[:1],
                         {"node": "critic", "reply": "used up"}, *critic(("", "good"))[1:]])  # fmt: skip
    changes = Changes({"writer": {"instructions": "Write one word about {topic}. Mend: {fault}"}})

    result, again = forked(
        tmp_path / "runs.db", run_id, services=services, at=seq_of(tape, "writer", "1"), changes=changes
    )

    assert result.outputs == {"result": "Other."}
    assert executed(again) >= {("writer", "1"), ("critic", "1")}
    assert not {("writer", "0"), ("critic", "0"), ("topic", "0")} & executed(again)
    asked = [call.messages[-1]["content"] for call in services.model.requests if hasattr(call, "messages")]
    assert asked == ["Write one word about tide pools. Mend: vague"]


def test_without_a_step_the_fork_begins_where_the_change_does(tmp_path: Path) -> None:
    run_id, _, _ = recorded(tmp_path / "runs.db")
    services = Services(critic(("Short.", "good")))

    result, again = forked(
        tmp_path / "runs.db",
        run_id,
        services=services,
        changes=Changes({"writer": {"instructions": "{topic} {fault}"}}),
    )

    assert result.outputs == {"result": "Short."}
    assert ("topic", "0") not in executed(again)
    assert ("writer", "0") in executed(again)


def test_an_output_can_be_put_in_place_of_what_a_node_gave(tmp_path: Path) -> None:
    """The critic is overruled at its first judgement: the loop ends there, and nobody is asked anything."""
    run_id, _, _ = recorded(tmp_path / "runs.db")
    services = Services([])

    result, again = forked(
        tmp_path / "runs.db", run_id, services=services, changes=Changes(outputs={"critic": {"label": "good"}})
    )

    assert result.ended == "stop"
    assert result.outputs == {"result": "One."}
    assert not services.model.requests
    assert [(one.path, one.tick) for one in again.firings if one.origin == FROZEN] == [("critic", "0")]
    critic_ = next(one for one in again.firings if one.path == "critic")
    assert critic_.outputs["label"] == "good"
    assert "confidence" in critic_.outputs, "other outputs stay what they were"


def test_a_node_fires_again_if_asked_to(tmp_path: Path) -> None:
    run_id, _, _ = recorded(tmp_path / "runs.db")
    services = Services(critic(("Again.", "good")))

    result, again = forked(tmp_path / "runs.db", run_id, services=services, changes=Changes(redo=frozenset({"writer"})))

    assert result.outputs == {"result": "Again."}
    assert ("writer", "0") in executed(again)


TWO_OUTPUTS = """\
studio: 1
name: two_outputs
nodes:
  text: {type: flow.input, value: "one two"}
  parts: {type: text.regex, pattern: "(?P<first>\\\\w+) (?P<second>\\\\w+)"}
  left: {type: text.template, template: "L {word}"}
  right: {type: text.template, template: "R {word}"}
  after: {type: text.constant, text: after}
  gathered: {type: text.join, separator: "+"}
  result: {type: flow.output}
edges:
  - text.value -> parts.text
  - parts.first -> left.word
  - parts.second -> right.word
  - parts.done -> after.when
  - left.text -> gathered.texts
  - right.text -> gathered.texts
  - gathered.text -> result.value
"""


def test_what_takes_an_output_that_is_again_the_same_does_not_fire_though_another_output_changed(
    tmp_path: Path,
) -> None:
    graph = Graph.from_text(TWO_OUTPUTS)
    result, tape = undisturbed(graph)
    assert result.outputs == {"result": "L one+R two"}
    run_id = crashed(tmp_path / "runs.db", graph, tape.calls)

    result, again = forked(tmp_path / "runs.db", run_id, inputs={"text": "one three"})

    assert result.outputs == {"result": "L one+R three"}
    assert {path for path, _ in executed(again)} == {"text", "parts", "right", "gathered", "result"}


def test_a_fork_names_its_parent_and_its_step(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    run_id, _, _ = recorded(db)

    result = fork(
        db, run_id, changes=Changes(outputs={"critic": {"label": "good"}}), catalog=Services([]), registry=REGISTRY
    )

    with Trace(db) as trace:
        found = trace.run(result.run_id)
        assert (found.parent_run, found.fork_seq) == (run_id, seq_in(trace, run_id, "critic"))
        taken = next(trace.firings(result.run_id, "writer", "0"))
        assert taken.origin == "replayed"
        source = trace.source(taken)
        assert source is not None
        assert (source.run, source.node) == (run_id, "writer")
        assert list(trace.effects(result.run_id, firing=taken.id)) == []
        assert len(list(trace.effects(source.run, firing=source.id))) == 1


def seq_in(trace: Trace, run: str, node: str) -> int | None:
    return next(trace.firings(run, node)).seq


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"at": 0, "changes": Changes(redo=frozenset({"writer"}))}, "has the steps 1 to"),
        ({"at": 99, "changes": Changes(redo=frozenset({"writer"}))}, "has the steps 1 to"),
        ({}, "nothing is changed"),
        ({"changes": Changes({"nobody": {"x": 1}})}, "has no node `nobody`"),
        ({"changes": Changes({"writer": {"instruction": "x"}})}, "has no param `instruction`"),
        ({"changes": Changes(outputs={"nobody": {"x": 1}})}, "Nothing called `nobody` fired"),
        ({"changes": Changes(outputs={"critic": {"lable": "good"}})}, "has no output `lable`. Did you mean `label`"),
        ({"changes": Changes(outputs={"critic": {"label": 5}})}, "`critic.label` is text, not integer: 5"),
        ({"changes": Changes({"topic": {"value": "ponds"}})}, "`topic` is an input"),
        ({"changes": Changes(redo=frozenset({"nobody"}))}, "has no node `nobody`"),
        ({"at": 3, "inputs": {"topic": "x"}}, "from its beginning"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(keywords: dict[str, Any], said: str, tmp_path: Path) -> None:
    run_id, _, _ = recorded(tmp_path / "runs.db")

    with pytest.raises(UsageError, match=said):
        forked(tmp_path / "runs.db", run_id, **keywords)


def test_items_of_a_map_before_the_change_do_not_concern_it(tmp_path: Path) -> None:
    graph = Graph("mapped")
    body = Graph("body")
    body.add("flow.input", "item")
    body.add("toy.echo", "echo")
    body.add("flow.output", "out")
    body.connect("item.value", "echo.value")
    body.connect("echo.out", "out.value")
    graph.graphs["body"] = body
    graph.add("toy.number", "number", value=2)
    graph.add("toy.subset", "items")
    graph.add("flow.map", "each", graph="body")
    graph.add("toy.digest", "digest")
    graph.add("toy.add", "add", plus=1)
    for source, target in (("number.out", "items.value"), ("items.items", "each.items"), ("each.out", "digest.value")):
        graph.connect(source, target)
    graph.connect("digest.out", "add.a")
    _, tape = undisturbed(graph)
    run_id = crashed(tmp_path / "runs.db", graph, tape.calls)

    result = fork(
        tmp_path / "runs.db", run_id, changes=Changes({"add": {"plus": 2}}), catalog=Services([]), registry=REGISTRY
    )

    with Trace(tmp_path / "runs.db") as trace:
        assert trace.run(result.run_id).fork_seq == seq_of(tape, "add", "0")
    with pytest.raises(UsageError, match="is concerned"):
        forked(tmp_path / "runs.db", run_id, graph=graph)


def test_other_inputs_change_what_they_reach(tmp_path: Path) -> None:
    run_id, _, _ = recorded(tmp_path / "runs.db")
    services = Services(critic(("Deserts.", "good")))

    result, again = forked(tmp_path / "runs.db", run_id, services=services, inputs={"topic": "deserts"})

    assert result.outputs == {"result": "Deserts."}
    assert ("topic", "0") in executed(again)


def test_what_differs_between_two_graphs_is_found_by_meaning() -> None:
    before, after = Graph.from_text(CRITIC_LOOP), Graph.from_text(CRITIC_LOOP)
    assert changed_nodes(before, after) == []

    after.nodes["writer"].title = "The writer"
    after.layout["writer"] = [1, 1]
    assert changed_nodes(before, after) == []

    after.nodes["critic"].params["labels"] = ["good", "bad"]
    after.edges = [edge for edge in after.edges if edge.target != "result"]
    assert [node.name for _, node in changed_nodes(before, after)] == ["critic", "result"]
