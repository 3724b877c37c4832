"""Tests files: written for reviewers, edited without touching what others wrote, read with distrust."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from studio import Graph, Trace
from studio.cases.case import Case
from studio.cases.reading import cases_beside, read_cases, read_tests
from studio.cases.writing import add_case, record_again
from studio.support.errors import GraphError, StudioError, UsageError
from tests.cases.conftest import Record, messages, single, tried, whole, written

SMALL = """\
studio_tests: 1
cases:
  one:
    node: route
    inputs: {value: good}
    expect: outputs.good
"""


def changed(case: Case, name: str) -> Case:
    return Case(name, case.node, case.inputs, case.expect, case.equal, case.about, case.recorded)


# -- writing ------------------------------------------------------------------------------------------


def test_a_case_is_read_as_it_was_written(loop: Trace, graph: Path) -> None:
    cases = [whole(loop, "calls == 4"), single(loop, "critic", "1", 'label == "good"')]

    found = written(graph, *cases)

    again = read_tests(found.path)
    for case in cases:
        read = again.cases[case.name]
        assert (read.node, dict(read.inputs), read.equal) == (case.node, dict(case.inputs), case.equal)
        assert [one.text for one in read.expect] == [one.text for one in case.expect]
        assert read.recorded.outputs == case.recorded.outputs
        assert [(one.node, one.tick, one.kind) for one in read.recorded.answers] == [
            (one.node, one.tick, one.kind) for one in case.recorded.answers
        ]
        assert tried(read, graph).passed, messages(tried(read, graph))


def test_every_answer_comes_back_to_the_letter_in_full(loop: Trace, graph: Path) -> None:
    case = whole(loop)

    read = written(graph, case, short=False).cases["whole"]

    for before, after in zip(case.recorded.answers, read.recorded.answers, strict=True):
        assert {**before.request, "model": ""} == {**after.request, "model": ""}
        assert before.response == after.response


def test_prompts_and_replies_stand_as_text(loop: Trace, graph: Path) -> None:
    text = written(graph, whole(loop)).text or cases_beside(graph).read_text()

    assert (
        "          reply: |-\n            A second draft.\n            It names crabs.\n"
        in cases_beside(graph).read_text()
    )
    assert "            - user: |-\n                Write two sentences about tide pools.\n" in text


def test_outputs_that_nothing_compares_stay_out(loop: Trace, graph: Path) -> None:
    written(graph, single(loop, "critic", "1", 'label == "good"', equal=False))
    assert "outputs:" not in cases_beside(graph).read_text()
    written(graph, changed(single(loop, "critic", "1", equal=True), "other"))
    assert "outputs:" in cases_beside(graph).read_text()


def test_adding_keeps_what_people_wrote_to_the_letter(loop: Trace, graph: Path) -> None:
    before = (
        "# Our tests.\nstudio_tests: 1\n\ncases:   # all of them\n"
        '  # By hand.\n  mine:\n    node:  "critic"   # the judge\n    inputs: {draft:   x}\n'
        "    expect:\n    - status == 'ok'\n    # nothing recorded yet\n\n# The end.\n"
    )
    cases_beside(graph).write_text(before)

    written(graph, single(loop, "writer", "0"))
    after = cases_beside(graph).read_text()

    kept, end = before.split("\n\n# The end.\n")[0], "\n\n# The end.\n"
    assert after.startswith(kept + "\n\n  single:\n    node: writer\n")
    assert after.endswith(end)


def test_a_first_case_goes_into_a_file_that_has_none_yet(loop: Trace, graph: Path) -> None:
    cases_beside(graph).write_text("studio_tests: 1\n# Cases go here.\ncases: {}\n")

    assert list(written(graph, single(loop, "writer", "0")).cases) == ["single"]
    assert "# Cases go here." in cases_beside(graph).read_text()


def test_a_taken_name_is_refused_or_replaced_in_its_place(loop: Trace, graph: Path) -> None:
    first, second = single(loop, "writer", "0", name="a"), single(loop, "critic", "0", name="b")
    written(graph, first, second)
    with pytest.raises(UsageError, match="There is a case `a` already"):
        add_case(cases_beside(graph), first, short=True)

    other = changed(single(loop, "writer", "1"), "a")
    found = add_case(cases_beside(graph), other, short=True, replace=True)

    assert list(found.cases) == ["a", "b"]
    assert found.cases["a"].inputs["fault"] == "vague"
    assert found.cases["b"].node == "critic"


def test_recording_again_touches_only_what_was_recorded(loop: Trace, graph: Path, record: Record) -> None:
    found = written(graph, single(loop, "critic", "0", 'label == "vague"'), single(loop, "writer", "0", name="w"))
    text = cases_beside(graph).read_text()
    cases_beside(graph).write_text(text.replace("    expect:\n", "    # Why.\n    expect:  \n"))
    found = read_tests(found.path)
    other = record(graph, ["A first draft about pools.", "wrong", "Second.", "good"])
    new = found.cases["single"].with_recorded(single(other, "critic", "0").recorded)

    record_again(found, new, short=True)

    after = cases_beside(graph).read_text()
    assert "    # Why.\n    expect:  \n" in after
    assert "reply: wrong" in after
    assert after.split("  w:\n")[1] == text.split("  w:\n")[1]
    assert tried(read_tests(found.path).cases["single"], graph).failures[0].message == '`label == "vague"` is false.'


def test_a_case_without_anything_recorded_gets_it(loop: Trace, graph: Path) -> None:
    cases_beside(graph).write_text(SMALL.replace("route", "critic").replace("value: good", "draft: x") + "# end\n")
    found = read_tests(cases_beside(graph))
    new = found.cases["one"].with_recorded(single(loop, "critic", "0").recorded)

    made = record_again(found, new, short=True)

    assert len(made.cases["one"].recorded.answers) == 1
    assert cases_beside(graph).read_text().endswith("# end\n")


def test_a_file_that_cannot_be_edited_is_left_alone(loop: Trace, graph: Path) -> None:
    before = "{studio_tests: 1, cases: {one: {node: route, inputs: {value: good}, expect: [outputs.good]}}}\n"
    cases_beside(graph).write_text(before)

    with pytest.raises(UsageError, match="stands on a line of its own"):
        written(graph, single(loop, "writer", "0"))
    assert cases_beside(graph).read_text() == before


# -- bulky values -------------------------------------------------------------------------------------

EMBED = """\
studio: 1
nodes:
  text: {type: flow.input, value: WORDS}
  vectors: {type: llm.embed}
  result: {type: flow.output}
