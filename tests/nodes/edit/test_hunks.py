"""`patch.hunks` applies the hunks that fit, puts small slips right and tells the rest, as gpt-engineer 0.3.1 does."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.patch.hunks import Hunks
from studio.support.errors import NodeError
from studio.support.values import Absent
from studio.tools.patches.hunks import apply_hunks, likeness, read_diffs
from tests.support.fake_context import run_node

TEXT = "import sys\n\ndef greet(name):\n    print('hello', name)\n\ngreet(sys.argv[1])\n"
FILES = {"main.py": TEXT}


def fenced(*lines: str, name: str = "main.py", before: str | None = None) -> str:
    return "\n".join(["```diff", f"--- {before or name}", f"+++ {name}", *lines, "```"])


GOOD = fenced("@@ -3,2 +3,2 @@", " def greet(name):", "-    print('hello', name)", "+    print('good morning', name)")


async def apply(edits: str, files: dict[str, str] = FILES, **params: Any) -> Any:
    return await run_node(Hunks, params, {"files": files, "edits": edits})


async def test_a_hunk_that_fits_is_applied() -> None:
    out = await apply(f"Here it is.\n\n{GOOD}\n")

    assert out.files == {"main.py": TEXT.replace("hello", "good morning")}
    assert (out.applied, out.misfits) == (1, 0)
    assert isinstance(out.problems, Absent)


async def test_wrong_numbers_of_lines_do_no_harm() -> None:
    assert (await apply(GOOD.replace("-3,2 +3,2", "-40,9 +1,1"))).files == (await apply(GOOD)).files


async def test_a_line_of_context_that_was_left_out_is_taken_in() -> None:
    body = ["a = 1", "b = 2", "unlike = 'this'", "c = 3", "d = 4", "e = 5", "f = 6"]

    out = await apply(
        fenced("@@ -1,4 +1,4 @@", " a = 1", " b = 2", " c = 3", "-d = 4", "+d = 44"), {"main.py": "\n".join(body)}
    )

    assert out.misfits == 0
    assert out.files["main.py"] == "\n".join(body).replace("d = 4", "d = 44")


async def test_what_does_not_fit_is_told_and_the_rest_applied() -> None:
    edits = fenced(
        "@@ -1,2 +1,2 @@", "-from nowhere import *", "+import os",
        "@@ -4,1 +4,1 @@", "-    print('hello', name)", "+    print('bye', name)",
    )  # fmt: skip

    out = await apply(edits)

    assert out.files == {"main.py": TEXT.replace("hello", "bye")}
    assert (out.applied, out.misfits) == (1, 1)
    assert out.problems.startswith("`main.py`, hunk 1: its first line is not in the file:\n")
    assert "from nowhere import *" in out.problems


async def test_a_comment_that_stands_nowhere_is_added() -> None:
    out = await apply(fenced("@@ -3,2 +3,2 @@", " def greet(name):", " # say it", "     print('hello', name)"))

    assert out.files["main.py"] == TEXT.replace("(name):\n", "(name):\n# say it\n")


async def test_a_file_is_made_from_nothing() -> None:
    out = await apply(fenced("@@ -0,0 +1,2 @@", "+one", "+two", name="sub/new.txt", before="/dev/null"))

    assert out.files == {**FILES, "sub/new.txt": "one\ntwo"}
    assert out.changed == {"sub/new.txt": "one\ntwo"}


async def test_a_file_that_is_not_there_is_told() -> None:
    out = await apply(fenced("@@ -1,1 +1,1 @@", "-x", "+y", name="other.py"))

    assert (out.files, out.misfits) == (FILES, 1)
    assert out.problems == "`other.py`: there is no such file."


async def test_names_may_have_the_sides_of_git() -> None:
    out = await apply(GOOD.replace("--- main", "--- a/main").replace("+++ main", "+++ b/main"))

    assert out.files == {"main.py": TEXT.replace("hello", "good morning")}


async def test_a_diff_to_nothing_deletes_the_file() -> None:
    out = await apply("```diff\n--- main.py\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-import sys\n```")

    assert out.files == {}


async def test_a_hunk_that_only_adds_is_a_problem_or_replaces_the_file() -> None:
    edits = fenced("@@ -1,0 +1,1 @@", "+import os")

    assert (await apply(edits)).problems.startswith("`main.py`, hunk 1: it names no line that is in the file")
    assert (await apply(edits, only_adds="replace")).files == {"main.py": "import os"}


async def test_lines_behind_the_last_line_may_be_bounded() -> None:
    edits = fenced("@@ -3,1 +3,3 @@", " c = 3", "+d = 4", "+e = 5")
    files = {"main.py": "a = 1\nb = 2\nc = 3"}

    assert (await apply(edits, files)).files["main.py"] == "a = 1\nb = 2\nc = 3\nd = 4\ne = 5"
    assert "behind the last line" in (await apply(edits, files, most_at_end=1)).problems


async def test_diffs_outside_of_fences_are_none() -> None:
    out = await apply(GOOD.replace("```diff\n", "").replace("\n```", ""))

    assert (out.files, out.applied, out.misfits) == (FILES, 0, 0)


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("abcd", "abcd", 1.0),
        ("a b c d", "ABCD", 1.0),
        ("abcd", "abcx", 0.75),
        ("", "", 1.0),
        ("a", "", 0.0),
        ("ab", "ba", 1.0),
    ],
)
def test_likeness_is_the_share_of_common_signs(one: str, other: str, share: float) -> None:
    assert likeness(one, other) == pytest.approx(share, abs=1e-9)


WORDS = ["one = 0", "three = 1", "five = 2", "seven = 3", "nine = 4"]
LINES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12, unique=True)


@given(LINES, LINES)
def test_a_diff_as_programs_make_it_gives_just_the_new_text(old: list[str], new: list[str]) -> None:
    diff = list(difflib.unified_diff(old, new, "f", "f", lineterm="", n=20))
    # A hunk that begins with new lines has no line of the file before them: that is told, see above.
    if diff and all(line.startswith("+") for line in diff[3:4]):
        return

    after, _, faults = apply_hunks({"f": "\n".join(old)}, read_diffs("\n".join(["```diff", *diff, "```"])))

    assert faults == []
    assert after["f"] == "\n".join(new if diff else old)


async def test_values_that_are_no_texts_and_too_much_text_are_refused() -> None:
    with pytest.raises(NodeError, match="no object of texts"):
        await run_node(Hunks, {}, {"files": {"a": 1}, "edits": ""})
    with pytest.raises(NodeError, match="more than 2000000 characters"):
        await run_node(Hunks, {}, {"files": {"a": "x" * 2_000_001}, "edits": ""})
