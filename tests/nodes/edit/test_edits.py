"""Edits change files of the project all together or not at all, and say what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.nodes.edit.diff import Diff
from studio.nodes.edit.lines import Lines
from studio.nodes.edit.search_replace import SearchReplace
from studio.nodes.edit.unified_diff import UnifiedDiff
from studio.nodes.patch.apply import Apply
from studio.spec import Permission
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from studio.tools.patches import diff_of_texts
from tests.support.fake_context import present, run_node
from tests.support.workspaces import in_project

CALC = "def add(a, b):\n    return a - b\n"
GOOD = "calc.py\n<<<<<<< SEARCH\n    return a - b\n=======\n    return a + b\n>>>>>>> REPLACE\n"
BAD = GOOD.replace("a - b", "a + c")
NEW = "new/b.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n"
DIFF = diff_of_texts(CALC, CALC.replace("a - b", "a + b"), "calc.py") + diff_of_texts(None, "x = 1\n", "new/b.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "calc.py").write_text(CALC)
    return folder


@pytest.mark.parametrize(("cls", "edits"), [(SearchReplace, GOOD + NEW), (UnifiedDiff, DIFF)])
async def test_edits_that_fit_change_the_files(cls: Any, edits: str, project: Path) -> None:
    ctx = in_project(project)

    out = await run_node(cls, {}, {"edits": edits}, ctx)

    assert (out.applied, out.changed) == (True, ["calc.py", "new/b.py"])
    assert "problems" not in present(out)
    assert out.diff == DIFF
    assert (project / "calc.py").read_text() == CALC.replace("a - b", "a + b")
    assert (project / "new" / "b.py").read_text() == "x = 1\n"
    assert [(effect.kind, effect.irreversible) for effect in ctx.effects] == [("files", True)]


@pytest.mark.parametrize(("cls", "edits"), [(SearchReplace, NEW + BAD), (UnifiedDiff, DIFF.replace("a - b", "a + c"))])
async def test_if_one_edit_does_not_fit_no_file_changes(cls: Any, edits: str, project: Path) -> None:
    out = await run_node(cls, {}, {"edits": edits}, in_project(project))

    assert (out.applied, out.changed, out.diff) == (False, [], "")
    assert "return a + c" in out.problems
    assert "The nearest place is line" in out.problems
    assert not (project / "new").exists()
    assert (project / "calc.py").read_text() == CALC


@pytest.mark.parametrize("name", ["../calc.py", ".git/hooks/pre-commit", "nodes/mine.py", ".env", "C:x", "studio.toml"])
@pytest.mark.parametrize("cls", [SearchReplace, UnifiedDiff])
async def test_edits_of_files_that_nodes_may_not_write_are_refused_whole(cls: Any, name: str, project: Path) -> None:
    new = diff_of_texts(None, "x\n", name) if cls is UnifiedDiff else NEW.replace("new/b.py", name)

    with pytest.raises(NodeError):
        await run_node(cls, {}, {"edits": (DIFF if cls is UnifiedDiff else GOOD) + new}, in_project(project))

    assert [path.name for path in project.parent.rglob("*")] == ["project", "calc.py"]
    assert (project / "calc.py").read_text() == CALC


@pytest.mark.parametrize("cls", [SearchReplace, UnifiedDiff])
async def test_line_ends_and_the_mark_of_a_file_are_kept(cls: Any, project: Path) -> None:
    (project / "calc.py").write_bytes(b"\xef\xbb\xbf" + CALC.replace("\n", "\r\n").encode())

    out = await run_node(cls, {}, {"edits": DIFF if cls is UnifiedDiff else GOOD}, in_project(project))

    assert out.applied
    assert (project / "calc.py").read_bytes() == b"\xef\xbb\xbfdef add(a, b):\r\n    return a + b\r\n"


@pytest.mark.parametrize("cls", [SearchReplace, UnifiedDiff])
def test_the_permission_is_to_change_files_in_the_folder(cls: Any) -> None:
    params = parse_params(cls.Params, {"folder": "src"})[0]

    assert list(cls.permissions(params, ["edits"])) == [Permission("write", "src")]


@pytest.mark.parametrize(("kind", "edits"), [("search_replace", GOOD + NEW), ("unified_diff", DIFF)])
async def test_texts_are_edited_without_any_file(kind: str, edits: str) -> None:
    out = await run_node(Apply, {"kind": kind}, {"files": {"calc.py": CALC, "c": "c"}, "edits": edits})

    assert out.files == {"calc.py": CALC.replace("a - b", "a + b"), "c": "c", "new/b.py": "x = 1\n"}
    assert (out.applied, out.changed, out.diff) == (True, ["calc.py", "new/b.py"], DIFF)


async def test_texts_stay_as_they_are_if_an_edit_does_not_fit() -> None:
    out = await run_node(Apply, {}, {"files": {"calc.py": CALC}, "edits": NEW + BAD})

    assert (out.files, out.applied, out.changed) == ({"calc.py": CALC}, False, [])
    assert out.problems.startswith("Block 2, `calc.py`: these lines are not in the file")


async def test_a_diff_shows_what_differs_between_texts_and_between_files() -> None:
    texts = await run_node(Diff, {"name": "a.txt"}, {"before": "a\nb\n", "after": "a\nc\n-- d\n"})
    files = await run_node(Diff, {}, {"before": {"a": "1", "b": "2"}, "after": {"a": "1", "c": "3"}})
    same = await run_node(Diff, {}, {"before": "a", "after": "a"})

    assert texts.diff == "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,3 @@\n a\n-b\n+c\n+-- d\n"
    assert (texts.added, texts.removed, texts.changed) == (2, 1, ["a.txt"])
    assert (files.changed, files.differs) == (["b", "c"], True)
    assert (same.diff, same.differs, same.changed) == ("", False, [])
    with pytest.raises(NodeError, match="neither a text nor"):
        await run_node(Diff, {}, {"before": 3, "after": "a"})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../x.py", "leads upwards"), ("/x.py", "is absolute"), (".git/hooks/pre-commit", "belongs to git"),
        (".env", "holds secrets"), ("b//x.py", "has an empty part"), ("lib", "is a folder"),
        ("big.py", "is there, but cannot be edited: it holds"), ("a.py/x", "lies in `a.py`, which is a file"),
        ("link/x.py", "lies in `link`, which cannot be edited: it is a link"),
    ],
)  # fmt: skip
async def test_no_text_is_made_where_no_file_can_be(name: str, why: str) -> None:
    closed = [{"source": "big.py", "why": "holds 9 bytes"}, {"source": "link", "why": "is a link"}]
    inputs = {"files": {"a.py": "a\n", "lib/b.py": "b\n"}, "closed": closed}
    edits = f"{name}\n<<<<<<< SEARCH\n=======\nx\n>>>>>>> REPLACE\n"

    refused = await run_node(Apply, {}, {**inputs, "edits": edits})
    made = await run_node(Apply, {}, {**inputs, "edits": edits.replace(name, "lib/c.py", 1)})
    line = await run_node(Lines, {}, {**inputs, "name": name, "is_new": True})

    assert why in refused.problems
    assert why in line.problem
    assert (refused.applied, line.applied, made.applied) == (False, False, True)
