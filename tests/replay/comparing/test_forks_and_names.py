"""Comparing runs that are related or renamed: forks, resumed runs, attempts, two files, new names of nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.models.scripted import Scripted
from studio.replay.changes import Changes
from studio.replay.continuing import fork, resume
from studio.replay.diff import diff
from studio.replay.diff.details import details
from studio.replay.diff.values import same_value
from studio.support.errors import UsageError
from studio.support.values import encode, hash_bytes
from studio.trace import RunStart, Trace, open_run
from studio.trace.found import Ref
from studio.trace.log import EXECUTED, OK, REPLAYED
from studio.trace.writer import close_writer
from tests.replay.comparing.conftest import BRANCHES, LONG, REPLIES, Compare, Play, kinds
from tests.support.graphs import CRITIC_LOOP
from tests.trace.declaring import declare

# -- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), [("critic", "judge"), ("route", "door")])
def test_a_lone_node_with_a_new_name_is_the_same_node(play: Play, compare: Compare, old: str, new: str) -> None:
    a = play(CRITIC_LOOP, *REPLIES)
    b = play(CRITIC_LOOP.replace(f" {old}.", f" {new}.").replace(f"  {old}:", f"  {new}:"), *REPLIES)

    found = compare(a, b)

    assert found.renamed == {new: old}
    assert found.equal
    assert found.graph == ()


def test_a_node_that_was_renamed_and_edited_is_found_when_it_is_told(play: Play, compare: Compare) -> None:
    a = play(CRITIC_LOOP, *REPLIES)
    b = play(
        CRITIC_LOOP.replace("critic.", "judge.").replace("  critic:", "  judge:").replace("Judge:", "Score:"), *REPLIES
    )

    assert not {"judge", "critic"} - set(compare(a, b).nodes)  # two nodes, if nobody says that they are one
    found = compare(a, b, renamed={"judge": "critic"})
    assert kinds(found) == {"critic": "origin"}
    assert found.nodes["critic"].node_b == "judge"


def test_a_renaming_that_does_not_fit_is_refused(play: Play, db: Path) -> None:
    a = play(CRITIC_LOOP, *REPLIES)
    with Trace(db) as trace, pytest.raises(UsageError, match="No graph of the second run has a node `judge`"):
        diff(trace, a, trace, a, renamed={"judge": "critic"})


# -- two files, lineage, attempts -------------------------------------------------------------------


def test_runs_of_two_files_are_compared_by_value(play: Play, db: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    a = play(CRITIC_LOOP, *REPLIES)
    b = play(CRITIC_LOOP, *REPLIES, file=other)
    c = play(CRITIC_LOOP, "A first draft.", "vague", LONG.replace("crabs", "shells"), "good", file=other)
    with Trace(db) as here, Trace(other) as there:
        assert diff(here, a, there, b).equal
        found = diff(here, a, there, c)
        parts = details(here, there, found, found.nodes["writer"].changes[0])

    assert kinds(found) == {"writer": "origin", "critic": "downstream", "result": "downstream"}
    assert [part.name for part in parts] == ["reply", "output text"]
    assert parts[1].a is not None
    assert parts[1].a.value == LONG


def test_what_a_run_took_over_is_not_compared_by_effects_it_does_not_have(
    db: Path, tmp_path: Path, compare: Compare
) -> None:
    text = "studio: 1\nname: x\nnodes:\n  say: {type: llm.function, instructions: Say, output: text}\n"

    def write(name: str, parent: str, origin: int, ask: bool) -> None:
        log = open_run(db, RunStart(name, "x", "x.yaml", "h", text, parent_run=parent, started_at=1))
        declare(log, 1, "say", "llm.function", 1, 0, 0)
        if ask:
            log.open_firing(1, 1, "a0", 0, 0, 1)
            log.effect_intent(1, 1, "chat", "m", {"model": "m", "messages": [{"role": "user", "content": "Say"}]}, 1, 1)
            log.effect_result(1, 1, "ok", {"text": "Tea."}, "", 1, 3, 1, 0.01, "stop", None)
        log.firing(1, 1, 1, "a0", 0, 0, OK, "", origin, 1, 5, {}, {"text": encode("Tea.")}, 1)
        log.finish("ok", "quiet", None, {}, {}, 2)
        log.flush()

    write("01PARENT", "", EXECUTED, True)
    write("02CHILD", "01PARENT", REPLAYED, False)
    write("03SECOND", "01PARENT", REPLAYED, False)
    write("04GRANDCHILD", "02CHILD", REPLAYED, False)
    write("05SILENT", "", EXECUTED, False)
    close_writer(db)

    for other in ("02CHILD", "03SECOND", "04GRANDCHILD"):
        assert compare("01PARENT", other).equal
        assert compare("03SECOND", other).equal
    assert compare("04GRANDCHILD", "05SILENT").nodes["say"].what == ("prompt", "request", "reply")

    db = tmp_path / "elsewhere.db"  # without its parent
    write("02CHILD", "01PARENT", REPLAYED, False)
    close_writer(db)
    with Trace(tmp_path / "runs.db") as here, Trace(db) as there:
        child = diff(here, "01PARENT", there, "02CHILD")
        stranger = diff(here, "05SILENT", there, "02CHILD")
    assert (child.equal, child.notes) == (True, ())
    assert "1 firing was taken over from a run that is not in this file" in stranger.notes[0]


TRIED = """\
studio: 1
name: tried
nodes:
  work: {type: flow.subgraph, graph: inner, retries: 2}
