"""RepoCoder as a graph does what the paper's program does (fact sheet, section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from studio.documents.counting import count
from studio.documents.ranking.jaccard import jaccard
from studio.documents.ranking.words import code_tokens
from studio.models.script import read_script
from studio.support.resources import bundled_graphs
from tests.support.fake_context import cosine, toy_embedding
from tests.support.seeds import Played, graph_of, play

MODULES = (
    "repository_reader", "window_maker", "vectoriser", "query_maker_round_1", "query_maker_round_2",
    "query_maker_oracle", "searcher", "hole_filter", "block_writer", "prompt_packer", "prompt_shape", "generator",
    "scorer",
)  # fmt: skip
ONE_ROUND = ["searcher", "hole_filter", "block_writer", "prompt_packer", "prompt_shape", "generator"]
RULE = "# " + "-" * 50
BEFORE = """
def summary(owner, rows, percent):
    cart = build_cart(owner, rows)
    total = cart.total_price()"""
GUESS = "    reduced = cart.total_price() - percent"
DISCOUNT = """from shop.cart import Cart


def percent_off(cart, percent):
    total = cart.total_price()
    return total - total * percent / 100


def fixed_off(cart, amount):
    total = cart.total_price()
    return max(0, total - amount)


def best_discount(cart, percent, amount):
    first = percent_off(cart, percent)
    second = fixed_off(cart, amount)
    return min(first, second)
"""
SHOP: dict[str, Any] = {"window": 4}
FOLDER = next(path for path in bundled_graphs() if path.stem == "repocoder").parent / "data/repocoder/shop"
REPORT = {name: (FOLDER / name).read_text() for name in ("report.py", "discount.py")}


def play_code(
    files: dict[str, str], inputs: dict[str, Any], tmp_path: Path, replies: Sequence[str] = ("z = 3",), **more: Any
) -> Played:
    """Play on a repository of these files, with windows of 4 lines: one round unless told."""
    for name, text in files.items():
        (tmp_path / "project" / "code").mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / "code" / name).write_text(text)
    graph = graph_of("repocoder")
    graph.base = tmp_path / "project"
    given = {"repository": "code", "rounds": 1, "window": 4, **inputs}
    return play(graph, given, replies=replies, tmp_path=tmp_path, **more)


def play_example(inputs: dict[str, Any], replies: Sequence[str] = (), *, tmp_path: Path, **more: Any) -> Played:
    """Play the worked example of the sheet: only discount.py is indexed, two rounds unless told."""
    code = {"file": "report.py", "code": BEFORE, "target": "    reduced = percent_off(cart, percent)", "rounds": 2}
    return play_code({"discount.py": DISCOUNT}, {**code, **inputs}, tmp_path, replies, **more)


def own(played: Played, node: str) -> list[tuple[int, int]]:
    """Lines (from 0, ends exclusive) of the hits in the hole's own file, in order."""
    return sorted(
        (hit["start_line"] - 1, hit["end_line"])
        for hit in played.output(node, "hits")
        if hit["source"] == "report.py"
    )  # fmt: skip


def hits(played: Played, nth: int, node: str = "searcher") -> list[tuple[int, int, float]]:
    """Lines of the hits counted from 0, ends exclusive, as the sheet gives them, with their scores."""
    return [
        (hit["start_line"] - 1, hit["end_line"], round(hit["score"], 6)) for hit in played.output(node, "hits", nth)
    ]


def shown(played: Played, nth: int) -> list[str]:
    """The lines of code that the blocks of a prompt show, in its order."""
    return [line[2:] for line in played.prompts[nth].text.split("\n") if line.startswith("# ")]


def test_modules_fire_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    played = play_example({}, replies=[GUESS, "pass"], tmp_path=tmp_path)

    once = ["repository_reader", "window_maker", "vectoriser"]
    assert played.fired(*MODULES) == [
        *once, "query_maker_round_1", *ONE_ROUND, "query_maker_round_2", *ONE_ROUND, "scorer",
    ]  # fmt: skip
    assert played.result.ended == "stop"
    assert played.fired("round_counter") == ["round_counter"] * 2
    played.verify()


def test_the_worked_example_to_six_digits(tmp_path: Path) -> None:
    played = play_example({}, replies=[GUESS, "pass"], tmp_path=tmp_path)

    assert played.output("query_maker_round_1", "query") == BEFORE
    assert hits(played, 0)[:4] == [(6, 10, 0.588235), (2, 6, 0.523810), (8, 12, 0.476190), (4, 8, 0.4)]
    assert played.output("query_maker_round_2", "query").split("\n") == [*BEFORE.split("\n")[-2:], GUESS]
    assert hits(played, 1)[:4] == [(4, 8, 0.5), (2, 6, 0.476190), (6, 10, 0.444444), (8, 12, 0.428571)]
    assert hits(played, 0, "hole_filter") == hits(played, 0)


