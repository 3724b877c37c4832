"""`documents.read_tree` reads the texts of a tree, without what was made or fetched, and within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.nodes.documents.read_tree import ReadTree
from studio.spec import ANY, Permission
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import run_node
from tests.support.workspaces import in_project


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    files = {
        "main.py": b"print(1)\n", "src/a.rs": b"fn a() {}\r\n", "README.md": b"# T\n", "data.bin": b"a\0b",
        "node_modules/x/index.js": b"x", "build/out.js": b"x", "poetry.lock": b"x", ".hidden.py": b"x",
        ".gitignore": b"*.log\n/secret/\n", "a.log": b"x", "secret/key.py": b"x", "big.py": b"x" * 300_000,
        "old.txt": "Größe".encode("cp1252"),
    }  # fmt: skip
    for name, data in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(data)
    (tmp_path / "outside.py").write_text("x")
    (project / "link.py").symlink_to(tmp_path / "outside.py")
    return project


async def test_texts_are_read_in_order_without_what_was_made_fetched_or_ignored(tree: Path) -> None:
    out = await run_node(ReadTree, {}, {}, in_project(tree))

    assert out.names == ["README.md", "main.py", "old.txt", "src/a.rs"]
    assert out.files[3] == {"source": "src/a.rs", "text": "fn a() {}\n", "kind": "code", "language": "rust"}
    assert out.files[0]["kind"] == "markdown"
    assert out.skipped == [{"source": "big.py", "why": "300000 bytes"}, {"source": "data.bin", "why": "no text"}]
    assert out.length == 4


async def test_without_the_skips_all_but_ignored_files_come(tree: Path) -> None:
    out = await run_node(ReadTree, {"usual_skips": False, "hidden": True}, {}, in_project(tree))

    assert {"node_modules/x/index.js", "build/out.js", "poetry.lock", ".hidden.py", ".gitignore"} <= set(out.names)
    assert not {"a.log", "secret/key.py", "link.py"} & set(out.names)


async def test_patterns_folders_and_code_narrow_it_down(tree: Path) -> None:
    assert (await run_node(ReadTree, {"pattern": "*.md"}, {}, in_project(tree))).names == ["README.md"]
    assert (await run_node(ReadTree, {"folder": "src"}, {}, in_project(tree))).names == ["a.rs"]
    assert (await run_node(ReadTree, {"code_only": True}, {}, in_project(tree))).names == ["main.py", "src/a.rs"]


@pytest.mark.parametrize(
    ("params", "said"),
    [({"max_files": 3}, "more than 3 files"), ({"max_bytes": 16}, r"more than 16 bytes \(reached at `old\.txt`\)")],
)
async def test_too_many_files_or_bytes_fail_instead_of_being_left_out(
    tree: Path, params: dict[str, int], said: str
) -> None:
    with pytest.raises(NodeError, match=said):
        await run_node(ReadTree, params, {}, in_project(tree))


@pytest.mark.parametrize("folder", ["..", "/etc", ".git", "missing"])
async def test_folders_outside_of_the_project_are_not_read(tree: Path, folder: str) -> None:
    (tree / ".git").mkdir()
    with pytest.raises(NodeError):
        await run_node(ReadTree, {"folder": folder}, {}, in_project(tree))


def test_it_may_read_its_folder_and_what_it_gives_is_private() -> None:
    params, _ = parse_params(ReadTree.Params, {"folder": "src"})

    assert list(ReadTree.permissions(params, ())) == [Permission("read", "src")]
    assert list(ReadTree.permissions(params, ("folder",))) == [Permission("read", ANY)]
    assert ReadTree.outputs(params).fields()["files"].labels == {"private"}
    stranger, _ = parse_params(ReadTree.Params, {"from_strangers": True})
    assert ReadTree.outputs(stranger).fields()["files"].labels == {"private", "untrusted"}