edges:
  - text.value -> vectors.text
  - vectors.vectors -> result.value
""".replace("WORDS", str([f"word{n}" for n in range(40)]))


def test_bulky_values_lie_in_a_database_that_the_text_pins(record: Record, graph: Path) -> None:
    graph.write_text(EMBED)
    found = written(graph, whole(record(EMBED)))

    text = found.path.read_text()
    assert text.count("$kept") == 2
    assert len(text) < 2000
    assert tried(read_tests(found.path).cases["whole"], graph).passed
    found_hash = re.search(r"[0-9a-f]{40}", text)
    assert found_hash is not None
    forged = text.replace(found_hash[0], "0" * 39 + "a")
    with pytest.raises(StudioError, match="is missing"):
        read_cases(forged, found.path)


def test_a_database_that_is_gone_or_damaged_is_named(record: Record, graph: Path) -> None:
    graph.write_text(EMBED)
    found = written(graph, whole(record(EMBED)))
    data = found.db.read_bytes()
    found.db.unlink()
    with pytest.raises(StudioError, match=r"critic_loop\.cases\.db"):
        read_tests(found.path)
    found.db.write_bytes(b"no database at all, but long enough to look at")
    with pytest.raises(StudioError, match=r"critic_loop\.cases\.db"):
        read_tests(found.path)
    found.db.write_bytes(data)
    assert read_tests(found.path).cases


def test_the_database_holds_what_the_text_needs_and_nothing_else(record: Record, graph: Path) -> None:
    graph.write_text(EMBED)
    trace = record(EMBED)
    found = written(graph, whole(trace, name="a"), whole(trace, name="b"))
    assert kept(found.db) == 1  # the same vectors, once
    other = record(EMBED, inputs={"text": ["x"] * 50})

    add_case(found.path, whole(other, name="a"), short=True, replace=True)
    assert kept(found.db) >= 2
    for name in ("a", "b"):
        add_case(found.path, single_constant(record, name), short=True, replace=True)
    assert not found.db.exists()


def single_constant(record: Record, name: str) -> Case:
    text = "studio: 1\nnodes:\n  c: {type: text.constant, text: x}\n"
    return single(record(text), "c", name=name)


def kept(db: Path) -> int:
    with Trace(db) as trace:
        return int(trace.sql("SELECT count(*) FROM blob").rows[0][0])


# -- reading what a stranger wrote --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda t: t.replace("studio_tests: 1", "studio: 1"), "no file of tests"),
        (lambda t: t.replace("studio_tests: 1", "studio_tests: 2"), "version of the format"),
        (lambda t: t.replace("    node: route", "    node: !!python/object:os.system route"), "is a tag"),
        (lambda t: t.replace("{value: good}", "&a {value: good}"), "is an anchor"),
        (lambda t: t.replace("    node:", "    nodes:"), "Did you mean `node`"),
        (lambda t: t.replace("    node: route", "    node: 3"), "must be text"),
        (lambda t: t.replace("expect: outputs.good", "expect: __import__('os')"), "no function `__import__`"),
        (lambda t: t.replace("expect: outputs.good", "expect: 3"), "must be an expression"),
        (lambda t: t.replace("    expect: outputs.good\n", ""), "so it cannot fail"),
        (lambda t: t.replace("expect: outputs.good", "equal: true"), "so it cannot fail"),
        (lambda t: t.replace("expect: outputs.good", "equal: 3"), "true, false or a list"),
        (lambda t: t.replace("  one:", "  one two:"), "cannot name a case"),
        (lambda t: t.replace("cases:", "graph: /etc/passwd\ncases:"), "outside the project"),
        (lambda t: t.replace("cases:", "graph: ../secret.yaml\ncases:"), "outside the project"),
        (lambda t: t + "    recorded: {answers: [{by: x, reply: y}]}\n", "who asked and when"),
        (lambda t: t + "    recorded: {answers: [{by: x at 0, reply: y}]}\n", "An answer needs `prompt: TEXT`"),
        (lambda t: t + "    recorded: {answers: [{by: x at 0, prompt: y}]}\n", "needs `reply: TEXT`"),
        (lambda t: t + "    recorded: {answers: [{by: x at 0, prompt: y, reply: z, choices: 3}]}\n", "`choices` maps"),
        (
            lambda t: t + "    recorded: {answers: [{by: x at 0, prompt: y, reply: z, file: q}]}\n",
            "no key of an answer",
        ),
        (lambda t: t + "    recorded: {models: {default: {name: m, exec: q}}}\n", "A model has a `name`"),
        (lambda t: t + "    recorded: {path: /x}\n", "is no key of"),
        (lambda t: t.replace("{value: good}", "[1]"), "mapping of names"),
        (lambda t: t.replace("  one:\n", "  one:\n    about: [x]\n"), "must be text"),
    ],
)
def test_what_is_not_right_is_refused_with_file_and_line(tmp_path: Path, edit: Callable[[str], str], says: str) -> None:
    path = tmp_path / "critic_loop.tests.yaml"
    assert read_cases(SMALL, path).cases  # the control: as it stands it is right
    with pytest.raises(GraphError, match=says) as caught:
        read_cases(edit(SMALL), path)
    assert f"{path}:" in str(caught.value)


def test_a_link_out_of_the_project_is_outside(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "secret.yaml").write_text("studio: 1\n")
    (tmp_path / "project" / "inner.yaml").symlink_to(tmp_path / "secret.yaml")
    text = SMALL.replace("cases:", "graph: inner.yaml\ncases:")

    with pytest.raises(GraphError, match="outside the project"):
        read_cases(text, tmp_path / "project" / "x.tests.yaml")


def test_a_graph_may_be_named_within_the_project(tmp_path: Path, loop: Trace, graph: Path) -> None:
    (graph.parent / "studio.toml").write_text("")
    (graph.parent / "tests").mkdir()
    path = graph.parent / "tests" / "loop.tests.yaml"

    found = read_cases(SMALL.replace("cases:", "graph: ../critic_loop.yaml\ncases:"), path)

    assert tried(found.cases["one"], Graph.load(found.graph).place.file and graph).passed


def test_an_expectation_that_never_ends_is_cut_off(loop: Trace, graph: Path) -> None:
    bomb = "len([x for x in range(99999999) for y in range(99999999)]) == 1"

    (message,) = messages(tried(whole(loop, bomb, equal=False), graph))

    assert "cannot be told" in message


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--add NAME"):
        read_tests(tmp_path / "none.tests.yaml")


def test_a_case_written_by_hand_needs_nothing_recorded(tmp_path: Path, graph: Path) -> None:
    assert tried(read_cases(SMALL, tmp_path / "x.tests.yaml").cases["one"], graph).passed