def test_round_1_shows_windows_moved_down_and_later_rounds_as_they_are(tmp_path: Path) -> None:
    played = play_example({}, replies=[GUESS, "pass"], tmp_path=tmp_path)

    lines = DISCOUNT.splitlines()
    first, second = (played.output("block_writer", "texts", nth)[0].split("\n") for nth in (0, 1))
    assert first == ["# From this file:", "# discount.py", RULE, *(f"# {one}" for one in lines[8:12]), RULE, ""]
    assert second == ["# From this file:", "# discount.py", RULE, *(f"# {one}" for one in lines[4:7]), RULE, ""]


def test_the_prompt_ends_with_the_best_block_a_blank_line_and_the_code(tmp_path: Path) -> None:
    played = play_example({"rounds": 1}, replies=["pass"], tmp_path=tmp_path)

    prompt = played.output("prompt_shape", "text")
    blocks = played.output("block_writer", "texts")
    assert prompt.endswith(f"{blocks[1]}{blocks[0]}\n{BEFORE}\n")
    assert prompt.split("\n")[1] == RULE
    assert played.prompts[0].text.endswith(prompt)


@pytest.mark.parametrize(
    ("target", "guess", "exact", "similarity"),
    [
        ("x = f(a)", "x = f(b)", 0, 0.875),
        ("a = 1\nb = 2", "  a = 1\n\n  b = 2\nc = 3", 1, 1.0),
        ("return min(first, second)", "pass", 0, 0.08),
        ("x", "", 0, 0.0),
    ],
)
def test_scores_of_the_sheet(tmp_path: Path, target: str, guess: str, exact: int, similarity: float) -> None:
    played = play_example({"rounds": 1, "target": target}, replies=[guess], tmp_path=tmp_path)

    assert played.result.outputs["exact_match"] == exact
    assert played.result.outputs["edit_similarity"] == pytest.approx(similarity, abs=1e-9)


@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_as_many_rounds_as_asked_with_one_call_each(tmp_path: Path, rounds: int) -> None:
    guesses = [f"guess_{n}()" for n in range(rounds)]
    played = play_example({"rounds": rounds}, replies=guesses, tmp_path=tmp_path)

    assert [asked.reply for asked in played.prompts] == guesses == played.result.outputs["guesses"]
    assert played.fired("query_maker_round_1") == ["query_maker_round_1"]
    assert len(played.fired("query_maker_round_2")) == rounds - 1
    assert played.fired("repository_reader", "window_maker", "vectoriser") == [
        "repository_reader", "window_maker", "vectoriser",
    ]  # fmt: skip
    assert played.fired("scorer") == ["scorer"]
    for nth in range(rounds - 1):
        assert played.output("query_maker_round_2", "query", nth).endswith(f"guess_{nth}()")


def test_the_dense_retriever_ranks_by_cosine(tmp_path: Path) -> None:
    played = play_example({"rounds": 1, "retriever": "dense"}, replies=["pass"], tmp_path=tmp_path)

    found = played.output("searcher", "hits")
    expected = [cosine(toy_embedding(BEFORE), toy_embedding(hit["text"])) for hit in found]
    assert [hit["score"] for hit in found] == pytest.approx(expected)
    assert expected == sorted(expected, reverse=True)
    assert played.fired("token_sets", "jaccard", "embeddings", "cosine") == ["embeddings", "cosine"]
    played.verify()


def test_the_sparse_retriever_embeds_nothing(tmp_path: Path) -> None:
    played = play_example({"rounds": 1}, replies=["pass"], tmp_path=tmp_path)

    assert played.fired("token_sets", "jaccard", "embeddings", "cosine") == ["token_sets", "jaccard"]
    assert [hit["score"] for hit in played.output("searcher", "hits")] == [
        jaccard(code_tokens(BEFORE), code_tokens(hit["text"])) for hit in played.output("searcher", "hits")
    ]


def test_the_oracle_asks_with_the_true_code_around_the_hole_once_and_shows_windows_as_they_are(tmp_path: Path) -> None:
    played = play("repocoder", {**SHOP, "variant": "oracle", "rounds": 2}, replies=["pass"], tmp_path=tmp_path)

    lines = REPORT["report.py"].splitlines()
    assert played.output("query_maker_oracle", "value") == "\n".join(lines[11:15])
    assert played.fired(*MODULES)[3:] == ["query_maker_oracle", *ONE_ROUND, "scorer"]
    best = played.output("hole_filter", "hits")[0]
    assert best["text"].split("\n")[0] in shown(played, 0)
    assert played.output("block_writer", "texts")[0].split("\n")[3:-2] == [
        f"# {one}" for one in best["text"].splitlines()
    ]


