"""Recorded runs repeat without a model or a network, and any change to what they rest on is found at its step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from studio import Graph, Trace
from studio.replay.verify import verify
from studio.spec import Node
from studio.spec.registry import Registry, default_registry
from studio.support.resources import bundled_graphs
from studio.support.values import Json
from studio.trace.found import Effect, Firing
from tests.support.seeds import graph_of
from tests.support.thorough import thorough_but

CHANGES = {
    "ask_the_notes": ("chunk.structure, size: 22", "chunk.structure, size: 18", "cut", "0"),
    "inbox_triage": ("A technician will call you.", "Nobody will call you.", "triage/0/line", "0.0"),
    "review_digest": ("item.confidence > 0.7", "item.confidence > 0.6", "sure", "0"),
    "chat_router": ("I will remind you:", "I shall remind you:", "answer/1/note", "0.0"),
    "order_desk": ("Copy the product from the message.", "Copy the thing from the message.", "product", "0"),
    "order_desk_twin": ("Read the message of a customer", "Read what a customer wrote", "clerk", "0"),
    "critic_loop": ("Write two sentences", "Write three sentences", "writer", "0"),
    "generative_agents": ("value.day != value.today", "value.day == value.today", "new_day", "0"),
    "smallville": (
        "value.day != value.today",
        "value.day == value.today",
        "inhabitants/Isabella Rodriguez/new_day",
        "0",
    ),
    "babyagi": ("follow from the result and do not wait yet", "follow from it", "task_creator/version_a_b", "0.0"),
    "chatbot": ("Say something. An empty line", "Say anything. An empty line", "input", "0"),
    "cellular_automaton": ("[1] * 105 + [0] * 106", "[1] * 104 + [0] * 107", "half", "0"),
    "cognitive_frame": ("I cannot see it.", "It is not there.", "response/words", "2.0"),
    "gpt_engineer": ("Is anything still unclear?", "Is anything unclear yet?", "anything_else", "0"),
    "repocoder": ("retrieve.before_hole, k: 20", "retrieve.before_hole, k: 3", "hole_filter", "0"),
    "copilot": ("flow.debounce, wait_ms: 75", "flow.debounce, wait_ms: 60", "debouncer", "1"),
    "software_agent": ("List what it requires, then", "Say what it requires, then", "restater", "0"),
    "actr": ('c.buffer == "retrieval"]) > 0', 'c.buffer == "retrieval"]) > 1', "from_memory", "6"),
    "autogpt": ("3. Nobody helps you.", "3. No one helps you.", "system_text_builder", "0"),
    "soar": ("expression: cycle - 1", "expression: cycle - 2", "place", "0"),
    "lecun": ("plan[1:act_out]", "plan[0:act_out]", "intend", "0"),
    "organism": ("State of the plant", "How the plant is", "perception/eye", "0"),
    "twin": ("Each hour you", "Every hour you", "keeper", "0"),
}
"""Per example: a text in its graph, what to put in its place, and the firing that must differ then."""


ALTERED = {"babyagi", "chatbot", "critic_loop", "order_desk_twin"}
altered = pytest.mark.parametrize(
    "example", thorough_but(lambda path: path.stem in ALTERED, bundled_graphs()), ids=lambda path: path.stem
)
"""The mark of a test that finds a change in each example: each time in a few."""


class Altered:
    """A recorded run in which one thing reads otherwise."""

    def __init__(self, trace: Trace, *, text: str | None = None, reply: Effect | None = None) -> None:
        self._trace = trace
        self._text = text
        self._reply = reply

    def __getattr__(self, name: str) -> Any:
        return getattr(self._trace, name)

    def graph_text(self, run: str = "last") -> str:
        return self._text or self._trace.graph_text(run)

    def effects(self, run: str = "last", **which: Any) -> Iterator[Effect]:
        changed = self._reply
        for effect in self._trace.effects(run, **which):
            same = changed is not None and (effect.firing, effect.n) == (changed.firing, changed.n)
            yield changed if same and changed is not None else effect


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a provider is made nor a process started; the network is closed for every test."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a replay reached for a model")

    monkeypatch.setattr("studio.models.catalog.Catalog.__init__", refuse)
    monkeypatch.setattr("studio.models.model_host.ModelHost.__init__", refuse)
    monkeypatch.setattr("subprocess.Popen.__init__", refuse)


def test_it_is_one_run_of_the_graph_as_it_is_now(example: Path, recorded: Trace) -> None:
    runs = list(recorded.runs())

    assert [run.status for run in runs] == ["ok"]
    assert Graph.from_text(recorded.graph_text(), name=example.stem).nodes == graph_of(example.stem).nodes
    assert example.with_suffix(".run.db").stat().st_size < 3_000_000


def test_it_holds_no_path_of_the_machine_it_was_made_on(example: Path, recorded: Trace) -> None:
    content = example.with_suffix(".run.db").read_bytes()

    for folder in (Path.home(), example.parent.resolve()):
        assert str(folder).encode() not in content, folder


LONG = {"autogpt", "generative_agents", "inbox_triage", "organism", "smallville", "soar", "software_agent"}
"""Their recorded runs take a third of a second and more to repeat."""


@pytest.mark.parametrize(
    "example", thorough_but(lambda path: path.stem not in LONG, bundled_graphs()), ids=lambda path: path.stem
)
def test_it_repeats_without_a_difference(example: Path, recorded: Trace) -> None:
    made = verify(recorded)

    assert made.difference is None
    assert made.firings == sum(1 for _ in recorded.firings())
    # What only reckons asks nothing of the outside, and its record says so.
    assert (made.effects > 0) is any(True for _ in recorded.effects())
    assert made.notes == []


@altered
def test_a_reply_that_reads_otherwise_is_found_where_it_was_asked_for(example: Path, recorded: Trace) -> None:
    asked = [effect for effect in recorded.effects() if effect.kind in ("chat", "complete")]
    if not asked:
        pytest.skip("it asks no model")
    effect = asked[len(asked) // 2]
    firing = _firing(recorded, effect)

    found = verify(cast(Trace, Altered(recorded, reply=replace(effect, response=otherwise(effect))))).difference

    assert found is not None
    assert (found.node, found.tick) == (firing.node, firing.tick)


@altered
def test_a_param_that_reads_otherwise_is_found_at_the_first_firing_it_changes(example: Path, recorded: Trace) -> None:
    assert example.stem in CHANGES, "say in CHANGES what to change in this example"
    before, after, node, tick = CHANGES[example.stem]
    text = recorded.graph_text()
    assert text.count(before) == 1

    found = verify(cast(Trace, Altered(recorded, text=text.replace(before, after)))).difference

    assert found is not None
    assert (found.node, found.tick) == (node, tick)


@altered
def test_a_newer_version_of_a_node_type_is_found_at_its_first_firing(example: Path, recorded: Trace) -> None:
    fired = [firing for firing in recorded.outline() if firing.status == "ok"]
    kind = fired[len(fired) // 2].type
    first = next(firing for firing in fired if firing.type == kind)

    found = verify(recorded, registry=Registry([newer(kind)])).difference

    assert found is not None
    assert (found.node, found.tick, found.what) == (first.node, first.tick, "version")


def otherwise(effect: Effect) -> Json:
    """Return the response with another answer in it: other probabilities, another choice of the schema, more words."""
    import json

    response = dict(cast("dict[str, Json]", effect.response))
    if response.get("choices"):
        tokens = [token for token, _ in response["choices"]]
        return {**response, "choices": [[token, -1.0 - n] for n, token in enumerate(reversed(tokens))]}
    schema = cast("dict[str, Json]", effect.request).get("schema")
    first = next(iter(schema["properties"])) if schema else ""
    # A chat's reply of a form is a text to the node, whatever stands in it.
    if not schema or "enum" not in schema["properties"][first]:
        return {**response, "text": f"Not so. {response['text']}"}
    answer = json.loads(response["text"])
    name, known = next(iter(answer.items()))
    choices = schema["properties"][name]["enum"]
    return {**response, "text": json.dumps({**answer, name: next(one for one in choices if one != known)})}


def newer(kind: str) -> type[Node]:
    """Return the node type of this name as its next version."""
    cls = default_registry().find(kind)
    assert cls is not None
    return type("Newer", (cls,), {"spec": replace(cls.spec, version=cls.spec.version + 1)})


def _firing(trace: Trace, effect: Effect) -> Firing:
    return next(firing for firing in trace.firings() if firing.id == effect.firing)
