"""The weights of section 11 of the fact sheet, computed by hand, and the ranks they give."""

from __future__ import annotations

import math

import pytest

from studio.documents.code.repo_rank import Attention, Names, attention_of, edge_weights, name_factor, personal, rank

FILES = {
    "a.py": Names({"short", "long_enough_name", "_hidden_name", "unused"}, []),
    "b.py": Names({"other"}, ["short"] * 4 + ["long_enough_name"] + ["_hidden_name"] * 9 + ["unknown"]),
    "c.py": Names((), ["short", "other", "other"]),
}


def test_weights_are_as_the_fact_sheet_says() -> None:
    assert edge_weights(FILES, Attention()) == pytest.approx({
        ("b.py", "a.py", "short"): 2.0,
        ("c.py", "a.py", "short"): 1.0,
        ("b.py", "a.py", "long_enough_name"): 10.0,
        ("b.py", "a.py", "_hidden_name"): 3.0 * 10 * 0.1,
        ("c.py", "b.py", "other"): math.sqrt(2),
        ("a.py", "a.py", "unused"): 0.1,
    })  # fmt: skip


def test_files_in_the_chat_and_mentioned_names_count_more() -> None:
    weights = edge_weights(FILES, Attention(chat={"c.py"}, words={"short"}))

    assert weights["c.py", "a.py", "short"] == pytest.approx(1 * 10 * 50)
    assert weights["b.py", "a.py", "short"] == pytest.approx(2 * 10)
    assert weights["c.py", "b.py", "other"] == pytest.approx(math.sqrt(2) * 50)


@pytest.mark.parametrize(
    ("name", "files", "mentioned", "factor"),
    [
        ("run", 1, False, 1), ("run", 1, True, 10), ("do_it", 1, False, 1), ("do_it_now", 1, False, 10),
        ("do-it-now", 1, False, 10), ("DoItNowX", 1, False, 10), ("DOITNOWX", 1, False, 1), ("lowercase", 1, False, 1),
        ("________", 1, False, 0.1), ("_do_it_now", 1, False, 1), ("run", 5, False, 1), ("run", 6, False, 0.1),
        ("do_it_now", 6, True, 10), ("_x", 6, False, 0.01),
    ],
)  # fmt: skip
def test_each_factor_of_a_name(name: str, files: int, mentioned: bool, factor: float) -> None:
    assert name_factor(name, files, {name} if mentioned else ()) == pytest.approx(factor)


def test_the_published_loop_takes_the_root_again_for_each_further_file() -> None:
    files = {"a.py": Names({"x"}, []), "b.py": Names({"x"}, []), "c.py": Names((), ["x"] * 16)}

    once = edge_weights(files, Attention())
    again = edge_weights(files, Attention(), root_again=True)

    assert [once["c.py", home, "x"] for home in ("a.py", "b.py")] == pytest.approx([4, 4])
    assert [again["c.py", home, "x"] for home in ("a.py", "b.py")] == pytest.approx([4, 2])


def test_where_no_use_is_known_every_definition_counts_as_used_where_it_is() -> None:
    files = {"a.py": Names({"x", "do_it_now"}, []), "b.py": Names((), [])}

    assert edge_weights(files, Attention()) == {("a.py", "a.py", "x"): 1.0, ("a.py", "a.py", "do_it_now"): 10.0}


def test_the_walk_starts_at_files_in_the_chat_and_at_what_was_mentioned() -> None:
    files = {"src/a.py": Names((), ()), "src/b.py": Names((), ()), "lib/c.py": Names((), ()), "d.py": Names((), ())}

    assert personal(files, Attention(chat={"src/a.py"}, files={"src/a.py", "lib/c.py"}, words={"c", "src"})) == {
        "src/a.py": 50.0, "src/b.py": 25.0, "lib/c.py": 50.0,
    }  # fmt: skip


def test_ranks_by_hand() -> None:
    """c refers to a with weight 1 and to b with weight 2; a and b refer to nothing. With s = rank of what is lost:
    c = 0.05 + 0.85 (a + b) / 3, a + b + c = 1 → c = (0.05 + 0.85 / 3) / (1 + 0.85 / 3) = 0.25974.
    Of c's rank a third goes to `x` in a, two thirds to `y` in b."""
    files = {"a.py": Names({"x"}, []), "b.py": Names({"y"}, []), "c.py": Names((), ["x", "y", "y", "y", "y"])}

    found = rank(files)

    c = (0.05 + 0.85 / 3) / (1 + 0.85 / 3)
    assert found.files["c.py"] == pytest.approx(c, abs=1e-5)
    assert [(file, name) for file, name, _ in found.definitions] == [("b.py", "y"), ("a.py", "x")]
    assert [value for _, _, value in found.definitions] == pytest.approx([c * 2 / 3, c / 3], abs=1e-5)


def test_definitions_of_files_in_the_chat_are_left_out() -> None:
    assert {file for file, _, _ in rank(FILES, Attention(chat={"a.py"})).definitions} == {"b.py"}


def test_equal_ranks_are_in_order_of_names_whatever_the_order_of_files() -> None:
    names = {"x.py": Names({"b", "a"}, []), "w.py": Names({"c"}, []), "z.py": Names((), ["a", "b", "c"])}

    one = rank(names)
    other = rank(dict(reversed(names.items())))

    assert one == other
    assert [(file, name) for file, name, _ in one.definitions] == [("w.py", "c"), ("x.py", "a"), ("x.py", "b")]


def test_in_a_tiny_repository_definitions_nobody_calls_come_first() -> None:
    """As the fact sheet warns: a file whose only out-edge leads to itself keeps its rank there."""
    found = rank({"a.py": Names({"lonely"}, []), "b.py": Names({"used"}, []), "c.py": Names((), ["used"])})

    assert found.definitions[0][:2] == ("a.py", "lonely")


def test_a_text_mentions_words_and_files() -> None:
    found = attention_of(
        'Fix `total` in "shop/cart.py", see utils.py; run it.', ["shop/cart.py", "x/utils.py", "a/run"]
    )

    assert {"total", "Fix", "cart"} <= set(found.words)
    assert found.files == {"shop/cart.py", "x/utils.py"}


def test_a_bare_name_that_two_files_have_means_neither() -> None:
    assert attention_of("see utils.py", ["a/utils.py", "b/utils.py"]).files == set()
