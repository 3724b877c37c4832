"""A case plays today's graph over the answers of then: what is as it was passes, what is not is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import Graph, Trace
from studio.cases.taking import take_firing, take_run
from studio.support.errors import UsageError
from studio.support.values import Json
from tests.cases.conftest import Record, messages, single, tried, whole
from tests.support.graphs import CRITIC_LOOP


def test_a_run_is_repeated_by_its_own_graph(loop: Trace, graph: Path) -> None:
    outcome = tried(whole(loop, "calls == 4", "ticks == 2", 'ended == "stop"'), graph)

    assert outcome.passed, messages(outcome)
    assert outcome.played.outputs == {"result": "A second draft.\nIt names crabs."}


def test_a_changed_prompt_fails_the_case_and_says_where_it_differs(loop: Trace) -> None:
    outcome = tried(whole(loop), CRITIC_LOOP.replace("Judge: {draft}", "Assess: {draft}"))

    (failure,) = outcome.failures
    assert failure.message == "`critic` at tick 0 asks another question than recorded, first in `prompt`."
    assert failure.values["recorded"].startswith("“Judge (good / vague / wrong)")
    assert failure.values["now"].startswith("“Assess (good / vague / wrong)")
    assert failure.hint == "record it"


def test_a_changed_prompt_fails_the_cases_of_its_node_and_no_others(loop: Trace) -> None:
    changed = CRITIC_LOOP.replace("Judge: {draft}", "Assess: {draft}")

    assert not tried(single(loop, "critic", "0"), changed).passed
    assert tried(single(loop, "writer", "1"), changed).passed
    assert tried(single(loop, "route", "1"), changed).passed


def test_a_graph_that_asks_less_or_under_another_name_still_passes(loop: Trace) -> None:
    renamed = CRITIC_LOOP.replace("writer", "author")
    fewer = CRITIC_LOOP.replace("max_ticks: 6", "max_ticks: 1")

    assert tried(whole(loop), renamed).passed
    assert tried(whole(loop, "calls == 2", equal=False), fewer).passed


def test_a_question_asked_by_one_more_node_than_recorded_is_refused_if_its_answers_differ(record: Record) -> None:
    twice = """\
studio: 1
nodes:
  a: {type: llm.function, instructions: "Greet", output: text}
  b: {type: llm.function, instructions: "Greet", output: text}
  both: {type: text.join, separator: " "}
  result: {type: flow.output}
edges:
  - a.text -> both.texts
  - b.text -> both.texts
  - both.text -> result.value
