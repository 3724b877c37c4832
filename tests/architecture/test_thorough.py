"""What a thorough run adds, an everyday run has a part of: of each kind of check something runs each time."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import thorough
from tests.support.thorough import thorough_but

TESTS = Path(__file__).resolve().parents[1]
MARK = re.compile(r"\bmark\.thorough\b")


def marked_whole(text: str) -> list[str]:
    """Return what of a file of tests is left out of everyday runs with nothing of its kind kept: a module or a class
    that is marked as one, and the tests of a file of which each is marked."""
    tree = ast.parse(text)
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found = [node.name for node in classes if is_marked(node)]
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "pytestmark" for target in node.targets):
            found += ["pytestmark"] if MARK.search(ast.unparse(node.value)) else []
    alone = [test.name for test in tests if is_marked(test)]
    return found + (alone if alone and len(alone) == len(tests) else [])


def is_marked(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """True if the test as a whole carries the marker; one whose cases carry it does not."""
    return any(ast.unparse(decorator) == "pytest.mark.thorough" for decorator in node.decorator_list)


def test_no_file_s_tests_are_all_left_out_of_everyday_runs() -> None:
    files = {path: path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py")}

    assert {
        str(path): found for path, text in files.items() if MARK.search(text) and (found := marked_whole(text))
    } == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pytestmark = pytest.mark.thorough\ndef test_one(): ...", ["pytestmark"]),
        ("pytestmark = [pytest.mark.ray, pytest.mark.thorough]\ndef test_one(): ...", ["pytestmark"]),
        ("@pytest.mark.thorough\nclass TestAll:\n    def test_one(self): ...", ["TestAll"]),
        ("@pytest.mark.thorough\ndef test_one(): ...", ["test_one"]),
        ("@pytest.mark.thorough\ndef test_one(): ...\ndef test_two(): ...", []),
        ("@pytest.mark.parametrize('x', [1, pytest.param(2, marks=pytest.mark.thorough)])\ndef test_one(x): ...", []),
    ],
)
def test_a_file_that_is_left_out_would_be_found(text: str, found: list[str]) -> None:
    assert marked_whole(text) == found


def test_a_matrix_keeps_some_cases_and_marks_the_others() -> None:
    kept, left = thorough_but(lambda case: case == "one", ["one", "two"])

    assert (kept.values, list(kept.marks)) == (("one",), [])
    assert (left.values, [mark.name for mark in left.marks]) == (("two",), ["thorough"])


@pytest.mark.parametrize("kept", [True, False])
def test_a_matrix_of_which_all_or_nothing_runs_each_time_is_a_mistake(kept: bool) -> None:
    with pytest.raises(ValueError, match="these are all alike"):
        thorough_but(lambda case: kept, ["one", "two"])


@pytest.mark.parametrize(("markers", "drawn"), [("not thorough", 2), ("", 9), ("thorough", 9)])
def test_random_cases_are_drawn_more_often_in_a_thorough_run(
    markers: str, drawn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thorough, "_draws_all", None)

    thorough.choose_draws(markers)

    assert thorough.draws(2, 9) == drawn


def test_a_thorough_run_that_draws_no_more_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="draws more"):
        thorough.draws(9, 9)


@pytest.mark.parametrize(
    ("words", "ran"),
    [([], "1 passed, 1 deselected"), pytest.param(["-m", ""], "2 passed", marks=pytest.mark.thorough)],
)
def test_everyday_runs_leave_out_what_is_marked_and_thorough_ones_take_it_in(
    tmp_path: Path, words: list[str], ran: str
) -> None:
    file = tmp_path / "test_some.py"
    file.write_text(
        "import pytest\n\n\ndef test_one() -> None: ...\n\n\n@pytest.mark.thorough\ndef test_two() -> None: ...\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", TESTS.parent / "pyproject.toml",
         "--rootdir", tmp_path, *words, file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran in done.stdout, done.stdout + done.stderr
