"""Which files of a folder are listed, and which of their lines are found."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.support.errors import NodeError
from studio.tools.lines import lines_of
from studio.tools.workspace import Wanted, Workspace
from studio.tools.workspace.globs import compile_glob
from studio.tools.workspace.searching import Sought, report, search


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def names(folder: Path, **wanted: object) -> list[str]:
    return [found.name for found in Workspace(folder).find(Wanted(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("glob", "fits", "fits_not"),
    [
        ("*.py", ["a.py", "x/y/a.py"], ["a.pyc", "py"]),
        ("src/*.py", ["src/a.py"], ["src/x/a.py", "a.py", "x/src/a.py"]),
        ("src/**/*.py", ["src/a.py", "src/x/y/a.py"], ["a.py"]),
        ("./a.py", ["a.py"], []),
        ("**/a", ["a", "x/a"], ["xa"]),
        ("*.{yaml,yml}", ["a.yaml", "x/b.yml"], ["a.yamlyml"]),
        ("[ab]?.txt", ["a1.txt", "bb.txt"], ["c1.txt", "a.txt"]),
        ("[!a].txt", ["b.txt"], ["a.txt"]),
        ("a+(b).txt", ["a+(b).txt"], ["aab.txt"]),
        ("docs/**", ["docs/a", "docs/x/y"], ["docs"]),
    ],
)
def test_patterns_for_names(glob: str, fits: list[str], fits_not: list[str]) -> None:
    pattern = compile_glob(glob)

    assert [name for name in fits if not pattern.fullmatch(name)] == []
    assert [name for name in fits_not if pattern.fullmatch(name)] == []


def test_a_hostile_pattern_is_matched_in_a_moment() -> None:
    begun = time.perf_counter()
    assert compile_glob("*a" * 100 + "b").fullmatch("a" * 250) is None
    assert time.perf_counter() - begun < 1


def test_a_pattern_that_cannot_be_read_is_told() -> None:
    with pytest.raises(NodeError, match="is no pattern"):
        compile_glob("[z-a]")


def test_hidden_files_links_and_what_is_gits_are_left_out(tmp_path: Path) -> None:
    write(
        tmp_path, {"b.txt": "", "a/c.txt": "", ".hidden": "", ".git/config": "", ".studio/x": "", ".github/w.yml": ""}
    )
    (tmp_path / "link.txt").symlink_to("b.txt")
    (tmp_path / "up").symlink_to(tmp_path.parent)

    assert names(tmp_path) == ["a/c.txt", "b.txt"]
    assert names(tmp_path, hidden=True) == [".github/w.yml", ".hidden", "a/c.txt", "b.txt"]
    assert names(tmp_path, recursive=False) == ["b.txt"]


IGNORING = {
    ".gitignore": "*.log\nbuild/\n/top.txt\n!keep.log\n# no rule\nsub/deep/*.tmp\n",
    "a.log": "", "keep.log": "", "build/x.py": "", "top.txt": "", "sub/top.txt": "", "sub/b.log": "",
    "sub/.gitignore": "!b.log\nc.txt\n", "sub/c.txt": "", "c.txt": "", "sub/deep/a.tmp": "", "sub/deep/a.py": "",
    "other/build": "", "other/deep/a.tmp": "",
}  # fmt: skip


def test_what_gitignore_leaves_out_is_just_what_git_leaves_out(tmp_path: Path) -> None:
    write(tmp_path, IGNORING)
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    said = subprocess.run([*git, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True)

    assert names(tmp_path, ignored=False, hidden=True) == sorted(said.stdout.split())
    assert "a.log" in names(tmp_path)


def test_a_hostile_gitignore_keeps_nobody_busy(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*a" * 40 + "*b\n", "a" * 200: ""})

    begun = time.perf_counter()
    assert names(tmp_path, ignored=False) == ["a" * 200]
    assert time.perf_counter() - begun < 2


def test_too_many_files_fail_rather_than_be_left_out(tmp_path: Path) -> None:
    write(tmp_path, {f"{n}.txt": "" for n in range(4)})

    with pytest.raises(NodeError, match="more than 3 files"):
        names(tmp_path, most=3)


TEXTS = {
    "a.py": "import os\ndef add(a, b):\n    return a - b\n", "b/c.py": "from a import add\nadd(1, 2)\n",
    "data.bin": "add\0", ".env": "add=1",
}  # fmt: skip


def test_lines_that_match_come_with_number_and_context(tmp_path: Path) -> None:
    write(tmp_path, TEXTS)

    found = search(Workspace(tmp_path), Sought(r"\badd\("), Wanted(hidden=True), context=1, most=100)

    assert [(hit.name, hit.line, hit.text) for hit in found.hits] == [
        ("a.py", 2, "def add(a, b):"),
        ("b/c.py", 2, "add(1, 2)"),
    ]
    assert (found.hits[0].before, found.hits[0].after) == (["import os"], ["    return a - b"])
    assert (found.searched, found.passed_over, found.is_cut) == (2, 2, False)
    assert report(found, 100).startswith("a.py-1- import os\na.py:2: def add(a, b):\na.py-3-     return a - b\n--\n")


def test_more_hits_than_allowed_ask_for_a_narrower_search(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x\n" * 101})

    enough = search(Workspace(tmp_path), Sought("x"), Wanted(), context=0, most=101)
    cut = search(Workspace(tmp_path), Sought("x"), Wanted(), context=0, most=100)

    assert (len(enough.hits), enough.is_cut) == (101, False)
    assert (len(cut.hits), cut.is_cut) == (100, True)
    assert report(cut, 100).startswith("More than 100 lines match; these are the first. Narrow")


def test_a_line_without_end_is_cut_around_what_matched(tmp_path: Path) -> None:
    write(tmp_path, {"a.js": "x" * 50_000 + "needle" + "y" * 50_000})

    (hit,) = search(Workspace(tmp_path), Sought("needle"), Wanted(), context=0, most=9).hits

    assert "needle" in hit.text
    assert len(hit.text) < 600


def test_nothing_found_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "x"})

    found = search(Workspace(tmp_path), Sought("q"), Wanted(), context=0, most=9)

    assert report(found, 9) == "No line matches in 1 files."


LINES = st.lists(st.sampled_from(["a", "b", "ab", "", " a", "xa", "A", "\r", "é"]), max_size=6)
PATTERNS = st.sampled_from(
    [
        "a",
        "^a",
        "a$",
        "^$",
        "^a$|b",
        r"\Aa",
        r"a\z",
        r"\ba\b",
        r"\B",
        "[^a]",
        "(?s)a.b",
        "(?-m:^)b",
        "(?i)A$",
        "a|^b",
        "x*",
    ]
)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), PATTERNS)
def test_no_line_is_missed_by_looking_at_whole_files_first(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, is_ended: bool, pattern: str
) -> None:
    folder = tmp_path_factory.mktemp("search")
    text = end.join(lines) + (end if is_ended else "")
    (folder / "a.txt").write_bytes(text.encode())

    found = search(Workspace(folder), Sought(pattern), Wanted(), context=0, most=99)

    plain = lines_of(text.replace("\r\n", "\n"))
    compiled = Sought(pattern).compiled
    assert [hit.line for hit in found.hits] == [
        number for number, line in enumerate(plain, 1) if compiled.search(line.removesuffix("\n"))
    ]
