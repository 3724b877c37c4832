"""From a run to a case in a file, without writing before it is sure; taking cases out again, renaming, stopping."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from studio import Graph, Trace
from studio.cases.adding import expecting, graph_file, preview, size_of, suggested_name, take
from studio.cases.playing import STOPPED, Stop, play, play_into
from studio.cases.reading import CasesFile, cases_beside, read_tests
from studio.cases.writing import add_case, record_again, remove_case, rename_case
from studio.support.errors import UsageError
from tests.cases.conftest import Record
from tests.support.graphs import CRITIC_LOOP


def test_a_firing_becomes_a_case_that_says_what_it_keeps(loop: Trace, graph: Path) -> None:
    taken = take(loop, "last", "critic", "1", base=graph.parent)
    name = suggested_name(taken.case, "critic_loop", [])
    case = expecting(taken.case, [], True, name=name)

    assert name == "critic_at_1"
    assert taken.short
    size = size_of(case, short=True)
    assert (size.inputs, size.calls, size.others, size.stores) == (1, 1, 0, 0)
    before, after = preview(cases_beside(graph), case, short=True)
    assert before == ""
    assert size.lines == len(after.splitlines()) - 2
    assert not cases_beside(graph).exists(), "looking writes nothing"
    assert add_case(cases_beside(graph), case, short=True).text == after
    assert suggested_name(taken.case, "critic_loop", [name]) == "critic_at_1_2"
    assert suggested_name(take(loop, "last").case, "critic_loop", []) == "critic_loop_run"


@pytest.mark.parametrize(
    ("expect", "equal", "name", "says"),
    [
        ([], False, "one", "Nothing is expected"),
        ([], True, "1 a", "cannot name a case"),
        ([], ["gone"], "one", "`gone` is no output that was recorded"),
    ],
)
def test_what_could_not_fail_is_no_case(
    loop: Trace, expect: list[str], equal: bool | list[str], name: str, says: str
) -> None:
    taken = take(loop, "last", "critic", "1")
    with pytest.raises(UsageError, match=says):
        expecting(taken.case, expect, equal, name=name)


def test_todays_file_of_a_run_is_where_it_was_or_beside_its_recording(loop: Trace, graph: Path) -> None:
    run = loop.run("last")
    assert graph_file(run, loop.path) == graph
    recorded = graph.with_name("critic_loop.run.db")
    assert graph_file(run, recorded) == graph
    graph.unlink()
    assert graph_file(run, loop.path) is None
    assert graph_file(run, recorded) is None


def test_a_case_is_taken_out_and_the_others_stay_to_the_letter(loop: Trace, graph: Path) -> None:
    path = cases_beside(graph)
    for tick in ("0", "1"):
        taken = take(loop, "last", "critic", tick, base=graph.parent)
        add_case(path, expecting(taken.case, [], True, name=f"critic_{tick}"), short=taken.short)
        path.write_text(path.read_text() + "\n# about what follows\n")
    both = path.read_text()

    rename_case(path, "critic_0", "the_first")
    assert path.read_text() == both.replace("critic_0:", "the_first:")
    rename_case(path, "the_first", "critic_0")
    left = remove_case(path, "critic_0")
    assert list(left.cases) == ["critic_1"]
    assert path.read_text().count("# about what follows") == 2
    assert left.text.partition("  critic_1:")[2] == both.partition("  critic_1:")[2]
    assert not remove_case(path, "critic_1").cases
    assert not read_tests(path).cases
    with pytest.raises(UsageError, match="There is no case `critic_1`"):
        remove_case(path, "critic_1")
    with pytest.raises(UsageError, match="There is no case `critic_1`"):
        rename_case(path, "critic_1", "x")


def three(loop: Trace, graph: Path) -> Path:
    """A tests file with three cases."""
    path = cases_beside(graph)
    for name, node, tick in (("a", "critic", "0"), ("b", "writer", "1"), ("c", "critic", "1")):
        taken = take(loop, "last", node, tick, base=graph.parent)
        add_case(path, expecting(taken.case, [], True, name=name), short=taken.short)
    return path


def test_a_comment_at_the_margin_ends_no_case(loop: Trace, graph: Path) -> None:
    path = three(loop, graph)
    plain = path.read_text()
    noted = plain.replace("\n  b:\n", "\n# what follows\n  b:\n# a note\n")
    taken = take(loop, "last", "critic", "1", base=graph.parent)
    changes: tuple[Callable[[], CasesFile], ...] = (
        lambda: add_case(path, expecting(taken.case, [], True, name="b"), short=True, replace=True),
        lambda: record_again(read_tests(path), read_tests(path).cases["b"], short=True),
        lambda: remove_case(path, "b"),
    )
    for change in changes:
        path.write_text(noted)
        assert list(change().cases) in (["a", "b", "c"], ["a", "c"])
        assert "# what follows" in path.read_text()
        assert path.read_text().partition("  c:")[2] == plain.partition("  c:")[2]
    path.write_text(noted)
    assert list(add_case(path, expecting(taken.case, [], True, name="z"), short=True).cases) == ["a", "b", "c", "z"]


@pytest.mark.parametrize(("mark", "breaks"), [("", "\n"), ("", "\r\n"), ("\ufeff", "\r\n")])
def test_line_breaks_stay_as_they_are(loop: Trace, graph: Path, mark: str, breaks: str) -> None:
    path = three(loop, graph)
    path.write_bytes((mark + path.read_text().replace("\n", breaks)).encode())
    before = path.read_bytes()

    rename_case(path, "b", "again")
    assert path.read_bytes() == before.replace(b"\n  b:", b"\n  again:")
    rename_case(path, "again", "null")
    assert path.read_bytes() == before.replace(b"\n  b:", b'\n  "null":')
    assert list(read_tests(path).cases) == ["a", "null", "c"]


def test_what_another_program_wrote_meanwhile_is_not_written_over(loop: Trace, graph: Path) -> None:
    path = three(loop, graph)
    read = read_tests(path)
    path.write_text(path.read_text() + "# by somebody else\n")
    before = path.read_text()

    with pytest.raises(UsageError, match="changed by another program"):
        record_again(read, read.cases["b"], short=True)
    assert path.read_text() == before
    with pytest.raises(UsageError, match="There is no case `b`"):
        record_again(remove_case(path, "b"), read.cases["b"], short=True)


def test_a_first_case_leaves_the_comment_beside_cases(loop: Trace, graph: Path) -> None:
    path = cases_beside(graph)
    path.write_text("studio_tests: 1\ncases: {}  # by hand\n")
    taken = take(loop, "last", "critic", "0", base=graph.parent)
    add_case(path, expecting(taken.case, [], True, name="a"), short=taken.short)
    assert path.read_text().startswith("studio_tests: 1\ncases:  # by hand\n  a:\n")


def test_a_name_that_is_taken_is_refused(loop: Trace, graph: Path) -> None:
    path = cases_beside(graph)
    for tick in ("0", "1"):
        taken = take(loop, "last", "critic", tick, base=graph.parent)
        add_case(path, expecting(taken.case, [], True, name=f"critic_{tick}"), short=taken.short)
    before = path.read_text()
    for new, says in (("critic_1", "There is a case `critic_1` already"), ("no way", "cannot name a case")):
        with pytest.raises(UsageError, match=says):
            rename_case(path, "critic_0", new)
    assert path.read_text() == before


def test_a_case_can_be_played_into_a_trace_and_stepped_through(loop: Trace, tmp_path: Path) -> None:
    db = tmp_path / "played.db"
    whole, one = take(loop, "last").case, take(loop, "last", "critic", "1").case
    graph = Graph.from_text(CRITIC_LOOP)

    runs = [play_into(whole, graph, db), play_into(one, graph, db)]
    with Trace(db) as trace:
        assert [trace.run(run).status for run in runs] == ["ok", "ok"]
        assert trace.decoded(trace.run(runs[0]).outputs) == {"result": "A second draft.\nIt names crabs."}
        nodes = [firing.node for firing in trace.firings(runs[1])]
    assert "critic" in nodes
    assert "writer" not in nodes


def test_a_stopped_play_says_so(loop: Trace) -> None:
    whole, graph = take(loop, "last").case, Graph.from_text(CRITIC_LOOP)
    stop = Stop()
    assert play(whole, graph, stop=stop).problem == ""
    stop.set()
    assert play(whole, graph, stop=stop).problem == STOPPED


def test_a_play_that_goes_on_is_stopped_from_another_thread(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = record(
        "studio: 1\nnodes:\n  x: {type: flow.input, value: 1}\n  out: {type: flow.output}\n"
        "edges:\n  - x.value -> out.value\n"
    )
    case = take(trace, "last").case
    endless = Graph.from_text(
        "studio: 1\nnodes:\n  x: {type: flow.input, value: 1}\n"
        '  add: {type: logic.expression, expression: "a + b"}\n  out: {type: flow.output}\n'
        "edges:\n  - x.value -> add.a\n  - add.value ~> add.b: {initial: 0}\n  - add.value -> out.value\n"
        "max_ticks: 10000000\nlimits: {firings: 100000000}\n"
    )
    stop = Stop()
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(play(case, endless, stop=stop).problem), daemon=True)
    thread.start()
    while stop._playing is None:
        thread.join(0.01)
    stop.set()
    thread.join(20)
    assert found == [STOPPED]