"""
    more = twice.replace("  both:", '  c: {type: llm.function, instructions: "Greet", output: text}\n  both:')

    differing = tried(whole(record(twice, ["Hi.", "Hello."])), more)
    same = tried(whole(record(twice, ["Hi.", "Hi."])), more)

    assert messages(differing)[0].startswith("`c` at tick 0 asks what was recorded 2 times with several answers")
    assert same.passed


@pytest.mark.parametrize(
    ("expectation", "passes"),
    [
        ('"crabs" in result', True),
        ('"whales" in result', False),
        ("len(outputs) == 1", True),
        ("calls > 100", False),
        ('prompts[1] == ""', False),
        ('replies[-1] == "good"', True),
    ],
)
def test_expectations_decide(loop: Trace, graph: Path, expectation: str, passes: bool) -> None:
    assert tried(whole(loop, expectation, equal=False), graph).passed is passes


def test_a_false_expectation_shows_the_values_it_names(loop: Trace, graph: Path) -> None:
    (failure,) = tried(whole(loop, "calls == 7 and ticks > 1", equal=False), graph).failures

    assert failure.message == "`calls == 7 and ticks > 1` is false."
    assert failure.values == {"calls": "4", "ticks": "2"}


def test_what_is_neither_true_nor_false_and_what_fails_is_no_pass(loop: Trace, graph: Path) -> None:
    outcome = tried(whole(loop, "calls", "result.name == 1", "nothing == 1", equal=False), graph)

    assert messages(outcome)[0] == "`calls` is neither true nor false but “4”."
    assert messages(outcome)[1].startswith("`result.name == 1` cannot be told: ")
    assert messages(outcome)[2] == "`nothing == 1` cannot be told: `nothing` has no value."


def test_outputs_that_are_not_as_recorded_are_shown_side_by_side(loop: Trace) -> None:
    other = CRITIC_LOOP.replace("  - writer.text -> result.value", "  - critic.label -> result.value")

    (failure,) = tried(whole(loop), other).failures

    assert failure.message == "`result` is not as recorded."
    assert failure.values == {"recorded": "“A second draft. It names crabs.”", "now": "“good”"}


def test_an_output_that_is_gone_is_missed_and_a_new_one_is_not(loop: Trace) -> None:
    gone = CRITIC_LOOP.replace("  result: {type: flow.output}\n", "").replace("  - writer.text -> result.value\n", "")
    more = CRITIC_LOOP.replace("  result: {", "  label: {type: flow.output}\n  result: {")
    more = more.replace("edges:", "edges:\n  - critic.label -> label.value")

    assert tried(whole(loop), gone).failures[0].values["now"] == "nothing"
    assert tried(whole(loop), more).passed


def test_a_graph_that_does_not_fit_any_more_is_an_outcome_and_no_crash(loop: Trace) -> None:
    gone = CRITIC_LOOP.replace("critic:", "judge:").replace("critic.", "judge.").replace("-> critic", "-> judge")
    broken = CRITIC_LOOP.replace("type: flow.stop", "type: flow.stopp")
    closed = CRITIC_LOOP.replace('instructions: "Judge: {draft}"', 'instructions: "Judge: {text}"').replace(
        "critic.draft", "critic.text"
    )

    assert "There is no node `critic` in today's graph." in messages(tried(single(loop, "critic", "0"), gone))[0]
    assert "flow.stopp" in messages(tried(whole(loop), broken))[0]
    assert "`critic` has no input `draft` any more. It has `text`." in messages(
        tried(single(loop, "critic", "0"), closed)
    )


FAILS = """\
studio: 1
nodes:
  text: {type: flow.input, value: "{"}
  parse: {type: json.parse}
  result: {type: flow.output}
edges:
  - text.value -> parse.text
  - parse.value -> result.value
"""


def test_failures_are_cases_too(record: Record) -> None:
    trace = record(FAILS)

    assert tried(whole(trace, 'contains(error, "JSON")'), FAILS).passed
    assert tried(single(trace, "parse", "", 'status == "error"', equal=False), FAILS).passed
    mended = FAILS.replace('value: "{"', 'value: "[]"')
    assert "was failed when recorded, and is ok now" in messages(tried(whole(trace), mended))[0]


def test_a_failure_that_nobody_expected_fails_the_case(record: Record) -> None:
    good = FAILS.replace('value: "{"', 'value: "[]"')

    outcome = tried(whole(record(good), "calls == 0", equal=False), FAILS)

    assert messages(outcome)[0].startswith("It failed: ")


# -- one node -----------------------------------------------------------------------------------------

RETRY = """\
studio: 1
nodes:
  greet: {type: llm.function, instructions: "Greet", output: text, checks: ["len(text) < 9"], repairs: 1}
  result: {type: flow.output}
edges:
  - greet.text -> result.value
"""


def test_repairs_of_a_function_are_asked_again_as_they_were(record: Record) -> None:
    trace = record(RETRY, ["Good morning to you.", "Hi."])
    case = single(trace, "greet", "", "calls == 2", 'text == "Hi."')

    assert tried(case, RETRY).passed
    assert not tried(case, RETRY.replace("len(text) < 9", "len(text) < 8")).passed


def test_stores_outside_of_a_node_answer_as_they_did(record: Record) -> None:
    text = """\
