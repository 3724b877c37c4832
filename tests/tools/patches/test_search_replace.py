"""Search/replace blocks do what the notes on seed systems (section 11) say, and nothing is guessed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.tools.patches import Outcome, apply_edits
from studio.tools.patches.outcome import DoesNotFit
from studio.tools.patches.search_replace import parse_blocks

CALC = "def add(a, b):\n    return a - b\n\n\ndef twice(a):\n    return add(a, a)\n"


def block(search: str, replace: str, name: str = "calc.py") -> str:
    return f"{name}\n```python\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n```\n"


def edited(reply: str, **files: str) -> Outcome:
    texts = {"calc.py": CALC, **{name.replace("_", "."): text for name, text in files.items()}}
    return apply_edits(reply, texts.get)


def test_exact_lines_are_replaced() -> None:
    out = edited(block("    return a - b\n", "    return a + b\n"))

    assert out.problems == []
    assert out.files == {"calc.py": CALC.replace("a - b", "a + b")}


def test_lines_whose_leading_blanks_are_missing_alike_are_found_and_indented_again() -> None:
    out = edited(block("return a - b\n", "if a:\n    return a + b\nreturn b\n"))

    assert out.files["calc.py"] is not None
    assert "    if a:\n        return a + b\n    return b\n" in out.files["calc.py"]


def test_blanks_that_are_missing_unevenly_do_not_fit() -> None:
    out = edited(block("def add(a, b):\nreturn a - b\n", "x\n"))

    assert out.files == {}
    assert "these lines are not in the file" in out.report


def test_what_almost_fits_is_reported_with_the_nearest_place_and_not_guessed() -> None:
    out = edited(block("    return a - c\n", "    return a + b\n"))

    assert out.files == {}
    assert out.problems == [
        "Block 1, `calc.py`: these lines are not in the file:\n    return a - c\n"
        "The nearest place is line 2:\n    return a - b"
    ]


def test_dots_stand_for_what_stays() -> None:
    out = edited(block("def add(a, b):\n...\ndef twice(a):\n", "def plus(a, b):\n...\ndef double(a):\n"))

    assert out.files["calc.py"] == CALC.replace("add(a, b)", "plus(a, b)").replace("twice", "double")


@pytest.mark.parametrize(
    ("search", "replace", "said"),
    [
        ("def add(a, b):\n...\ndef none(a):\n", "x\n...\ny\n", "around `...` are not in the file"),
        ("def add(a, b):\n...\n", "x\n", "do not pair up"),
        ("def add(a, b):\n  ...\n", "x\n...\n", "do not pair up"),
    ],
)
def test_dots_that_do_not_fit_are_told(search: str, replace: str, said: str) -> None:
    out = edited(block(search, replace))

    assert (out.files, said in out.report) == ({}, True), out.report


def test_a_piece_around_dots_must_stand_there_once() -> None:
    out = edited(block("x\n...\nz\n", "y\n...\nz\n", "a.txt"), a_txt="x\nx\nz\n")

    assert "stand there more than once" in out.report


def test_an_empty_search_makes_a_new_file_but_does_not_touch_one_that_exists() -> None:
    assert edited(block("", "new\n", "b.py")).files == {"b.py": "new\n"}
    assert "the file exists" in edited(block("", "new\n")).report


def test_a_search_in_a_file_that_is_not_there_is_told() -> None:
    assert "there is no such file" in edited(block("x\n", "y\n", "none.py")).report


@pytest.mark.parametrize(
    "reply",
    [
        "calc.py\n```\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n```",
        "```python\ncalc.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n```",
        "```calc.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n```",
        "Here it is:\n\n**`calc.py`**:\n```\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n```",
        "# calc.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE",
        "calc.py\r\n```\r\n<<<<<<< SEARCH\r\nx\r\n=======\r\ny\r\n>>>>>>> REPLACE\r\n```",
    ],
)
def test_the_name_stands_before_the_fence_or_first_in_it(reply: str) -> None:
    (made,) = parse_blocks(reply)

    assert (made.name, made.search, made.replace) == ("calc.py", "x\n", "y\n")


def test_a_block_without_name_is_for_the_file_of_the_block_before() -> None:
    second = "And:\n\n```\n<<<<<<< SEARCH\nb\n=======\nc\n>>>>>>> REPLACE\n```\n"

    assert [made.name for made in parse_blocks(block("a\n", "b\n") + second)] == ["calc.py", "calc.py"]
    with pytest.raises(DoesNotFit, match="names no file"):
        parse_blocks(second.removeprefix("And:\n"))


@pytest.mark.parametrize(
    "reply",
    [
        "calc.py\n<<<<<<< SEARCH\nx\n=======\ny\n",
        "calc.py\n<<<<<<< SEARCH\nx\n>>>>>>> REPLACE\n",
        "calc.py\n<<<<<<< SEARCH\nx\n",
        "calc.py\n<<<<<<< SEARCH\nx\n=======\ny\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n",
    ],
)
def test_a_block_that_is_not_closed_spoils_the_whole_reply(reply: str) -> None:
    out = edited(block("    return a - b\n", "    return a + b\n") + reply)

    assert (out.files, len(out.problems)) == ({}, 1)
    assert "Block 2 is not closed" in out.report


def test_a_reply_without_blocks_is_told() -> None:
    assert "There is no search/replace block" in edited("Just add them.").report


def test_all_blocks_or_none() -> None:
    good = block("    return a - b\n", "    return a + b\n")

    out = edited(good + block("no such line\n", "x\n"))

    assert out.files == {}
    assert [problem[:7] for problem in out.problems] == ["Block 2"]
    assert edited(good).files != {}


def test_later_blocks_see_what_earlier_ones_made() -> None:
    out = edited(block("    return a - b\n", "    total = a\n") + block("    total = a\n", "    return a + b\n"))

    assert out.files == {"calc.py": CALC.replace("a - b", "a + b")}


def test_a_line_of_equal_signs_in_the_new_text_is_text() -> None:
    out = edited(block("Old\n", "New\n=======\nmore\n", "a.md"), a_md="Old\n")

    assert out.files == {"a.md": "New\n=======\nmore\n"}


@pytest.mark.parametrize(("text", "new"), [("a\nb", "x\nb"), ("b\na", "b\nx\n")])
def test_a_file_whose_last_line_has_no_end_keeps_it_so_unless_that_line_is_replaced(text: str, new: str) -> None:
    assert edited(block("a\n", "x\n", "a.txt"), a_txt=text).files == {"a.txt": new}


def test_part_of_a_line_is_no_line() -> None:
    assert edited(block("b\n", "x\n", "a.txt"), a_txt="ab\n").files == {}


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("x\n" * 200_000, "x\n" * 5_000 + "y\n"),
        ("  x\n" * 200_000, "x\n" * 5_000 + "y\n"),
        (" x\n  x\n" * 100_000, "x\n" * 2_000),
        ("y" * 1_000_000, "z" * 900_000 + "\n"),
    ],
)
def test_hostile_files_and_blocks_keep_nobody_busy(text: str, search: str) -> None:
    begun = time.perf_counter()
    edited(block(search, "z\n", "a.txt"), a_txt=text)
    assert time.perf_counter() - begun < 5


LINES = st.lists(st.sampled_from(["a", "b", "  a", "", "\tb", "c d", "é"]), min_size=1, max_size=12)


@given(LINES, st.data())
def test_any_run_of_lines_is_found_and_replaced_at_its_first_place(lines: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(lines) - 1))
    stop = data.draw(st.integers(start + 1, len(lines)))
    text = "".join(line + "\n" for line in lines)
    search = "".join(line + "\n" for line in lines[start:stop])
    if not search.strip():
        return

    out = edited(block(search, "NEW\n", "a.txt"), a_txt=text)

    first = next(n for n in range(len(lines)) if lines[n : n + stop - start] == lines[start:stop])
    expected = [*lines[:first], "NEW", *lines[first + stop - start :]]
    assert out.files == {"a.txt": "".join(line + "\n" for line in expected)}
