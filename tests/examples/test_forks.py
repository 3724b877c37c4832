"""Every bundled example is forked with one changed prompt, and the diff names exactly the nodes downstream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from studio import Graph, Trace, run
from studio.engine.result import RunResult
from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from studio.replay.diff import diff
from studio.replay.verify import verify
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs, resource_root
from studio.trace.merging import merge
from studio.trace.writer import close_writer
from tests.examples.answering import CALLS, Answering, as_catalog
from tests.examples.apart import REGIONS, Identity, Seen, apart, downstream, seen, without_items
from tests.support.approving import hashes_of
from tests.support.example_settings import answering, settings_of
from tests.support.thorough import thorough_but

ENGINE_PLAYS = (*REGIONS, "flow.input", "flow.output", "flow.stop")
"""Types that the engine plays itself: they are gone through again whatever is known of them."""


class Case(NamedTuple):
    """One changed prompt: in this param of this node, `after` takes the place of `before`. `at`: where the fork begins,
    as the part of the run's steps that stay; None: where the change does. `asker`: the node that puts these words to a
    model, where it is another one."""

    example: str
    node: str
    param: str
    before: str
    after: str
    at: float | None = None
    asker: str | None = None

    @property
    def asks(self) -> str:
        """The node whose prompt is changed."""
        return self.asker or self.node

    def __str__(self) -> str:
        return f"{self.example}-{self.node.replace('/', '.')}{'' if self.at is None else '-midway'}"


EYE = "perception/eye"
DECIDER = "reaction/react_decider/decide_to_talk"
CASES = [
    Case("autogpt", "system_text_builder", "template", "3. Nobody helps you.", "3. No one helps you.", asker="thinker"),
    Case("babyagi", "task_creator/version_a_b", "instructions", "do not wait yet", "are not there yet"),
    Case("babyagi", "executor/version_a", "instructions", "what came of it", "what you found", at=0.6),
    Case("chatbot", "rolling_summary", "instructions", "short notes", "brief notes"),
    Case("chatbot", "title_maker", "instructions", "two to five", "three to six", at=0.2),
    Case("copilot", "snippet_texts", "expression", "Lines like", "Rows like", asker="completion_model"),
    Case("generative_agents", "next_action/action_placer/sector", "instructions", "Answer", "Reply"),
    Case("generative_agents", "reaction/dialogue/summary", "instructions", "a few words", "some words", at=0.4),
    Case("gpt_engineer", "anything_else", "template", "still unclear", "unclear yet", asker="clarifier"),
    Case("organism", EYE, "instructions", "State of", "How is"),
    Case("organism", EYE, "instructions", "State of", "How is", at=0.7),
    Case("repocoder", "prompt_shape", "template", "may help", "can help", asker="generator"),
    Case("smallville", f"inhabitants/{DECIDER}", "instructions", "begin a", "start a"),
    Case("software_agent", "restater", "instructions", "a few", "some"),
    Case("software_agent", "edit/patch_writer/greedy_one", "instructions", "edit", "change", at=0.5),
    Case("twin", "keeper", "system", "Each hour you do", "Every hour you do"),
    Case("twin", "keeper", "system", "Each hour you do", "Every hour you do", at=0.5),
    Case("ask_the_notes", "ask/say/pick", "system", "Copy the answer", "Copy what is asked for"),
    Case("ask_the_notes", "ask/say/pick", "system", "Copy the answer", "Copy what is asked for", at=0.5),
    Case("chat_router", "answer/pick", "instructions", "Topic of", "Subject of"),
    Case("chat_router", "answer/task", "system", "Copy the task", "Copy what to do"),
    Case("chat_router", "answer/task", "system", "Copy the task", "Copy what to do", at=0.5),
    Case("critic_loop", "critic", "instructions", "Judge", "Rate"),
    Case("critic_loop", "writer", "instructions", "two sentences", "three sentences", at=0.4),
    Case("inbox_triage", "triage/sender", "system", "the name of", "the first name of"),
    Case("inbox_triage", "triage/feelings/feeling", "instructions", "Kind of", "Temper of the"),
    Case("inbox_triage", "triage/product", "system", "the product", "the thing", at=0.6),
    Case("order_desk", "product", "system", "the product", "the item"),
    Case("order_desk", "reading/topic_of", "instructions", "Topic of", "Subject of"),
    Case("order_desk", "places/is_city", "instructions", "a city", "a town"),
    Case("order_desk", "reading/need_of", "instructions", "the customer needs", "is needed", at=0.5),
    Case("order_desk_twin", "clerk", "system", "Read the message", "Read what"),
    Case("review_digest", "read/judge", "instructions", "Sentiment", "Praise or complaint"),
    Case("review_digest", "read/judge", "instructions", "Sentiment", "Praise or complaint", at=0.5),
]


class Forked:
    """A recorded run and a fork of it, in one database."""

    def __init__(self, case: Case, trace: Trace, parent: str, result: RunResult, model: Answering, at: int | None):
        self.case = case
        self.trace = trace
        self.result = result
        self.model = model
        self.at = at
        self.parent = parent
        self.child = result.run_id
        self.before = seen(trace, self.parent)
        self.after = seen(trace, self.child)
        self.diff = diff(trace, self.parent, trace, self.child)
        self.reached = downstream(model.graph, case.node)
        """All that the changed node may reach, and itself."""
        self.words = downstream(model.graph, case.node, up_to=case.asks)
        """The changed node, what its words go through, and who puts them to a model."""

    def place(self, path: str) -> str:
        """Return where the node of a firing stands."""
        return without_items(self.model.graph, path)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the database in which an example was recorded just now, with the answers of the run it ships with."""
    folder = tmp_path_factory.mktemp("recordings")

    def recording(name: str) -> Path:
        db: Path = folder / f"{name}.db"
        if not db.exists():
            with Trace(shipped(name)) as trace:
                graph, how = Graph.load(graph_file(name)), settings_of(name)
                model = as_catalog(Answering.like(trace, graph, refusing=True))
                person = answering(how.answers) if how.answers else None
                approve = hashes_of(graph)
                result = run(graph, how.inputs, catalog=model, human=person, clock=how.clock, approve=approve, db=db)
            close_writer(db)
            assert result.status == "ok", result.error
        return db

    return recording


