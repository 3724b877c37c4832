"""A search finds the prompts that a plain reading of all of them finds: page after page, none twice, none left out."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studio.support.errors import UsageError
from studio.trace import Trace, open_run
from studio.trace.prompt_list import PromptSearch, Stopped, Wanted
from studio.trace.prompt_rows import PromptRow
from studio.trace.runlog import FileRunLog
from studio.trace.search import index_some
from studio.trace.sqlite import connect_writer
from tests.support.thorough import thorough_but
from tests.trace.declaring import declare
from tests.trace.prompts import NODES, WORDS, Asked, holds, put_prompt, random_runs
from tests.trace.runs import start_of


def all_rows(search: PromptSearch, size: int = 7) -> list[PromptRow]:
    rows: list[PromptRow] = []
    while True:
        page = search.next_page(size, 60)
        rows += page.rows
        if page.at_end:
            assert page.is_all
            return rows


def keys(rows: list[PromptRow]) -> list[tuple[str, int]]:
    return [(row.run, row.firing) for row in rows]


def index(db: Path, slices: int = 1_000_000) -> None:
    connection = connect_writer(db)
    while slices and index_some(connection):
        slices -= 1
    connection.close()


@pytest.fixture(autouse=True)
def _only_we_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.trace.writer.IDLE_S", 60)


def query_of(dice: random.Random) -> tuple[str, list[tuple[str, bool, bool]]]:
    """A query at random, and its words: text, begins, without."""
    parts, words = [], []
    for _ in range(dice.randint(1, 3)):
        count = dice.choice((1, 1, 1, 2))
        text = " ".join(dice.choice(WORDS) for _ in range(count))
        begins = dice.random() < 0.3
        without = dice.random() < 0.3
        if begins and count == 1 and len(text) > 2:
            text = text[:-1]
        quoted = f'"{text}"' if count > 1 or dice.random() < 0.2 else text
        parts.append(f"{'-' if without else ''}{quoted}{'*' if begins else ''}")
        words.append((text, begins, without))
    return " ".join(parts), words


def fits(asked: Asked, words: list[tuple[str, bool, bool]], role: str) -> bool:
    return all(
        any(holds(text, word, begins=begins) for text in asked.texts(role)) != without
        for word, begins, without in words
    )


@pytest.mark.parametrize("indexed", ["all", "some", "nothing"])
@pytest.mark.parametrize("seed", thorough_but((0).__eq__, range(3)))
def test_a_search_finds_what_a_plain_reading_of_all_prompts_finds(
    db: Path, trace: Callable[[], Trace], seed: int, indexed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    monkeypatch.setattr("studio.trace.search.SLICE", 20)
    made = random_runs(db, dice)
    if indexed != "nothing":
        index(db, 2 if indexed == "some" else -1)
    reading = trace()
    found_any = left_any = 0
    for _ in range(40):
        text, words = query_of(dice)
        role = dice.choice(("", "", "system", "user", "reply"))

        rows = all_rows(reading.find_prompts(Wanted(text=text, role=role)))

        wanted = [(one.run, one.firing) for one in made if fits(one, words, role)]
        assert keys(rows) == wanted, (text, role)
        found_any += bool(wanted)
        left_any += len(wanted) < len(made)
    assert found_any > 10, "the queries are too strict to tell anything"
    assert left_any > 10, "the queries are too loose to tell anything"


def test_filters_leave_what_they_say(db: Path, trace: Callable[[], Trace]) -> None:
    made = random_runs(db, random.Random(5), runs=3, calls=40)
    reading = trace()

    def found(wanted: Wanted) -> list[tuple[str, int]]:
        return keys(all_rows(reading.find_prompts(wanted)))

    def those(test: Callable[[Asked], bool]) -> list[tuple[str, int]]:
        chosen = [(one.run, one.firing) for one in made if test(one)]
        assert 0 < len(chosen) < len(made), "the test tells nothing"
        return chosen

    def ended(status: str) -> Callable[[Asked], bool]:
        return lambda one: one.status == status

    assert found(Wanted()) == [(one.run, one.firing) for one in made]
    assert found(Wanted(run="01RUN1")) == those(lambda one: one.run == "01RUN1")
    assert found(Wanted(node="draft")) == those(lambda one: one.node == "draft")
    assert found(Wanted(node="plan")) == those(lambda one: one.node.endswith("/plan"))
    assert found(Wanted(node="town/*/plan")) == those(lambda one: one.node.endswith("/plan"))
    assert found(Wanted(node="town/1/plan")) == those(lambda one: one.node == "town/1/plan")
    assert found(Wanted(node="/town/*/plan")) == found(Wanted(node="plan"))
    assert found(Wanted(node="/draft")) == found(Wanted(node="draft"))
    assert found(Wanted(node="/town/1/plan")) == found(Wanted(node="town/1/plan"))
    assert found(Wanted(node="/plan")) == []
    assert found(Wanted(node="/*")) == those(lambda one: "/" not in one.node)
    assert found(Wanted(model="large")) == those(lambda one: one.model == "large")
    for status in ("ok", "error", "unanswered"):
        assert found(Wanted(status=status)) == those(ended(status))
    answered = [one for one in made if one.status != "unanswered"]
    assert found(Wanted(status="cut off")) == [(one.run, one.firing) for one in made if one.finish == "length"]
    assert found(Wanted(status="cached")) == [(one.run, one.firing) for one in answered if one.origin == 1]
    assert found(Wanted(tokens_over=1000)) == [(one.run, one.firing) for one in answered if one.tokens > 1000]
    assert found(Wanted(cost_over=0.5)) == [(one.run, one.firing) for one in answered if one.cost > 0.5]
    assert found(Wanted(since=10, until=20)) == those(lambda one: 10 <= one.at / 1e9 < 20)
    assert found(Wanted(graph="toy")) == found(Wanted())
    assert found(Wanted(graph="other")) == []
    assert found(Wanted(node="tow[n]/?/plan")) == []
    with pytest.raises(UsageError, match="no run"):
        found(Wanted(run="nowhere"))


def test_an_answer_that_broke_a_check_counts_as_refused(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    log.open_firing(1, 1, "a1", 0, 0, 1)
    for n, reply in ((1, "vague"), (3, "good")):
        log.effect_intent(1, n, "chat", "m", {"messages": [{"role": "user", "content": f"try {n}"}]}, 1, n)
        log.effect_result(1, n, "ok", {"text": reply}, "", 1, 1, 1, None, "stop", None)
        if n == 1:
            log.effect_intent(1, 2, "log", "violated", {"faults": [{"check": "short"}]}, 1, 2)
            log.effect_result(1, 2, "ok", None, "", 0, None, None, None, "", None)
    log.flush()

    rows = all_rows(trace().find_prompts(Wanted(status="refused")))

    assert [(row.reply, row.outcome) for row in rows] == [("vague", "refused")]
    assert [row.outcome for row in all_rows(trace().find_prompts(Wanted()))] == ["ok", "refused"]


def test_no_prompt_is_given_twice_or_left_out_while_others_are_recorded(db: Path, trace: Callable[[], Trace]) -> None:
    made = random_runs(db, random.Random(7), runs=2, calls=25)
    before = [(one.run, one.firing) for one in made]
    going = open_run(db, start_of("01RUN8"))
    for path, node in enumerate(NODES, 1):
        declare(going, path, node, "toy.work", 1, path - 1, 0)
    first = replace(made[0], run="01RUN8", firing=1, at=1)
    put_prompt(going, first, path=1)
    going.flush()
    search = trace().find_prompts(Wanted())
    seen: list[tuple[str, int]] = []
    for number in range(2, 100):
        page = search.next_page(4, 60)
        seen += keys(page.rows)
        put_prompt(going, replace(first, firing=number), path=1)
        going.flush()
        if number % 3 == 0:
            open_run(db, start_of(f"01RUNX{number}")).flush()
        if page.at_end:
            break

    assert seen == [("01RUN8", 1), *before]
    assert len(all_rows(trace().find_prompts(Wanted()))) > len(seen), "the control: there was more to find"


def test_the_same_messages_are_one_row_with_how_often_and_how_many_replies(
    db: Path, log: FileRunLog, trace: Callable[[], Trace]
) -> None:
    for firing, (question, reply) in enumerate(
        (("a", "yes"), ("b", "one"), ("a", "no"), ("a", "yes"), ("b", "one")), 1
    ):
        log.open_firing(firing, 1, f"a{firing}", 0, 0, 1)
        log.effect_intent(firing, 1, "chat", "m", {"messages": [{"role": "user", "content": question}]}, 1, firing)
        log.effect_result(firing, 1, "ok", {"text": reply}, "", 1, 1, 1, None, "stop", None)
    log.flush()
    reading = trace()

    search = reading.find_prompts(Wanted(distinct=True))
    rows = all_rows(search, 1)

    assert [(row.firing, row.times, row.replies) for row in rows] == [(5, 2, 1), (4, 3, 2)]
    detail = reading.prompt_detail(rows[1].id)
    assert (detail.times, detail.replies) == (3, 2)
    assert [(place.tick, place.is_same_reply) for place in detail.others] == [("3", False), ("1", True)]
    assert [(text.role, text.text) for text in detail.texts] == [("user", "a"), ("reply", "yes")]
    assert reading.prompt_texts(rows[1].id) == [("user", "a"), ("reply", "yes")]


def test_best_first_puts_what_fits_best_first(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    texts = ("tide tide tide", "the tide and a great many other words that say nothing about it", "sand")
    for firing, text in enumerate(texts, 1):
        log.open_firing(firing, 1, f"a{firing}", 0, 0, 1)
        log.effect_intent(firing, 1, "chat", "m", {"messages": [{"role": "user", "content": text}]}, 1, firing)
    log.flush()
    index(db)

    best = all_rows(trace().find_prompts(Wanted(text="tide", best=True)))
    newest = all_rows(trace().find_prompts(Wanted(text="tide")))

    assert [row.firing for row in best] == [1, 2]
    assert [row.firing for row in newest] == [2, 1]
    assert [text for text, found in best[0].excerpt if found] == ["tide", "tide", "tide"] or any(
        found and "tide" in text for text, found in best[0].excerpt
    )


@pytest.mark.parametrize("chunk", [500, 7], ids=["one chunk", "many chunks"])
def test_oldest_first_is_newest_first_read_from_its_end(
    db: Path, trace: Callable[[], Trace], monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("studio.trace.prompt_list._CHUNK", chunk)
    random_runs(db, random.Random(5), runs=3, calls=40)
    index(db)
    some = all_rows(trace().find_prompts(Wanted()))[5]

    for wanted in (Wanted(), Wanted(text="tide"), Wanted(run=some.run), Wanted(status="ok", tokens_over=50)):
        newest = [row.id for row in all_rows(trace().find_prompts(wanted))]
        oldest = [row.id for row in all_rows(trace().find_prompts(replace(wanted, oldest=True)), 9)]

        assert oldest == newest[::-1]
        assert len(newest) > 3
    last = trace().find_prompts(Wanted(oldest=True)).next_page(1_000, 60)
    assert (last.is_all, last.found, last.about) == (True, 120, 120)


@pytest.mark.parametrize("indexed", [True, False], ids=["indexed", "not yet indexed"])
def test_found_words_are_marked_whatever_else_the_text_holds(
    db: Path, log: FileRunLog, trace: Callable[[], Trace], indexed: bool
) -> None:
    text = "\x02 <b>tide</b> \x03 [tide] \x1b[31m \u202e end"
    log.open_firing(1, 1, "a1", 0, 0, 1)
    log.effect_intent(1, 1, "chat", "m", {"messages": [{"role": "user", "content": text}]}, 1, 1)
    log.flush()
    if indexed:
        index(db)

    (row,) = all_rows(trace().find_prompts(Wanted(text="TIDE")))

    assert [piece for piece, found in row.excerpt if found] == ["tide", "tide"]
    shown = "".join(piece for piece, _ in row.excerpt)
    assert "<b>" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


HOSTILE = (
    '"', '""', '"unfinished', "*", "tide*", "-", "--tide", "NEAR(tide crab, 2)", "tide AND OR NOT", "^tide",
    "text:tide", "tide;DROP TABLE _message", "'", "(((", "\0tide\0", "a" * 100_000, "tide " * 20_000, '"' * 100_001,
    "\ud800tide", "{tide}", "rowid:1", "tide + crab", "%s %d", "\\", "🦀", "日本語",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_no_query_is_an_error(db: Path, trace: Callable[[], Trace], text: str) -> None:
    random_runs(db, random.Random(1), runs=1, calls=5)
    index(db)

    for best in (False, True):
        all_rows(trace().find_prompts(Wanted(text=text, best=best)))
        all_rows(trace().find_prompts(Wanted(node=text[:1000].replace("\ud800", ""), model=text.replace("\ud800", ""))))


def test_a_search_that_is_left_ends(db: Path, trace: Callable[[], Trace]) -> None:
    random_runs(db, random.Random(2), runs=2, calls=20)
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    search = trace().find_prompts(Wanted(text="tide", distinct=True), stop)
    with pytest.raises(Stopped):
        all_rows(search, 1)
    assert trace().sql("SELECT count(*) FROM prompt").rows == [(40,)], "the reader is of use after"


def test_how_many_there_are_is_guessed_until_it_is_known(db: Path, trace: Callable[[], Trace]) -> None:
    random_runs(db, random.Random(3), runs=4, calls=30)
    search = trace().find_prompts(Wanted())

    first = search.next_page(10, 0)
    while not (page := search.count_on(0)).is_all:
        assert page.rows == []
        assert page.about >= page.found

    assert len(first.rows) <= 10
    assert page.found == page.about == 120
    assert len(all_rows(search)) == 120 - len(first.rows)


def test_names_that_are_worth_offering(db: Path, trace: Callable[[], Trace]) -> None:
    random_runs(db, random.Random(4))

    facets = trace().prompt_facets()

    assert facets == (("toy",), ("draft", "judge", "town/*/plan"), ("large", "small"), True)