studio: 1
nodes:
  first: {type: text.constant, text: one}
  put: {type: store.append, store: notes}
  all: {type: store.items, store: notes}
  result: {type: flow.output}
edges:
  - first.text -> put.value
  - put.done -> all.when
  - all.items -> result.value
stores:
  notes: {type: list, items: [zero]}
"""
    trace = record(text)
    case = single(trace, "all", "", 'outputs.items == ["zero", "one"]')

    assert tried(case, text).passed, messages(tried(case, text))
    assert [one.op for one in case.recorded.stores] == ["items"]
    other = text.replace("type: store.items", "type: store.get, index: 0")
    assert not tried(case, other).passed


NESTED = """\
studio: 1
nodes:
  names: {type: flow.input, value: [Ana, Bo]}
  greet: {type: flow.map, graph: greeting}
  result: {type: flow.output}
edges:
  - names.value -> greet.items
  - greet.text -> result.value
graphs:
  greeting:
    nodes:
      item: {type: flow.input}
      say: {type: llm.function, instructions: "Greet {who}", output: text}
      loud: {type: text.template, template: "{text}!"}
      text: {type: flow.output}
    edges:
      - item.value -> say.who
      - say.text -> loud.text
      - loud.text -> text.value
"""
GREETINGS: list[Json] = [{"node": "greet/0/say", "reply": "Hi Ana"}, {"node": "greet/1/say", "reply": "Hi Bo"}]


def test_a_region_node_is_played_with_its_body(record: Record) -> None:
    case = single(record(NESTED, GREETINGS), "greet", "", 'outputs.text == ["Hi Ana!", "Hi Bo!"]', "calls == 2")

    assert tried(case, NESTED).passed, messages(tried(case, NESTED))
    assert [one.node for one in case.recorded.answers] == ["greet/0/say", "greet/1/say"]
    assert not tried(case, NESTED.replace('"{text}!"', '"{text}?"')).passed


def test_a_node_in_a_body_is_played_alone_wherever_it_stands(record: Record) -> None:
    case = single(record(NESTED, GREETINGS), "greet/1/say")

    assert (case.inputs, [one.node for one in case.recorded.answers]) == ({"who": "Bo"}, ["say"])
    assert tried(case, NESTED).passed
    assert "asks another question" in messages(tried(case, NESTED.replace("Greet {who}", "Hail {who}")))[0]


def test_first_values_and_ports_of_several_wires_are_inputs(loop: Trace, record: Record) -> None:
    joined = """\
studio: 1
nodes:
  a: {type: text.constant, text: x}
  b: {type: text.constant, text: y}
  both: {type: text.join, separator: "-"}
edges:
  - a.text -> both.texts
  - b.text -> both.texts