graphs:
  inner:
    nodes:
      say: {type: llm.function, instructions: Say, output: text, repairs: 0}
      organ: {type: flow.subgraph, graph: deep, clock: shared}
      parse: {type: json.parse}
      value: {type: flow.output}
    edges:
      - say.text -> organ.x
      - organ.y -> parse.text
      - parse.value -> value.value
  deep:
    nodes:
      x: {type: flow.input}
      same: {type: text.template, template: "{x}"}
      y: {type: flow.output}
    edges:
      - x.value -> same.x
      - same.text -> y.value
"""


def test_a_fork_with_one_changed_prompt_differs_in_what_the_change_came_to(
    play: Play, compare: Compare, db: Path
) -> None:
    right = {"node": "right", "reply": "east"}
    a = play(BRANCHES, {"node": "left", "reply": "west"}, right)
    lines = [{"node": "left", "reply": "north"}] * 2 + [right]
    changes = Changes(params={"left": {"instructions": "North of {topic}"}})
    b = fork(db, a, changes=changes, model=Scripted(lines)).run_id

    found = compare(a, b)

    assert (found.b.parent_run, found.notes) == (a, ())
    assert kinds(found) == {"left": "origin", **dict.fromkeys(("short", "loud", "both", "result"), "downstream")}
    assert found.causes == ("the graphs differ in its `instructions`",)


def test_a_fork_with_another_output_names_the_output(play: Play, compare: Compare, db: Path) -> None:
    a = play(BRANCHES, "west", "east")
    b = fork(db, a, changes=Changes(outputs={"left": {"text": "north"}}), model=Scripted(["west", "east"])).run_id

    found = compare(a, b)

    assert kinds(found) == {"left": "origin", **dict.fromkeys(("short", "loud", "both", "result"), "downstream")}
    assert found.causes == ("its output was frozen in one run",)


def test_a_resumed_run_is_equal_to_one_that_was_never_cut(play: Play, compare: Compare, db: Path) -> None:
    whole = play(CRITIC_LOOP, *REPLIES)
    cut = play(CRITIC_LOOP, *REPLIES, limits={"firings": 5})
    resumed = resume(db, cut, limits={"firings": 100}, model=Scripted(REPLIES)).run_id

    assert compare(whole, resumed).equal
    assert set(kinds(compare(cut, resumed)).values()) == {"unreached"}


def test_a_region_that_was_tried_again_is_compared_attempt_by_attempt(play: Play, compare: Compare) -> None:
    a = play(TRIED, "no", "nor this", '"yes"')
    b = play(TRIED, "no", "nor that", '"yes"')

    found = compare(a, b)

    changes = {(change.node, change.attempt) for change in found.changes() if change.kind == "origin"}
    assert changes == {("work/say", 2)}
    assert {change.attempt for change in found.nodes["work/organ/same"].changes} == {2}


def test_an_attempt_that_ended_early_is_not_taken_for_the_next(play: Play, compare: Compare) -> None:
    found = compare(play(TRIED, {"error": "server"}, '"yes"'), play(TRIED, "no", '"yes"'))

    assert {(change.node, change.attempt) for change in found.changes() if change.node == "work/parse"} == {
        ("work/parse", 1)
    }


def test_no_attempt_is_lost_where_one_run_needed_more_of_them(play: Play, compare: Compare) -> None:
    found = compare(play(TRIED, "no", "nor this", '"yes"'), play(TRIED, '"yes"'))

    alone = [change.attempt for change in found.nodes["work/organ/same"].changes if change.what == ("only in A",)]
    assert alone == [2, 3]


def test_values_are_compared_as_they_are_stored() -> None:
    assert same_value({"a": [1, "x"]}, {"a": [1, "x"]})
    for one, other in (([1], [True]), ([1], [1.0]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (1, True), (0, None)):
        assert not same_value(one, other)
    large = [LONG] * 2
    assert same_value(Ref(hash_bytes(encode(large)), 200), large)
    assert not same_value(LONG, Ref(hash_bytes(encode(large)), 200))
