"""Lists of runs say what a plain look at every run says, in any order; pages ask for no more than they show."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from studio.support.values import encode
from studio.trace import Trace
from studio.trace.found import Run
from studio.trace.run_filter import STATUSES, RunFilter, RunOrder, SortKey
from studio.trace.run_forest import forest
from studio.trace.run_list import RunRow
from studio.trace.runlog import FileRunLog
from tests.support.thorough import draws
from tests.trace.many_runs import GRAPHS, MODELS, START_NS, WORDS, Fact, put_runs, random_facts
from tests.trace.runs import put_firings

HOUR = 3600.0


@pytest.fixture
def facts(db: Path) -> list[Fact]:
    made = random_facts(150, 5)
    put_runs(db, made)
    return made


def naive(trace: Trace, facts: list[Fact], wanted: RunFilter) -> set[str]:
    """What a look at every run, one by one, lets through."""
    by_id = {one.id: one for one in facts}
    return {run.id for run in trace.runs() if _fits(run, by_id[run.id], wanted)}


def _fits(run: Run, fact: Fact, wanted: RunFilter) -> bool:
    texts = [run.graph, run.id, run.file, encode(fact.inputs).decode(), *map(str, _values(fact.inputs))]
    if run.status not in ("running", "interrupted"):
        texts += [encode(fact.outputs).decode(), *map(str, _values(fact.outputs)), encode(fact.error).decode()]
    said = "\n".join(texts).casefold()
    cost = run.totals.get("cost_usd")
    return (
        all(word in said for word in wanted.text.casefold().split())
        and (not wanted.graph or run.graph == wanted.graph)
        and (not wanted.statuses or run.status in wanted.statuses)
        and (not wanted.model or wanted.model in fact.models)
        and (wanted.since is None or run.started_at >= wanted.since)
        and (wanted.until is None or run.started_at < wanted.until)
        and (not wanted.behaviour or run.totals.get("class") == wanted.behaviour)
        and (wanted.cost_over is None or (isinstance(cost, float) and cost > wanted.cost_over))
    )


def _values(values: Any) -> list[Any]:
    if isinstance(values, dict):
        return [one for value in values.values() for one in _values(value)]
    if isinstance(values, list):
        return [one for value in values for one in _values(value)]
    return [values]


def test_filters_let_through_what_a_look_at_each_run_would(trace: Callable[[], Trace], facts: list[Fact]) -> None:
    opened = trace()
    chance = random.Random(7)
    sizes = set()
    for _ in range(draws(100, 200)):
        wanted = RunFilter(
            text=chance.choice(("", "", "tide", "éclair", "QUOTED word", "猫", "broke", "01run0001", "x" * 80, '"')),
            graph=chance.choice(("", "", *GRAPHS)),
            statuses=frozenset(chance.sample(STATUSES, chance.choice((0, 0, 1, 3)))),
            model=chance.choice(("", "", "", *MODELS)),
            since=chance.choice((None, START_NS / 1e9 + 10 * HOUR)),
            until=chance.choice((None, START_NS / 1e9 + 25 * HOUR)),
            cost_over=chance.choice((None, None, 0.001, 0.5)),
            behaviour=chance.choice(("", "", "", "settles", "circles <b>", "none such")),
        )
        keys = opened.run_list().keys(wanted)
        found = {row.id for row in opened.run_list().rows(keys)}
        assert found == naive(opened, facts, wanted), wanted
        assert len(found) == len(keys)
        sizes.add(len(found))
    assert len(sizes) > 15, "the filters told runs apart"


def test_a_filter_that_is_empty_says_so() -> None:
    assert RunFilter().lets_all_through
    assert RunFilter(text="  ").lets_all_through
    for one in (
        RunFilter("a"), RunFilter(statuses=frozenset({"ok"})), RunFilter(since=0.0), RunFilter(cost_over=0.0),
        RunFilter(behaviour="settles"), RunFilter(batch="01A"), RunFilter(single=True),
    ):  # fmt: skip
        assert not one.lets_all_through


def test_rows_say_what_the_runs_say(trace: Callable[[], Trace], facts: list[Fact]) -> None:
    opened = trace()
    rows = {row.id: row for row in opened.run_list().rows(opened.run_list().keys())}
    ids = {one.id for one in facts}
    for run in opened.runs():
        row, fact = rows[run.id], next(one for one in facts if one.id == run.id)
        assert (row.graph, row.file, row.status, row.ended) == (run.graph, run.file, run.status, run.ended)
        assert (row.parent_run, row.fork_seq) == (run.parent_run, run.fork_seq)
        assert row.has_parent == (run.parent_run in ids)
        assert set(row.models) == set(fact.models)
        assert row.started_at == run.started_at
        if run.totals:
            assert row.took(0) == run.duration_s
            assert (row.firings, row.calls) == (run.totals["firings"], run.totals["calls"])
            assert row.cost_usd == run.totals["cost_usd"]
            assert row.tokens == run.totals["tokens_in"] + run.totals["tokens_out"]
        else:
            assert row.took(0) is None, "nobody knows how long it went on"


def test_the_newest_come_first_as_everywhere(trace: Callable[[], Trace], facts: list[Fact]) -> None:
    opened = trace()

    assert [row.id for row in opened.run_list().rows(opened.run_list().keys())] == [one.id for one in opened.runs()]


@pytest.mark.parametrize("by", get_args(SortKey))
@pytest.mark.parametrize("descending", [True, False])
def test_rows_are_sorted_by_what_they_show(
    by: SortKey, descending: bool, trace: Callable[[], Trace], facts: list[Fact]
) -> None:
    shown: dict[str, Callable[[RunRow], Any]] = {
        "started": lambda row: row.started_at,
        "graph": lambda row: row.graph.lower(),
        "status": lambda row: row.status,
        "took": lambda row: row.took(0),
        "firings": lambda row: row.firings,
        "calls": lambda row: row.calls,
        "tokens": lambda row: row.tokens,
        "cost": lambda row: row.cost_usd,
        "models": lambda row: row.models[0].casefold() if row.models else None,
        "ended": lambda row: row.ended or None,
        "class": lambda row: row.behaviour or None,
        "inputs": lambda row: None,
        "lineage": lambda row: row.parent_run or None,
        "id": lambda row: row.id,
    }
    opened = trace()
    rows = opened.run_list().rows(opened.run_list().keys(order=RunOrder(by, descending)))
    values = [shown[by](row) for row in rows]
    known = [value for value in values if value is not None]

    assert len(rows) == len(facts)
    assert known == sorted(known, reverse=descending)
    if by != "ended":  # an end that is "" stands before those that are not there
        assert values == known + [None] * (len(values) - len(known)), "what is not known comes last"


def test_names_to_choose_from(trace: Callable[[], Trace], facts: list[Fact]) -> None:
    opened = trace()

    assert opened.run_list().models() == sorted({model for one in facts for model in one.models})
    assert opened.run_list().graphs() == sorted({one.graph for one in facts if one.graph})
    assert opened.run_list().behaviours() == ["circles <b>", "settles"]


def test_forks_stand_below_what_they_go_on_from(trace: Callable[[], Trace], facts: list[Fact]) -> None:
    runs = trace().run_list()
    keys = runs.keys(RunFilter(statuses=frozenset({"failed"})))
    grown = forest(keys, runs.parents())
    ids = {row.key: row for row in runs.rows(runs.keys())}
    stand = {*grown.roots, *(key for below in grown.children.values() for key in below)}

    assert stand == set(keys) | grown.above
    assert grown.above, "some runs stand there for what is below them"
    for parent, below in grown.children.items():
        for key in below:
            assert ids[key].parent_run == ids[parent].id
            assert grown.parent[key] == parent
    for key in grown.roots:
        assert not ids[key].parent_run
    for key in grown.above:
        assert key in grown.children


def test_the_order_of_a_list_is_the_order_of_its_forest() -> None:
    grown = forest([5, 3, 9, 4, 1], {3: 1, 4: 1, 9: 4})

    assert list(grown.roots) == [5, 1]
    assert {key: list(below) for key, below in grown.children.items()} == {1: [3, 4], 4: [9]}
    assert grown.above == set()


def test_runs_that_name_each_other_in_a_circle_are_all_there() -> None:
    grown = forest([1, 2, 3], {1: 2, 2: 3, 3: 1})

    assert sorted([*grown.roots, *(key for below in grown.children.values() for key in below)]) == [1, 2, 3]
    assert len(grown.roots) == 1


def test_a_child_without_its_parent_says_so(db: Path, trace: Callable[[], Trace]) -> None:
    put_runs(db, [Fact("01A", parent="00GONE", fork_seq=12), Fact("01B", parent="01A")])
    opened = trace()
    rows = {row.id: row for row in opened.run_list().rows(opened.run_list().keys())}

    assert (rows["01A"].parent_run, rows["01A"].has_parent, rows["01A"].fork_seq) == ("00GONE", False, 12)
    assert rows["01B"].has_parent


def test_a_run_that_goes_on_shows_what_it_has_come_to(log: FileRunLog, trace: Callable[[], Trace]) -> None:
    put_firings(log, 7)
    log.firing(8, 8, 1, "a1", 0, 0, 2, "not wanted", 0, 1, 0, None, None, 1)  # a skip is no firing
    runs = trace().run_list()
    row = runs.rows(runs.keys())[0]

    assert (row.status, row.is_live, row.firings) == ("running", True, 7)
    assert runs.live() == {row.key}
    assert row.took(row.started_at + 5) == 5
    pulse = runs.pulse()
    log.finish("ok", "quiet", None, {}, {"firings": 7}, 1)
    log.flush()
    assert runs.pulse() != pulse
    assert runs.live() == frozenset()


def test_a_damaged_footer_is_no_reason_to_show_nothing(db: Path, trace: Callable[[], Trace]) -> None:
    from studio.trace.sqlite import sqlite3

    put_runs(db, [Fact("01A"), Fact("01B")])
    connection = sqlite3.connect(str(db), isolation_level=None)
    connection.execute("UPDATE _run_end SET totals = '{\"firings\": [', error = '{' WHERE id = 1")
    connection.execute("UPDATE _run SET inputs = '{\"a\"', started_at = 'soon' WHERE id = 1")
    connection.close()
    runs = trace().run_list()
    rows = {row.id: row for row in runs.rows(runs.keys(RunFilter(), RunOrder("cost")))}

    assert rows["01A"].firings is None
    assert rows["01B"].firings == 1
    assert len(runs.keys(RunFilter(text="toy"))) == 2


def test_searching_reads_large_values_too(db: Path, trace: Callable[[], Trace]) -> None:
    put_runs(db, [Fact("01A", inputs={"text": "x" * 500 + " NEEDLE"}), Fact("01B", inputs={"text": "x" * 500})])
    runs = trace().run_list()

    assert [row.id for row in runs.rows(runs.keys(RunFilter(text="needle toy")))] == ["01A"]
    assert WORDS[-1] in "x" * 90


def test_a_list_of_very_many_runs_is_one_question_and_a_page_reads_its_rows_only(
    db: Path, trace: Callable[[], Trace], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_runs(db, [Fact(f"01R{number:07}", models=("m",) if number % 9 == 0 else ()) for number in range(20_000)])
    opened = trace()
    asked: list[int] = []
    rows = opened._reader.rows

    def counted(*arguments: Any) -> list[tuple[Any, ...]]:
        found = rows(*arguments)
        asked.append(len(found))
        return found

    monkeypatch.setattr(opened._reader, "rows", counted)
    keys = opened.run_list().keys()
    assert sorted(asked)[-2:] == [0, 20_000] or asked.count(20_000) == 1
    asked.clear()
    page = opened.run_list().rows(keys[10_000:10_100])

    assert len(page) == 100
    assert sum(asked) < 250