def test_overwritten_round_1_has_the_oracles_query_but_its_own_way_of_showing(tmp_path: Path) -> None:
    oracle = play("repocoder", {**SHOP, "variant": "oracle"}, replies=["pass"], tmp_path=tmp_path)
    played = play("repocoder", {**SHOP, "variant": "overwritten"}, replies=["pass", "pass"], tmp_path=tmp_path)
    apart = play("repocoder", SHOP, replies=["pass", "pass"], tmp_path=tmp_path)

    assert hits(played, 0) == hits(oracle, 0) != hits(apart, 0)
    assert played.output("block_writer", "texts") != oracle.output("block_writer", "texts")
    assert played.fired("query_maker_round_1", "query_maker_round_2") == ["query_maker_round_2"]


def test_no_window_of_the_holes_own_file_is_shown_but_those_before_the_prompt(tmp_path: Path) -> None:
    hole = {"file": "report.py", "hole": 13}
    whole = play_code(REPORT, hole, tmp_path)
    later = play_code(REPORT, {**hole, "context_start": 8}, tmp_path)

    assert (0, 2) in own(whole, "searcher")
    assert own(whole, "hole_filter") == []
    assert own(later, "hole_filter") == [(0, 2), (0, 4), (2, 6), (4, 8)]
    assert later.output("query_maker_round_1", "query") == "\n".join(REPORT["report.py"].splitlines()[9:13])


def test_the_query_of_round_1_does_not_reach_above_the_prompts_own_start(tmp_path: Path) -> None:
    played = play_code(REPORT, {"file": "report.py", "hole": 13, "context_start": 11}, tmp_path)

    assert played.output("query_maker_round_1", "query") == "\n".join(REPORT["report.py"].splitlines()[11:13])


def test_a_window_that_also_stands_elsewhere_is_not_dropped(tmp_path: Path) -> None:
    files = {"a.py": "x = 1\ny = 2\nz = 3\n", "b.py": "x = 1\ny = 2\nw = 4\n"}
    played = play_code(files, {"file": "a.py", "hole": 2}, tmp_path)

    kept = played.output("hole_filter", "hits")
    assert [[place["source"] for place in hit["places"]] for hit in kept if len(hit["places"]) > 1] == [
        ["a.py", "b.py"]
    ]
    assert all(any(place["source"] == "b.py" for place in hit["places"]) for hit in kept)
    assert len(played.output("searcher", "hits")) > len(kept)
    assert played.result.outputs["exact_match"] == 1


def test_the_shift_of_round_1_may_show_a_step_of_lines_behind_the_allowed_place(tmp_path: Path) -> None:
    """The prompt begins at line 8; the window 4-8 ends there and is shown as 6-10."""
    played = play_code(REPORT, {"file": "report.py", "hole": 13, "context_start": 8}, tmp_path)

    places = [(hit["source"], hit["end_line"]) for hit in played.output("hole_filter", "hits")]
    block = played.output("block_writer", "texts")[places.index(("report.py", 8))].split("\n")
    assert block[3:-2] == [f"# {line}" for line in REPORT["report.py"].splitlines()[6:10]]


@pytest.mark.parametrize(("guard", "leaks"), [(True, False), (False, True)])
def test_the_last_commit_keeps_the_shift_from_showing_the_hole(tmp_path: Path, guard: bool, leaks: bool) -> None:
    hole = {"file": "report.py", "hole": 13, "context_start": 12, "leak_guard": guard}
    played = play_code(REPORT, hole, tmp_path)

    assert ("    reduced = percent_off(cart, percent)" in shown(played, 0)) == leaks
    assert ("" in played.output("block_writer", "texts")) == guard


def test_the_twenty_best_are_kept_and_at_most_ten_are_shown(tmp_path: Path) -> None:
    played = play("repocoder", {**SHOP, "rounds": 1}, replies=["pass"], tmp_path=tmp_path)

    assert len(played.output("searcher", "hits")) > 20
    assert played.output("hole_filter", "length") == 20
    assert played.output("prompt_packer", "length") == 10
    assert played.output("prompt_packer", "chosen") == played.output("block_writer", "blocks")[:10]


