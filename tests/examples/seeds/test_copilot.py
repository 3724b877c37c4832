"""Copilot's client layer as a graph does what the extension of 2022 does (fact sheet, section 6)."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from studio.documents.chunking.windows import copilot_spans
from studio.documents.ranking.jaccard import jaccard
from studio.documents.ranking.words import copilot_words
from studio.models.script import read_script
from studio.support.resources import bundled_graphs
from tests.support.seeds import Played, graph_of, play

PROMPT = ["tab_collector", "snippet_windower", "word_sets", "similarity", "import_reader", "markers", "wishlist"]
ASKED = ["debouncer", "contextual_filter", "completion_model", "completion_cache"]
MODULES = (
    "trigger_checks", *PROMPT, "suffix_cutter", "suffix_cache", "block_mode", "completion_cache", "typed_along",
    "debouncer", "contextual_filter", "completion_model", "post_processing", "confidence", "display", "telemetry",
)  # fmt: skip
CODE = "def total(rows):\n    result = 0\n    for row in rows:\n        result = result + row.price\n    return "
Event = dict[str, Any]


def play_code(
    tmp_path: Path, events: Sequence[Event], replies: Sequence[str] = (), files: Mapping[str, str] | None = None,
    **inputs: Any,
) -> Played:  # fmt: skip
    """Play these events on a folder of these files."""
    # The same place for all: a graph that stands elsewhere is made ready again.
    project = tmp_path.parent / "project_of_copilot"
    folder = project / "code"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in (files or {"other.py": "x = 1\n"}).items():
        (folder / name).write_text(text)
    graph = graph_of("copilot")
    graph.base = project
    given = {"folder": "code", "events": list(events), **inputs}
    return play(graph, given, replies=replies, tmp_path=tmp_path)


def at_end(text: str = CODE, **more: Any) -> Event:
    return {"at": 0, "file": "a.py", "text": text, **more}


# -- the order of firing ------------------------------------------------------------------------


def test_a_request_goes_through_the_modules_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end()], ["result"])

    assert played.fired(*MODULES) == [
        "trigger_checks", *PROMPT, "block_mode", "typed_along", "completion_cache", *ASKED, "post_processing",
        "confidence", "display", "telemetry",
    ]  # fmt: skip
    assert played.result.outputs["shown"] == ["result"]
    played.verify()


def test_with_a_suffix_it_is_cut_behind_the_wishlist(tmp_path: Path) -> None:
    event = at_end(CODE + "\n\nprint(total([]))\n", line=4)
    played = play_code(tmp_path, [event], ["result"], suffix_percent=15)

    order = played.fired(*MODULES)
    assert order[8:11] == ["suffix_cutter", "suffix_cache", "block_mode"]
    assert played.prompts[0].text.endswith("\n\nprint(total([]))\n")


def test_a_hit_skips_waiting_filter_and_model(tmp_path: Path) -> None:
    events = [at_end(), {"at": 9, "insert": "r"}, {"at": 20, "delete": 1}]
    played = play_code(tmp_path, events, ["result"])

    again = [
        "trigger_checks",
        *PROMPT,
        "block_mode",
        "typed_along",
        "post_processing",
        "confidence",
        "display",
        "telemetry",
    ]
    order = played.fired(*MODULES)
    assert order[-2 * len(again) :] == again * 2
    assert played.result.outputs["shown"] == ["result", "esult", "result"]
    assert len(played.prompts) == 1


def test_too_little_text_is_stopped_before_the_prompt(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end("x = 1 + 2")])

    assert played.fired(*MODULES) == ["trigger_checks"]
    assert play_code(tmp_path, [at_end("x = 1 + 20")], ["1"]).result.outputs["shown"] == ["1"]


def test_the_middle_of_a_line_is_stopped_behind_the_prompt(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end(CODE + "result - 1", line=4, column=11)])

    assert played.fired(*MODULES) == ["trigger_checks", *PROMPT]


def test_what_may_stand_behind_the_cursor(tmp_path: Path) -> None:
    """Closing brackets and quotes, then at most one colon, opening brace, semicolon or comma."""
    fine = ["", "   ", ")", "))]}", '")', "):", ") {", ");", "',", " ;", "`"]
    wrong = [")::", "x", "} else", ":)"]
    events = [
        {"at": n * 9, "file": f"f{n}.py", "text": CODE + rest, "line": 4, "column": 11}
        for n, rest in enumerate([*fine, *wrong])
    ]
    played = play_code(tmp_path, events, [f"result{n}" for n in range(len(fine))])

    shown: list[Any] = [one["shown"] for one in played.outputs("display")]
    assert [one["file"] for one in shown] == [f"f{n}.py" for n in range(len(fine))]
    assert len(played.fired("wishlist")) == len(events)


# -- the prompt ---------------------------------------------------------------------------------


def test_snippets_are_the_best_window_of_each_file_the_best_last(tmp_path: Path) -> None:
    files = {
        f"f{n}.py": "\n".join(["result = result + row.price", *(f"word{k} = {k}" for k in range(n * 3))])
        for n in range(6)
    }
    files["none.py"] = "unlike = 5\n"
    files["other.ts"] = "result = result + row.price"
    played = play_code(tmp_path, [at_end()], ["result"], files)

    hits = played.output("similarity", "hits")
    assert {hit["source"] for hit in hits} == {f"f{n}.py" for n in range(6)}
    query = copilot_words(CODE)
    assert [hit["score"] for hit in hits] == [jaccard(query, copilot_words(hit["text"])) for hit in hits]
    best = played.output("best_snippets", "value")
    assert [hit["source"] for hit in best] == ["f3.py", "f2.py", "f1.py", "f0.py"]
    prompt = played.prompts[0].text
    places = [prompt.index(f"Lines like these in {hit['source']}") for hit in best]
    assert places == sorted(places)
    assert prompt.endswith(CODE)


def test_files_are_taken_most_recently_used_first(tmp_path: Path) -> None:
    files = {name: f"# {name}\n" for name in ("b.py", "c.py", "d.py")}
    events = [{"file": "d.py", "asks": False}, {"file": "c.py", "asks": False}, at_end(at=30)]
    played = play_code(tmp_path, events, ["result"], files)

    assert [one["source"] for one in played.output("tab_collector", "files")] == ["c.py", "d.py", "b.py"]


def test_worked_example_b_windows(tmp_path: Path) -> None:
    assert list(copilot_spans(5, 3)) == [(0, 3), (1, 4)]
    assert list(copilot_spans(61)) == [(0, 60)]
    lines = "\n".join(f"result{n} = row" for n in range(61))
    played = play_code(tmp_path, [at_end()], ["result"], {"long.py": lines, "huge.py": "x = 1\n" * 2_000})

    assert [
        (one["source"], one["start_line"], one["end_line"]) for one in played.output("snippet_windower", "chunks")
    ] == [("long.py", 1, 60)]


@pytest.mark.parametrize(
    ("lines", "windows"),
    [
        pytest.param(1, [(1, 1)], marks=pytest.mark.thorough),
        pytest.param(59, [(1, 59)], marks=pytest.mark.thorough),
        (60, [(1, 60)]),
        (61, [(1, 60)]),
        pytest.param(62, [(1, 60), (2, 61)], marks=pytest.mark.thorough),
    ],
)
def test_windows_of_sixty_lines(tmp_path: Path, lines: int, windows: list[tuple[int, int]]) -> None:
    played = play_code(tmp_path, [at_end()], ["result"], {"long.py": "\n".join(["result = row"] * lines)})

    assert [(one["start_line"], one["end_line"]) for one in played.output("snippet_windower", "chunks")] == windows
    assert played.output("best_snippets", "value")[0]["start_line"] == 1


@pytest.mark.parametrize(
    ("size", "fits"), [(9_999, True), (10_000, False), pytest.param(0, False, marks=pytest.mark.thorough)]
)
def test_windows_of_files_of_1_to_9999_characters(tmp_path: Path, size: int, fits: bool) -> None:
    text = ("result " * 2_000)[:size]
    played = play_code(tmp_path, [at_end()], ["result"], {"long.py": text})

    assert bool(played.output("snippet_windower", "chunks")) is fits


TYPED = "import { Cart } from './cart';\n\nconst cart = new Cart();\nconst total = cart."
CART = "export class Cart {\n  total(): number {\n    return 1;\n  }\n}\n"


def test_declarations_of_imported_files_stand_between_markers_and_text(tmp_path: Path) -> None:
    event = {"at": 0, "file": "main.ts", "text": TYPED}
    played = play_code(tmp_path, [event], ["total();"], {"cart.ts": CART})

    kinds = [one["kind"] for one in played.output("wishlist", "used")]
    assert kinds[:2] == ["path", "import"]
    assert kinds[-1] == "text"
    assert "declare class Cart {\n  total(): number;\n}\n" in played.prompts[0].text


@pytest.mark.parametrize(
    ("budget", "kinds"),
    [
        pytest.param(400, {"path", "import", "snippet", "text"}, marks=pytest.mark.thorough),
        (26, {"path", "import", "text"}),
        pytest.param(24, {"import", "text"}, marks=pytest.mark.thorough),
        (21, {"path", "text"}),
        pytest.param(17, {"text"}, marks=pytest.mark.thorough),
    ],
)
def test_a_smaller_budget_drops_snippet_path_and_import_by_priority(
    tmp_path: Path, budget: int, kinds: set[str]
) -> None:
    """Words: text 15 and one for a blank line before text, path 3, language 4, import 7, snippet more."""
    files = {
        "cart.ts": CART,
        "third.ts": "const total = cart.total(); // and more words to make it long enough to be left out",
    }
    event = {"at": 0, "file": "main.ts", "text": TYPED}
    played = play_code(tmp_path, [event], ["total();"], files, budget=budget, tokenizer="words")

    assert {one["kind"] for one in played.output("wishlist", "used")} == kinds
    assert played.output("wishlist", "size") <= budget


FUNCTIONS = (
    "import os\n\n\ndef total(rows):\n    return \n\n\n"
    "def first(rows):\n    return rows[0]\n\n\ndef last(rows):\n    pass\n"
)


def test_later_functions_stand_above_the_one_with_the_cursor_unless_there_is_a_suffix(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end(FUNCTIONS, line=4)], ["1"])
    with_suffix = play_code(tmp_path, [at_end(FUNCTIONS, line=4)], ["1"], suffix_percent=15)

    used = [(one["kind"], one["priority"]) for one in played.output("wishlist", "used")]
    assert used == [
        ("path", 0.375), ("text", 0.5), ("text", 0.5), ("sibling", 0.4375), ("sibling", 0.421875), ("text", 0.5),
        ("text", 0.5),
    ]  # fmt: skip
    assert played.prompts[0].text.endswith("def last(rows):\n    pass\n\ndef total(rows):\n    return ")
    assert "sibling" not in {one["kind"] for one in with_suffix.output("wishlist", "used")}


def test_a_prompt_that_is_too_long_keeps_the_last_lines(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end()], ["result"], budget=8, tokenizer="words")

    assert played.prompts[0].text.endswith("\n        result = result + row.price\n    return ") is True
    assert "for row" not in played.prompts[0].text
    assert "# File" not in played.prompts[0].text


def test_the_weights_of_2025_put_the_text_first_and_snippets_before_the_path(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end()], ["result"], {"b.py": CODE}, weights="2025")

    found = {one["kind"]: one["priority"] for one in played.output("wishlist", "used")}
    assert found == {"path": 0.7, "snippet": 0.8, "text": 1.0}


def test_blanks_alone_on_the_last_line_are_not_sent(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end("x = 1\nfor y in x:\n    print(y)\n    ")], ["    z = 1"])

    assert played.output("completion_model", "text") == "    z = 1"
    assert played.prompts[0].text.endswith("    print(y)\n")
    assert played.result.outputs["shown"] == ["z = 1"]


@pytest.mark.parametrize(
    ("percent", "room"),
    [
        (15, 1_311),
        pytest.param(0, 1_548, marks=pytest.mark.thorough),
        pytest.param(50, 771, marks=pytest.mark.thorough),
    ],
)
def test_the_prefix_gets_its_share(tmp_path: Path, percent: int, room: int) -> None:
    played = play_code(tmp_path, [at_end(CODE + "\nx", line=4)], ["result"], suffix_percent=percent)

    assert played.output("prefix_room", "value") == room
    assert math.floor((1_548 - 5) * (100 - 15) / 100) == 1_311


def test_a_short_suffix_returns_its_room_to_the_prefix(tmp_path: Path) -> None:
    long = "\n".join(f"word{n} = {n}" for n in range(60)) + "\n    return "
    played = play_code(
        tmp_path, [at_end(long + "\nend", line=60)], ["1"], suffix_percent=50, budget=105, tokenizer="words"
    )

    assert played.output("prefix_room", "value") == 50
    assert played.output("wishlist", "size") <= 50
    assert played.output("suffix_cutter", "size") == 1
    assert played.output("refill", "size") in range(97, 100)


def test_a_suffix_is_used_again_while_it_hardly_changes(tmp_path: Path) -> None:
    tail = "\n" + "\n".join(f"w{n} = {n}" for n in range(40))
    events = [
        at_end(CODE + tail, line=4),
        at_end(CODE + "x - " + tail.replace("w3 ", "v3 "), line=4, at=20),
        at_end(CODE + "y - " + tail.replace("w", "v"), line=4, at=40),
    ]
    played = play_code(tmp_path, events, ["1", "2", "3"], suffix_percent=50)

    assert [one["again"] for one in played.outputs("suffix_cache")] == [False, True, False]
    assert "w3 = 3" in played.prompts[1].text
    assert "v3 = 3" in played.prompts[2].text


def test_a_cursor_alone_asks_once_there(tmp_path: Path) -> None:
    cursor = {"file": "b.py", "line": 4, "column": 11}
    files = {"a.py": "x = 1\n", "b.py": CODE + ")\n"}
    played = play_code(tmp_path, [{"file": "a.py"}, {"file": "a.py"}], ["result"], files, cursor=cursor)
    offset = play_code(tmp_path, [], ["result"], files, cursor={"file": "b.py", "offset": CODE.index("return") + 7})

    assert played.fired("trigger_checks", "wishlist", "display") == ["trigger_checks", "wishlist", "display"]
    assert played.prompts[0].text.endswith(CODE)
    assert played.result.outputs["shown"] == offset.result.outputs["shown"] == ["result"]
    assert played.prompts[0].text == offset.prompts[0].text


# -- one line or a block ------------------------------------------------------------------------


def test_one_line_stops_at_the_line_feed_and_asks_once(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end()], ["result"])

    call = played.model.requests[0]
    assert (call.stop, call.max_tokens, call.temperature) == (("\n",), 500, 0.0)  # type: ignore[union-attr]


def test_one_line_ends_at_its_line_feed_though_the_model_wrote_on(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end()], ["result\nprint(result)"])

    assert played.result.outputs["shown"] == ["result"]


def test_a_block_asks_three_times_and_keeps_all_that_differ(tmp_path: Path) -> None:
    replies = ["\n    return 1\nrest", "\n    return 2\n", "\n    return 1"]
    played = play_code(tmp_path, [at_end("x = 12345\ndef f():")], replies)

    call = played.model.requests[0]
    assert (call.stop, call.temperature) == ((), 0.2)  # type: ignore[union-attr]
    assert played.result.outputs["shown"] == ["\n    return 1"]
    assert played.output("answers", "value") == ["\n    return 1", "\n    return 2"]


@pytest.mark.parametrize(
    ("n", "temperature"),
    [
        (1, 0),
        pytest.param(9, 0.2, marks=pytest.mark.thorough),
        (10, 0.4),
        pytest.param(20, 0.8, marks=pytest.mark.thorough),
    ],
)
def test_temperature_by_the_number_of_choices(tmp_path: Path, n: int, temperature: float) -> None:
    played = play_code(tmp_path, [at_end("x = 12345\ndef f():")], ["\n    pass"] * n, block_choices=n)

    assert played.output("temperature", "value") == temperature
    assert {call.temperature for call in played.model.requests} == {temperature}
    assert len(played.model.requests) == n


def test_cycling_asks_for_two_more_without_waiting_and_joins_them(tmp_path: Path) -> None:
    events = [at_end(), {"at": 5, "cycling": True}, {"at": 5.01, "cycling": True}]
    played = play_code(tmp_path, events, ["one", "two", "one"])

    assert played.output("choices", "value", 1) == 2
    assert played.output("good_choices", "value", 1) == ["one", "two"]
    assert len(played.fired("debouncer")) == 1
    # As in the program, what is added to the cache is not compared with what is there.
    assert played.output("good_choices", "value", 2) == ["one", "two", "one"]
    assert len(played.prompts) == 3


# -- memories -----------------------------------------------------------------------------------


def test_what_is_typed_along_uses_the_rest_and_what_is_typed_otherwise_asks(tmp_path: Path) -> None:
    events = [at_end(), {"at": 5, "insert": "res"}, {"at": 9, "insert": "t"}]
    played = play_code(tmp_path, events, ["result  ", "_of(rows)"])

    assert played.result.outputs["shown"] == ["result", "ult", "_of(rows)"]
    assert [asked.reply for asked in played.prompts] == ["result  ", "_of(rows)"]


def test_typed_to_the_end_nothing_is_shown_and_nothing_asked(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end(), {"at": 5, "insert": "result"}], ["result"])

    assert played.result.outputs["shown"] == ["result"]
    assert played.output("typed_along", "texts", 1) == [""]
    assert len(played.prompts) == 1


def test_the_same_prompt_is_answered_from_the_cache_by_its_hash(tmp_path: Path) -> None:
    other = "other = 12345\nvalue = "
    events = [at_end(), {"at": 9, "file": "b.py", "text": other}, at_end(at=20)]
    played = play_code(tmp_path, events, ["result", "3"])

    assert played.result.outputs["shown"] == ["result", "3", "result"]
    prefix = played.output("prefix", "value")
    assert played.output("completion_cache", "key") == hashlib.sha256(prefix.encode()).hexdigest()
    assert len(played.fired("debouncer")) == 2


def test_of_too_many_prompts_the_one_used_least_recently_is_forgotten(tmp_path: Path) -> None:
    graph = graph_of("copilot")
    kept = graph.graphs["keep_answers"].nodes["completion_cache"].params
    assert kept["most"] == 100
    kept["most"] = 3
    events = [at_end(f"number_{n} = 12345\nx = ", at=at * 9) for at, n in enumerate([0, 1, 2, 0, 3, 0, 1])]
    played = play(
        graph, {"folder": "data/copilot/shop", "events": events}, replies=["0", "1", "2", "3", "again"],
        tmp_path=tmp_path,
    )  # fmt: skip

    assert played.result.outputs["shown"] == ["0", "1", "2", "0", "3", "0", "again"]


def test_one_line_and_blocks_are_kept_apart(tmp_path: Path) -> None:
    """A kept line does not serve where a block is wanted; a kept block serves by its first line."""
    head = "x = 12345\ndef f():"
    body = f"{head}\n    return 1\n"
    events = [at_end(body, line=1), at_end(head, at=20), at_end(body, line=1, at=40)]
    played = play_code(tmp_path, events, ["  # one", "\n    a", "\n    b", "\n    c"])

    assert played.output("block_mode", "multiline", 0) is False
    assert played.output("block_mode", "multiline", 1) is True
    assert len(played.prompts) == 4
    assert played.result.outputs["shown"][:2] == ["  # one", "\n    a"]


# -- waiting and the filter ---------------------------------------------------------------------


def test_a_newer_keystroke_cancels_the_older_request(tmp_path: Path) -> None:
    events = [at_end(at=0), {"at": 0.07, "insert": "r"}, {"at": 0.145, "insert": "o"}]
    played = play_code(tmp_path, events, ["w", "und"])

    assert played.result.outputs["waited_ms"] == [75.0] * 3
    assert [asked.reply for asked in played.prompts] == ["w", "und"]
    assert played.output("debouncer", "cancelled") is True


def test_the_filter_is_the_logistic_of_the_sheet(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end(at=10)], ["result"])

    line = len("    return ")
    expected = (
        -0.3043572714994554 + 0.7001905605239328 - 0.1736749244124868 * math.log(1 + 13.6)
        - 0.22994157947320112 * math.log(1 + line) + 0.13406692641682572 * math.log(1 + line - 1)
        - 0.007751370662011853 * math.log(1 + len(CODE)) + 0.0057783222035240715 * math.log(1 + len(CODE))
        + 0.41910878254476003 * (len(CODE) + 0.5) / (1 + len(CODE))
    )  # fmt: skip
    assert played.output("score", "value") == pytest.approx(1 / (1 + math.exp(-expected)), abs=1e-9)


def test_what_was_accepted_or_rejected_is_remembered_by_the_filter(tmp_path: Path) -> None:
    def scores(decide: str) -> list[float]:
        events = [at_end(), {"at": 10, "decide": decide}, {"at": 10, "file": "b.py", "text": "y = 12345\nx = "}]
        return list(play_code(tmp_path, events, ["result", "1"]).result.outputs["scores"])

    accepted, rejected = scores("accept"), scores("reject")
    logit = [math.log(one / (1 - one)) for one in (accepted[1], rejected[1])]
    assert accepted[0] == rejected[0]
    assert logit[0] - logit[1] == pytest.approx(0.9978708359643611, abs=1e-9)


def test_below_the_threshold_nothing_is_asked(tmp_path: Path) -> None:
    shut = play_code(tmp_path, [at_end()], filter_threshold=0.99)
    open_ = play_code(tmp_path, [at_end()], ["result"], filter_threshold=0)

    assert shut.fired(*MODULES)[-2:] == ["debouncer", "contextual_filter"]
    assert "shown" in open_.result.outputs
    assert open_.result.outputs["shown"] == ["result"]


def test_predictive_waiting_takes_the_score(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end()], ["result"], predictive=True)

    score = played.output("score", "value")
    assert played.result.outputs["waited_ms"] == [pytest.approx(25 + 250 / (1 + (score / 0.275) ** 6), abs=1e-9)]


# -- what is done with an answer ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "reply", "shown"),
    [
        ("", "x " * 30, []),
        pytest.param("\n\nresult = 1\n", "result = 1", [], marks=pytest.mark.thorough),
        ("\n\nresult = 1\n", "result = 2", ["result = 2"]),
        pytest.param("", "", [], marks=pytest.mark.thorough),
    ],
)
def test_answers_of_no_use_are_not_shown(tmp_path: Path, after: str, reply: str, shown: list[str]) -> None:
    played = play_code(tmp_path, [at_end(CODE + after, line=4)], [reply])

    assert played.result.outputs["shown"] == shown
    assert played.fired("post_processing") == ["post_processing"]
    assert played.fired("confidence", "display") == ["confidence", "display"] * len(shown)


def test_without_the_filter_the_circle_would_be_shown(tmp_path: Path) -> None:
    graph = graph_of("copilot")
    graph.graphs["check_choice"].nodes["repetition"].params["rules"] = [[1, 9_999]]
    circle = "x " * 30
    played = play(
        graph, {"folder": "data/copilot/shop", "events": [at_end()]}, replies=[circle], tmp_path=tmp_path
    )  # fmt: skip

    assert played.result.outputs["shown"] == [circle.rstrip()]


def test_a_closing_bracket_that_is_there_is_cut(tmp_path: Path) -> None:
    event = {"at": 0, "file": "a.ts", "text": "function f(a: number) {\n}", "line": 0}
    played = play_code(tmp_path, [event], ["\n  return a;\n}"] * 3)

    assert played.result.outputs["shown"] == ["\n  return a;"]


def test_confidence_is_the_logistic_of_the_sheet(tmp_path: Path) -> None:
    played = play_code(tmp_path, [at_end()], ["result"])

    expected = 2.98410452738298 - 0.838732736843507 * math.log(1 + len("result")) + 0.314368072478742
    assert played.result.outputs["confidences"] == [pytest.approx(1 / (1 + math.exp(-expected)), abs=1e-9)]


def test_accepted_text_is_looked_at_after_15_30_120_300_and_600_seconds(tmp_path: Path) -> None:
    events = [at_end(), {"at": 5, "decide": "accept"}, {"at": 100, "delete": 4, "asks": False}]
    played = play_code(tmp_path, events, ["result - percent"])

    checks = [one for tick in played.result.outputs["checks"] for one in tick]
    assert [(one["after"], one["found"]) for one in checks] == [
        (15.0, True), (30.0, True), (120.0, True), (300.0, True), (600.0, True),
    ]  # fmt: skip
    assert [round(one["share"], 6) for one in checks] == [0.0, 0.0, 0.333333, 0.333333, 0.333333]
    assert played.result.outputs["document"] == CODE + "result - per"


def test_rejected_text_is_not_followed_unless_capturing_is_allowed(tmp_path: Path) -> None:
    events = [at_end(), {"at": 5, "decide": "reject"}]
    played = play_code(tmp_path, events, ["result"])
    graph = graph_of("copilot")
    graph.nodes["telemetry"].params["capture"] = True
    allowed = play(
        graph, {"folder": "data/copilot/shop", "events": events}, replies=["result"], tmp_path=tmp_path
    )  # fmt: skip

    assert [one for tick in played.result.outputs["checks"] for one in tick] == []
    assert [one["after"] for tick in allowed.result.outputs["checks"] for one in tick] == [30.0]


def test_the_default_run_shows_cancelling_typing_along_and_accepting(tmp_path: Path) -> None:
    played = play(
        "copilot", replies=["percent_off(cart, percent)", " round(total)", "stock import take"], tmp_path=tmp_path
    )

    assert played.result.outputs["shown"] == [
        "percent_off(cart, percent)", " round(total)", "round(total)", "stock import take",
    ]  # fmt: skip
    assert "    reduced = round(total)\n" in played.result.outputs["document"]
    assert len(played.prompts) == 3
    assert len([one for one in played.outputs("debouncer") if "cancelled" in one]) == 1
    played.verify()


def test_the_command_of_the_page_provokes_a_circle_that_is_not_shown(tmp_path: Path) -> None:
    replies = read_script(bundled_graphs()[0].parent / "data/copilot/circles.jsonl")
    event = {"file": "report.py", "line": 10, "insert": "    x = [1,"}
    played = play("copilot", {"events": [event]}, replies=[line.reply for line in replies], tmp_path=tmp_path)

    assert played.output("repetition", "repetitive") is True
    assert played.output("post_processing", "text") == [None]
    assert played.result.outputs["shown"] == []