KEPT = {
    "babyagi-executor.version_a-midway",
    "chatbot-rolling_summary",
    "critic_loop-writer-midway",
    "order_desk_twin-clerk",
}
"""Stores, a map, a person and loops, from the beginning and midway; chats and completions."""


def is_everyday(case: Case) -> bool:
    """True for a case that is tried each time."""
    return str(case) in KEPT


FORKED = {case.example for case in CASES if is_everyday(case)}
"""Their examples."""


@pytest.fixture(scope="module", params=thorough_but(is_everyday, CASES), ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture(scope="module")
def forked(case: Case, recordings: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forked]:
    """The fork of a case, answered by a model that has other answers to the changed prompt and all that follows."""
    yield from made(case, recordings(case.example), tmp_path_factory.mktemp("forked") / "runs.db")


def made(case: Case, source: Path, db: Path, *, old_answers: bool = False) -> Iterator[Forked]:
    """Fork a recorded run in a database of its own. With `old_answers` the changed prompt is answered as the old one
    was, and nothing that was not asked before is answered."""
    graph = changed_graph(case)
    with Trace(source) as recorded:
        parent = recorded.run().id
        last = max(firing.seq or 0 for firing in recorded.firings())
        if old_answers:
            model = Answering.like(
                recorded, graph, put=lambda said: said.replace(case.after, case.before), refusing=True
            )
        else:
            model = Answering.like(recorded, graph)
    merge(source, db, [parent])
    at = None if case.at is None else int(case.at * last)
    result = fork(db, parent, at=at, changes=change_of(case), catalog=as_catalog(model))
    assert result.status == "ok", result.error
    with Trace(db) as trace:
        yield Forked(case, trace, parent, result, model, at)
    close_writer(db)


def shipped(name: str) -> Path:
    """Return the recorded run of an example."""
    return resource_root("graphs") / f"{name}.run.db"


def asks(name: str) -> bool:
    """True if the recorded run of an example asked a model."""
    with Trace(shipped(name)) as trace:
        return any(True for _ in trace.prompts())


def errors_of(firings: dict[Identity, Seen]) -> list[Identity]:
    """Return the firings that failed."""
    return [identity for identity, one in firings.items() if one.firing.status == "error"]


def failing_softly(graph: Graph) -> set[str]:
    """Return the places of the nodes whose failures go along wires or are passed over."""

    def within(here: Graph, prefix: str) -> set[str]:
        found = {f"{prefix}{name}" for name, node in here.nodes.items() if node.on_error != "fail"}
        for name, node in here.nodes.items():
            if node.type in REGIONS:
                found |= within(graph.graphs[node.params["graph"]], f"{prefix}{name}/")
        return found

    return within(graph, "")


def graph_file(name: str) -> Path:
    """Return the graph of an example."""
    return resource_root("graphs") / f"{name}.yaml"


def change_of(case: Case) -> Changes:
    """Return the change of the prompt."""
    graph = Graph.load(graph_file(case.example))
    found = node_at(Scope(graph), case.node, default_registry())
    assert found is not None
    text = found[1].params[case.param]
    assert text.count(case.before) == 1
    return Changes({case.node: {case.param: text.replace(case.before, case.after)}})


def changed_graph(case: Case) -> Graph:
    graph = Graph.load(graph_file(case.example))
    return change_of(case).applied_to(graph, default_registry())


def test_every_example_is_forked_from_the_beginning_and_some_in_the_middle() -> None:
    asking = {path.stem for path in bundled_graphs() if asks(path.stem)}
    assert {case.example for case in CASES if case.at is None} == asking
    assert any(case.at for case in CASES)
    assert {str(case) for case in CASES} > KEPT


@pytest.mark.parametrize("name", thorough_but(FORKED.__contains__, [path.stem for path in bundled_graphs()]))
def test_it_is_recorded_and_replayed_before_it_is_forked(name: str, recordings: Callable[[str], Path]) -> None:
    with Trace(recordings(name)) as trace, Trace(shipped(name)) as recorded:
        again = verify(trace)

        assert again.difference is None
        assert again.notes == []
        differing = apart(seen(recorded, recorded.run().id), seen(trace, trace.run().id))
        assert {word for what in differing.values() for word in what} <= reasons_may_differ(recorded, trace)


def test_the_diff_names_exactly_what_differs_and_it_lies_downstream(forked: Forked) -> None:
    before, after, found = forked.before, forked.after, forked.diff
    differing = apart(before, after)

    assert {(one.node, one.tick): set(one.what) for one in found.changes()} == differing
    named = {forked.place(path) for path in found.nodes}
    assert named <= forked.reached
    assert forked.case.node in named
    assert len(named) > 1, "the other answers change nothing: the case shows nothing"
    failed = {forked.place(path) for path, _ in (*errors_of(before), *errors_of(after))}
    assert failed <= failing_softly(forked.model.graph), "what ends the region around it reaches further"


def test_the_changed_node_is_named_as_the_origin_and_no_other(forked: Forked) -> None:
    found = forked.diff

    assert {forked.place(path) for path, node in found.nodes.items() if node.kind == "origin"} == {forked.case.node}
    assert found.origin is not None
    assert forked.place(found.origin.node) == forked.case.node
    assert found.causes == (f"the graphs differ in its `{forked.case.param}`",)
    assert [fact.name.rpartition(".")[2] for fact in found.graph] == [forked.case.param]
    assert (found.options, found.inputs, found.notes) == ((), (), ())


def test_only_what_the_change_reaches_fires_again(forked: Forked) -> None:
    before, after = forked.before, forked.after
    fired = {
        identity
        for identity, one in after.items()
        if one.fired and one.firing.origin == "executed" and one.firing.type not in ENGINE_PLAYS
    }

    assert fired
    for identity in fired:
        old, new = before.get(identity), after[identity]
        is_changed = forked.place(identity[0]) == forked.case.node
        # Whatever uses a store fires anew, so that the store holds what it would.
        assert is_changed or new.ops or old is None or not old.fired or old.inputs != new.inputs, identity
    for identity in fired:
        assert forked.place(identity[0]) in forked.reached or after[identity].ops
    assert forked.result.taken_over == sum(one.fired and one.firing.origin == "replayed" for one in after.values())


def test_the_model_is_asked_by_the_changed_node_and_where_prompts_changed_after_it(forked: Forked) -> None:
    before, after = forked.before, forked.after
    asking = {
        identity
        for identity, one in after.items()
        for effect in forked.trace.effects(forked.child, firing=one.firing.id)
        if effect.kind in CALLS and effect.origin == "executed"
    }

    assert set(forked.model.asked) <= asking
    assert any(forked.place(path) == forked.case.asks for path, _ in asking)
    for identity in asking:
        old, new = before.get(identity), after[identity]
        anew = old is None or not old.fired or (old.prompts, old.requests) != (new.prompts, new.requests)
        assert anew, identity
        assert forked.place(identity[0]) in forked.reached


def test_what_was_decided_before_the_step_stays(forked: Forked) -> None:
    before, after = forked.before, forked.after
    step = forked.at or min(
        one.firing.seq or 0 for identity, one in before.items() if forked.place(identity[0]) == forked.case.node
    )
    kept = {identity: one for identity, one in before.items() if (one.firing.seq or 0) < step}

    assert kept
    for identity, one in kept.items():
        again = after[identity]
        assert (again.firing.status, again.firing.reason) == (one.firing.status, one.firing.reason)
        assert (again.outputs, again.inputs, again.prompts) == (one.outputs, one.inputs, one.prompts)
        assert again.firing.origin == "replayed" or again.firing.type in REGIONS, identity


def test_the_fork_repeats_without_a_difference(forked: Forked) -> None:
    again = verify(forked.trace, forked.child)

    assert again.difference is None
    assert again.notes == []
    assert again.firings == len(forked.after)


def test_the_fork_is_the_run_that_the_changed_graph_would_have_had(forked: Forked, tmp_path: Path) -> None:
    if forked.at is not None:
        return
    with Trace(shipped(forked.case.example)) as recorded:
        model = Answering.like(recorded, forked.model.graph)
        how = settings_of(forked.case.example)
        afresh = run(
            forked.model.graph,
            how.inputs,
            catalog=as_catalog(model),
            clock=how.clock,
            approve=hashes_of(forked.model.graph),
            db=tmp_path / "afresh.db",
        )
    with Trace(tmp_path / "afresh.db") as trace:
        expected = seen(trace, afresh.run_id)

    assert apart(expected, forked.after) == {}
    assert forked.result.outputs == afresh.outputs
    close_writer(tmp_path / "afresh.db")


def test_with_the_old_answers_nothing_but_the_prompt_differs(
    case: Case, recordings: Callable[[str], Path], tmp_path: Path
) -> None:
    """The control: it is the answers that lead on, not the fork."""
    for forked in made(case, recordings(case.example), tmp_path / "runs.db", old_answers=True):
        before, after, found = forked.before, forked.after, forked.diff

        assert {forked.place(path) for path in found.nodes} <= forked.words
        asked = [node for path, node in found.nodes.items() if forked.place(path) == case.asks]
        assert asked
        assert all("prompt" in node.what and "reply" not in node.what for node in asked)
        assert all(node.what == ("prompt",) for node in asked if not case.asker)
        assert found.ends == ()
        # Whatever uses a store fires anew, and what the engine plays around it.
        anew = {*found.nodes, *(path for (path, _), one in after.items() if one.ops)}
        entered = {path[:end] for path in anew for end, letter in enumerate(path) if letter == "/"}
        for (path, tick), one in after.items():
            is_reached = forked.place(path) in forked.words or one.ops
            is_played = one.firing.type in ENGINE_PLAYS and entered & {path, path.rpartition("/")[0]}
            assert one.firing.origin == "replayed" or is_reached or is_played or not one.fired, (path, tick)
        assert apart(before, after).keys() == {(one.node, one.tick) for one in found.changes()}


@pytest.mark.parametrize(
    "case",
    thorough_but(lambda case: case.example == "order_desk_twin", [c for c in CASES if c.at is None]),
    ids=str,
)
def test_the_run_that_an_example_ships_with_is_forked_alike(
    case: Case, recordings: Callable[[str], Path], tmp_path: Path
) -> None:
    differing: list[dict[Identity, set[str]]] = []
    ignored: set[str] = set()
    for number, source in enumerate((recordings(case.example), shipped(case.example))):
        for forked in made(case, source, tmp_path / f"{number}.db"):
            differing.append({(one.node, one.tick): set(one.what) for one in forked.diff.changes()})
            with Trace(recordings(case.example)) as trace:
                ignored |= reasons_may_differ(forked.trace, trace, forked.parent)
    here, there = ({identity: what - ignored for identity, what in one.items() if what - ignored} for one in differing)

    assert here == there


def reasons_may_differ(recorded: Trace, trace: Trace, run: str = "last") -> set[str]:
    """Return {"reason"} if a recording is so old that it does not say why outputs are empty: what is skipped further on
    then has another reason."""

    def said(one: Trace, name: str) -> dict[Identity, object]:
        return {(firing.node, firing.tick): dict(firing.absent) for firing in one.firings(name)}

    return set() if said(recorded, run) == said(trace, "last") else {"reason"}