@pytest.mark.parametrize("tokenizer", ["code", "words", "tokens"])
def test_a_block_too_long_is_skipped_and_the_next_is_tried(tmp_path: Path, tokenizer: str) -> None:
    full = play("repocoder", {**SHOP, "rounds": 1, "tokenizer": tokenizer}, replies=["pass"], tmp_path=tmp_path)
    sizes = [count(text, tokenizer) for text in full.output("block_writer", "texts")]
    room = 20 + sizes[0] + min(sizes[1:]) + 1
    played = play(
        "repocoder", {**SHOP, "rounds": 1, "tokenizer": tokenizer, "room": room}, replies=["pass"], tmp_path=tmp_path
    )

    taken, used = [], 20
    for place, size in enumerate(sizes):
        if used + size < room:
            taken.append(place)
            used += size
    blocks = played.output("block_writer", "blocks")
    assert [blocks.index(one) for one in played.output("prompt_packer", "chosen")] == taken
    assert played.output("prompt_packer", "size") == used < room


def test_half_of_the_context_goes_to_the_code_and_the_prompt_begins_where_it_is_cut(tmp_path: Path) -> None:
    played = play("repocoder", {**SHOP, "rounds": 1, "room": 30}, replies=["pass"], tmp_path=tmp_path)

    code = played.output("unfinished_code", "text")
    assert count(code, "code") == 30
    lines = REPORT["report.py"].splitlines()
    cut = played.output("unfinished_code", "start_line")
    assert code.split("\n")[1:] == lines[cut + 1 : 13]
    assert played.output("hole_at", "value")["start_line"] == cut + 1


def test_blank_lines_of_the_guess_and_of_the_query_do_not_count(tmp_path: Path) -> None:
    long = "\n".join(["", "a = 1", "   ", "b = 2", "c = 3"])
    played = play_example({}, replies=[long, "pass"], tmp_path=tmp_path)

    assert played.output("query_maker_round_2", "query").split("\n") == [*BEFORE.split("\n")[-2:], "a = 1", "b = 2"]


def test_an_empty_guess_leaves_the_code_as_the_query(tmp_path: Path) -> None:
    played = play_example({}, replies=["", "pass"], tmp_path=tmp_path)

    assert played.output("query_maker_round_2", "query").split("\n") == BEFORE.split("\n")[-2:]


def test_a_wrong_guess_pulls_code_like_itself_and_the_circle_is_seen(tmp_path: Path) -> None:
    """The failure of the sheet: what was guessed decides what is found next."""
    wrong = next(iter(read_script(FOLDER.parent / "circles.jsonl"))).reply
    right = "    reduced = percent_off(cart, percent)"
    circle = play("repocoder", {**SHOP, "rounds": 3}, replies=[wrong] * 3, tmp_path=tmp_path)
    better = play("repocoder", {**SHOP, "rounds": 3}, replies=[wrong, right, right], tmp_path=tmp_path)

    assert circle.result.outputs["repeats"] == [False, True, True]
    assert hits(circle, 1) == hits(circle, 2) != hits(circle, 0)
    assert circle.result.outputs["exact_match"] == 0
    assert hits(better, 1) != hits(better, 2)
    assert better.result.outputs["exact_match"] == 1
    assert better.result.outputs["similarities"][0] < 1.0 == better.result.outputs["similarities"][2]


def test_a_file_at_its_end_is_completed_without_a_score(tmp_path: Path) -> None:
    played = play("repocoder", {**SHOP, "hole": 19, "rounds": 1}, replies=["# end"], tmp_path=tmp_path)

    assert played.result.outputs["completion"] == "# end"
    assert "exact_match" not in played.result.outputs
    assert played.fired("scorer") == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"file": "nowhere.py"}, "There is no file `nowhere.py` among the 4 of the folder"),
        ({"hole": 20}, "The hole is at line 20, but `report.py` has 19 lines"),
        ({"hole": -1}, "The hole is at line -1"),
        ({"context_start": 14}, "begins at line 14, but the hole is at line 13"),
        ({"repository": "/elsewhere"}, "put a copy of the graph beside them"),
    ],
)
def test_a_hole_that_is_nowhere_fails_with_what_to_do_before_anything_is_asked(
    tmp_path: Path, given: dict[str, Any], says: str
) -> None:
    played = play("repocoder", given, tmp_path=tmp_path, status="failed")

    assert says in str(played.result.error)
    assert played.prompts == []


def test_without_the_filter_the_answer_stands_in_the_prompt(tmp_path: Path) -> None:
    """Knock out a module and see what it was good for."""
    graph = graph_of("repocoder")
    kept = play(graph, {**SHOP, "rounds": 1}, replies=["pass"], tmp_path=tmp_path)
    graph.edges = [edge for edge in graph.edges if (edge.source, edge.target) != ("hole_at", "hole_filter")]
    open_ = play(graph, {**SHOP, "rounds": 1, "leak_guard": False}, replies=["pass"], tmp_path=tmp_path)

    answer = "    reduced = percent_off(cart, percent)"
    assert answer not in shown(kept, 0)
    assert answer in shown(open_, 0)
