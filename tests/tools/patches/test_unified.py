"""Unified diffs apply exactly where they fit, at their line or moved, and what git makes and takes is what we make and
take."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.tools.lines import lines_of
from studio.tools.patches import Outcome, apply_diff, diff_of_files, diff_of_texts

TEN = "".join(f"line {n}\n" for n in range(1, 11))


def applied(diff: str, files: dict[str, str]) -> Outcome:
    return apply_diff(diff, files.get)


def test_a_change_is_applied_at_its_line() -> None:
    new = TEN.replace("line 5", "five")

    assert applied(diff_of_texts(TEN, new, "a.txt"), {"a.txt": TEN}).files == {"a.txt": new}


def test_lines_that_moved_are_found_without_a_change_of_context() -> None:
    diff = diff_of_texts(TEN, TEN.replace("line 5", "five"), "a.txt")
    moved = "more\n" * 40 + TEN

    assert applied(diff, {"a.txt": moved}).files == {"a.txt": moved.replace("line 5", "five")}


def test_context_that_differs_does_not_fit_and_the_nearest_place_is_named() -> None:
    diff = diff_of_texts(TEN, TEN.replace("line 5", "five"), "a.txt")

    out = applied(diff, {"a.txt": TEN.replace("line 4", "four")})

    assert out.files == {}
    assert "`a.txt`, hunk 1 (line 2): these lines are not in the file" in out.report
    assert "The nearest place is lines 2 to 8:" in out.report


def test_of_two_places_the_nearer_is_taken() -> None:
    part = "x\ny\nz\n"
    text = part + "fill\n" * 20 + part

    diff = "--- a/a.txt\n+++ b/a.txt\n@@ -23,3 +23,3 @@\n x\n-y\n+Y\n z\n"

    assert applied(diff, {"a.txt": text}).files == {"a.txt": part + "fill\n" * 20 + "x\nY\nz\n"}


def test_a_hunk_is_not_applied_before_the_one_ahead_of_it() -> None:
    diff = "--- a/a.txt\n+++ b/a.txt\n@@ -3 +3 @@\n-b\n+B\n@@ -9 +9 @@\n-a\n+A\n"

    out = applied(diff, {"a.txt": "a\nx\nb\n"})

    assert "hunk 2 (line 9): these lines are not in the file after the hunk before" in out.report


def test_files_are_made_deleted_and_renamed() -> None:
    rename = (
        "diff --git a/old name.txt b/new.txt\nsimilarity index 90%\nrename from old name.txt\nrename to new.txt\n"
        "--- a/old name.txt\t\n+++ b/new.txt\n@@ -1 +1 @@\n-x\n+y\n"
    )
    diff = diff_of_texts(None, "n\n", "made.txt") + diff_of_texts("g\n", None, "gone.txt") + rename

    out = applied(diff, {"gone.txt": "g\n", "old name.txt": "x\n"})

    assert out.problems == []
    assert out.files == {"made.txt": "n\n", "gone.txt": None, "old name.txt": None, "new.txt": "y\n"}


@pytest.mark.parametrize(
    ("diff", "files", "said"),
    [
        (diff_of_texts(None, "n\n", "a.txt"), {"a.txt": "there\n"}, "there is already such a file"),
        (diff_of_texts("g\n", None, "a.txt"), {"a.txt": "g\nmore\n"}, "holds more than the diff says"),
        (diff_of_texts("g\n", "h\n", "a.txt"), {}, "there is no such file"),
        ("rubbish\n", {}, "There is no change in the diff"),
        ("--- a/a\n+++ b/a\n@@ -1,2 +1 @@\n-x\n", {"a": "x\n"}, "Hunk is shorter"),
        ("--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n+z\n", {"a": "x\n"}, ""),
        ("diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n", {}, "links"),
        ("diff --git a/b b/b\nBinary files a/b and b/b differ\n", {"b": ""}, "binary"),
        ("--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+x\n", {}, "names no file"),
    ],
)
def test_what_does_not_fit_changes_nothing_and_is_told(diff: str, files: dict[str, str], said: str) -> None:
    out = applied(diff, files)

    assert said in out.report
    assert out.files == {} or not said


def test_all_files_or_none() -> None:
    good = diff_of_texts("a\n", "b\n", "a.txt")

    assert applied(good, {"a.txt": "a\n"}).files == {"a.txt": "b\n"}
    assert applied(good + diff_of_texts("c\n", "d\n", "c.txt"), {"a.txt": "a\n", "c.txt": "x\n"}).files == {}


def test_names_in_quotes_are_read() -> None:
    diff = (
        diff_of_texts("a\n", "b\n", "ä.txt")
        .replace("a/ä.txt", '"a/\\303\\244.txt"')
        .replace("b/ä.txt", '"b/\\303\\244.txt"')
    )

    assert applied(diff, {"ä.txt": "a\n"}).files == {"ä.txt": "b\n"}


def test_plain_names_without_prefix_are_read() -> None:
    diff = "--- a.txt.orig\t2024-01-01 00:00:00\n+++ a.txt\t2024-01-01 00:00:00\n@@ -1 +1 @@\n-a\n+b\n"

    assert applied(diff, {"a.txt": "a\n"}).files == {"a.txt": "b\n"}


@pytest.mark.parametrize("hunks", [1, 200])
def test_hostile_diffs_keep_nobody_busy(hunks: int) -> None:
    lines = 1_000 if hunks == 1 else 20
    hunk = f"@@ -1,{lines} +1,{lines} @@\n" + " x\n" * (lines - 1) + "-y\n+z\n"
    begun = time.perf_counter()
    applied("--- a/a\n+++ b/a\n" + hunk * hunks, {"a": "x\n" * 200_000})
    assert time.perf_counter() - begun < 10


def test_a_diff_of_texts_with_nothing_in_common_is_made_in_a_moment() -> None:
    begun = time.perf_counter()
    diff = diff_of_texts("a\nb\n" * 10_000, "b\nc\n" * 10_000, "a.txt")
    assert time.perf_counter() - begun < 5
    assert applied(diff, {"a.txt": "a\nb\n" * 10_000}).files == {"a.txt": "b\nc\n" * 10_000}


TEXT = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "-- a\n", "++ b\n", "\x0c\n", "é\r x\n"]), max_size=30).map(
    "".join
)
ENDS = st.sampled_from(["", "end"])
FILES = st.dictionaries(st.sampled_from(["a.txt", "sub/b c.txt", 'q"x.txt', "ä"]), st.builds(str.__add__, TEXT, ENDS))


@given(FILES, FILES, st.integers(1, 4))
def test_a_diff_turns_the_one_into_the_other(before: dict[str, str], after: dict[str, str], context: int) -> None:
    diff = diff_of_files(before, after, context=context)
    if not diff:
        assert before == after
        return

    out = applied(diff, before)

    assert out.problems == []
    turned = {**before, **out.files}
    assert {name: text for name, text in turned.items() if text is not None} == after


@settings(max_examples=25, deadline=None)
@given(FILES, FILES)
def test_git_takes_our_diffs_and_we_take_gits(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, str], after: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("git")
    git = ["git", "-C", str(folder), "-c", "core.autocrlf=false"]
    put(folder, before)
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    diff = diff_of_files(before, after)
    if diff:
        subprocess.run([*git, "apply", "-"], input=diff.encode(), check=True)
    found = {p.relative_to(folder).as_posix(): p.read_bytes().decode() for p in folder.rglob("*") if is_ours(p, folder)}
    assert found == after

    theirs = subprocess.run([*git, "diff", "--no-renames"], capture_output=True, check=True).stdout.decode()
    if theirs:
        out = applied(theirs, before)
        assert out.problems == []
        known = {name: text for name, text in after.items() if name in before}
        assert {**before, **out.files} == {**dict.fromkeys(before), **known}


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())


def is_ours(path: Path, folder: Path) -> bool:
    return path.is_file() and path.relative_to(folder).parts[0] != ".git"


def test_lines_end_at_line_ends_only() -> None:
    assert lines_of("a\x0cb\u2028c\r\nd") == ["a\x0cb\u2028c\r\n", "d"]
    assert lines_of("") == []
    assert "".join(lines_of(TEN)) == TEN