"""
    assert take_firing(loop, "last", "writer", "0").inputs == {"topic": "tide pools", "fault": ""}
    case = single(record(joined), "both", "", 'text == "x-y"')
    assert case.inputs == {"texts": ["x", "y"]}
    assert tried(case, joined).passed


@pytest.mark.parametrize(
    ("node", "tick", "says"),
    [
        ("writer", "", "fired at several ticks: 0, 1"),
        ("done", "0", "did not fire at tick 0"),
        ("topic", "0", "only passes a value on"),
        ("writer", "7", "did not fire at tick 7"),
        ("nobody", "0", "The run has no node `nobody`"),
    ],
)
def test_what_cannot_be_a_case_is_refused_in_words(loop: Trace, node: str, tick: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        take_firing(loop, "last", node, tick)


def test_a_paused_run_is_no_case_but_its_firings_are(tmp_path: Path, graph: Path) -> None:
    from studio import run
    from studio.models.scripted import Scripted
    from tests.cases.conftest import REPLIES

    db = tmp_path / "paused.db"
    run(Graph.load(graph), model=Scripted(REPLIES), db=db, limits={"calls": 2})
    with Trace(db) as trace:
        with pytest.raises(UsageError, match="is paused"):
            take_run(trace)
        assert tried(single(trace, "critic", "0"), graph).passed


def test_nothing_is_asked_and_nothing_written_while_a_case_is_played(
    loop: Trace, graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.models.catalog import Catalog

    def refuse(self: Catalog, *_: object, **__: object) -> None:
        raise AssertionError("a model was asked for")

    case = whole(loop)
    monkeypatch.setattr(Catalog, "__init__", refuse)
    before = sorted(tmp_path.rglob("*"))

    assert tried(case, graph).passed
    assert sorted(tmp_path.rglob("*")) == before


def test_a_resumed_run_is_a_case_with_what_it_took_over(tmp_path: Path, graph: Path) -> None:
    from studio import run
    from studio.models.scripted import Scripted
    from studio.replay.continuing import resume
    from tests.cases.conftest import REPLIES

    db = tmp_path / "resumed.db"
    first = run(Graph.load(graph), model=Scripted(REPLIES), db=db, limits={"calls": 2})
    resume(db, first.run_id, model=Scripted(REPLIES), limits={"calls": 99})
    with Trace(db) as trace:
        case = whole(trace, "calls == 4")
        assert tried(case, graph).passed, messages(tried(case, graph))
        assert tried(single(trace, "writer", "0"), graph).passed


WORLD = """\
studio: 1
nodes:
  now: {type: clock.now}
  who: {type: human.ask, question: "Who is there?"}
  dice: {type: random.number}
  line: {type: text.template, template: "{name} at {time}: {number}"}
  result: {type: flow.output}
edges:
  - who.answer -> line.name
  - now.time -> line.time
  - dice.value -> line.number
  - line.text -> result.value
"""


def test_people_clocks_and_dice_answer_as_they_did(tmp_path: Path) -> None:
    from studio import run

    (tmp_path / "answers.txt").write_text("Ana\n")
    result = run(Graph.from_text(WORLD), answers=tmp_path / "answers.txt", db=tmp_path / "w.db")
    assert result.status == "ok", result.error
    with Trace(tmp_path / "w.db") as trace:
        assert tried(whole(trace), WORLD).passed, messages(tried(whole(trace), WORLD))
        assert tried(single(trace, "who", "", 'answer == "Ana"'), WORLD).passed
        other = WORLD.replace("Who is there?", "Who are you?")
        assert "`who` at tick 0 asks another question than recorded, first in `question`." in messages(
            tried(whole(trace), other)
        )


def test_a_project_store_answers_as_it_did_whatever_it_holds_now(graph: Path, record: Record) -> None:
    graph.write_text(
        """\
studio: 1
nodes:
  note: {type: flow.input, value: one}
  put: {type: store.append, store: notes}
  all: {type: store.items, store: notes}
  result: {type: flow.output}
edges:
  - note.value -> put.value
  - put.done -> all.when
  - all.items -> result.value
stores:
  notes: {type: list, scope: project}
"""
    )
    first = whole(record(graph))
    record(graph)  # now it holds two

    assert first.recorded.outputs == {"result": ["one"]}
    assert tried(first, graph).passed, messages(tried(first, graph))


def test_a_run_with_an_output_put_in_by_hand_is_no_case_but_its_firings_are(loop: Trace, graph: Path) -> None:
    from studio.models.scripted import Scripted
    from studio.replay.changes import Changes
    from studio.replay.continuing import fork
    from tests.cases.conftest import REPLIES

    fork(loop.path, changes=Changes(outputs={"critic": {"label": "good"}}), model=Scripted(REPLIES))
    with Trace(loop.path) as trace:
        with pytest.raises(UsageError, match="somebody put in what `critic` gave"):
            take_run(trace)
        assert tried(single(trace, "writer", "0"), graph).passed
