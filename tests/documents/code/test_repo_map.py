"""Maps show the best definitions within the budget, and look as the golden file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.documents.code.repo_map import repo_map
from studio.documents.code.repo_rank import Attention
from studio.documents.tokens import count_tokens
from tests.documents.code.samples import TREE

GOLDEN = Path(__file__).parents[2] / "golden" / "repo_map.txt"


def test_the_map_of_a_small_tree_looks_as_it_did() -> None:
    """After a change that is meant: write the new text to the golden file and look at the difference."""
    made = repo_map(TREE)

    assert made.text == GOLDEN.read_text(encoding="utf-8")
    assert made.tokens == count_tokens(made.text)
    assert made.left_out == {}


@pytest.mark.parametrize("tokens", [16, 40, 80, 160, 320])
def test_the_budget_is_never_exceeded_and_more_of_it_shows_more(tokens: int) -> None:
    less, more = (repo_map(TREE, tokens=size, times_without_chat=1) for size in (tokens, tokens * 2))

    assert less.tokens <= tokens
    assert less.shown <= more.shown
    assert more.shown > 0


def test_the_budget_is_larger_while_no_file_is_in_the_chat() -> None:
    alone = repo_map(TREE, tokens=30)
    in_chat = repo_map(TREE, Attention(chat={"main.py"}), tokens=30)

    assert in_chat.tokens <= 30 < alone.tokens <= 240


def test_one_entry_more_would_not_fit() -> None:
    made = repo_map(TREE, tokens=100, times_without_chat=1)
    sizes = [repo_map(TREE, tokens=size, times_without_chat=1) for size in range(100, 160, 5)]

    assert next(one.tokens for one in sizes if one.shown > made.shown) > 100


def test_files_in_the_chat_are_left_out_and_what_they_use_comes_first() -> None:
    made = repo_map(TREE, Attention(chat={"web/page.tsx"}), tokens=60)

    assert "page.tsx" not in made.text
    assert made.ranking.definitions[0][0] == "web/client.ts"
    assert "web/client.ts:" in made.text


def test_headers_of_several_lines_and_what_is_around_are_shown() -> None:
    text = repo_map(TREE).text

    assert "│class Cart:\n" in text
    assert "│    def total_price(\n│        self,\n│        with_vat: bool = True,\n│    ) -> int:\n⋮" in text


def test_of_a_long_value_only_the_name_is_shown() -> None:
    assert repo_map({"a.py": 'TEXT = """\none\ntwo\n"""\n'}).text == '\na.py:\n│TEXT = """\n⋮\n'


def test_long_lines_are_cut() -> None:
    made = repo_map({"a.js": "function f(" + "a, " * 200 + "b) { return g() }"})

    assert max(map(len, made.text.split("\n"))) == 100


def test_a_file_too_large_to_take_apart_is_named_and_told() -> None:
    made = repo_map({"a.py": "def f(): pass\n", "b.py": "x" * 2_000_001})

    assert set(made.left_out) == {"b.py"}
    assert "\nb.py\n" in made.text


def test_nothing_gives_an_empty_map() -> None:
    assert repo_map({}).text == ""
    assert repo_map({"README.md": "# A"}).text == "\nREADME.md\n"


def test_the_order_of_the_files_does_not_matter() -> None:
    assert repo_map(TREE).text == repo_map(dict(reversed(TREE.items()))).text
