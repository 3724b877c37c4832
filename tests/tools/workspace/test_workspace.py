"""Files are read and changed by name in one folder, whole, and never through a link put there in the meantime."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from studio.support.errors import NodeError
from studio.support.values import hash_bytes
from studio.tools.workspace import Workspace, folders, safe_path, workspace

links = pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="needs links that are not followed")


@pytest.fixture(params=["handles", "paths"])
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, met by folder handles and by paths (as on Windows)."""
    if request.param == "paths":
        monkeypatch.setattr(folders, "HAS_FOLDER_HANDLES", False)
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.py").write_text("one\n")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.py").write_text("secret\n")
    return folder


def swap_after_check(monkeypatch: pytest.MonkeyPatch, project: Path, *, what: str) -> None:
    """Put a link to the secret folder or file in place right after the name was found safe."""
    checked = safe_path

    def and_then(root: Path, name: str, **rest: Any) -> Path:
        path = checked(root, name, **rest)
        if name == "src/a.py" and not (project / "old").exists():
            (project / what).rename(project / "old")
            (project / what).symlink_to(project.parent / "secret" / ("a.py" if what == "src/a.py" else ""))
        return path

    monkeypatch.setattr(workspace, "safe_path", and_then)


@links
@pytest.mark.parametrize("what", ["src", "src/a.py"])
def test_a_link_swapped_in_after_the_check_is_not_read_through(
    project: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    space = Workspace(project)
    swap_after_check(monkeypatch, project, what=what)

    with pytest.raises(NodeError, match="cannot be read"):
        space.read("src/a.py")


@links
@pytest.mark.parametrize("what", ["src", "src/a.py"])
def test_the_checked_path_opened_plainly_is_read_through(
    project: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Control: the same swap, the same checked path, opened by its name."""
    space = Workspace(project)
    swap_after_check(monkeypatch, project, what=what)

    assert space.path("src/a.py").read_text() == "secret\n"


@links
@pytest.mark.parametrize("what", ["src", "src/a.py"])
def test_a_link_swapped_in_is_not_written_through(project: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    space = Workspace(project)
    swap_after_check(monkeypatch, project, what=what)

    with pytest.raises(NodeError):
        space.write("src/a.py", b"changed")

    assert (project.parent / "secret" / "a.py").read_text() == "secret\n"


@links
def test_a_folder_swapped_in_is_not_deleted_in(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = Workspace(project)
    swap_after_check(monkeypatch, project, what="src")

    with pytest.raises(NodeError):
        space.delete("src/a.py")

    assert (project.parent / "secret" / "a.py").exists()


def test_what_is_written_is_read_again_with_the_hash_of_its_bytes(project: Path) -> None:
    space = Workspace(project)

    written = space.write("docs/deep/b.md", b"text")

    assert (written.is_new, written.size, written.hash) == (True, 4, hash_bytes(b"text"))
    assert space.read("docs/deep/b.md").hash == written.hash
    assert not space.write("docs/deep/b.md", b"more").is_new
    assert [path.name for path in (project / "docs" / "deep").iterdir()] == ["b.md"]


def test_a_file_keeps_its_mode(project: Path) -> None:
    (project / "run.sh").write_text("old")
    (project / "run.sh").chmod(0o750)

    Workspace(project).write("run.sh", b"new")

    assert stat.S_IMODE((project / "run.sh").stat().st_mode) == 0o750


def test_a_reader_never_sees_half_a_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    sync = os.fsync

    def look(fd: int) -> None:
        seen.append((project / "src" / "a.py").read_text())
        sync(fd)

    monkeypatch.setattr(os, "fsync", look)

    Workspace(project).write("src/a.py", b"two\n")

    assert seen[0] == "one\n"
    assert (project / "src" / "a.py").read_text() == "two\n"


def test_a_write_that_fails_leaves_the_old_content_and_no_remains(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(NodeError, match=r"`src/a\.py` cannot be written: No space left"):
        Workspace(project).write("src/a.py", b"two\n")

    assert (project / "src" / "a.py").read_text() == "one\n"
    assert os.listdir(project / "src") == ["a.py"]  # noqa: PTH208


def test_a_change_by_somebody_else_is_not_overwritten(project: Path) -> None:
    space = Workspace(project)
    read = space.read("src/a.py")
    (project / "src" / "a.py").write_text("theirs\n")

    with pytest.raises(NodeError, match="has changed since it was read") as refusal:
        space.write("src/a.py", b"mine", if_hash=read.hash)

    assert refusal.value.kind == "changed"
    assert (project / "src" / "a.py").read_text() == "theirs\n"
    assert space.write("src/a.py", b"mine", if_hash=space.read("src/a.py").hash).size == 4


def test_several_files_change_together(project: Path) -> None:
    (project / "gone.txt").write_text("gone")

    Workspace(project).change({"src/a.py": b"two\n", "new/b.txt": b"b", "gone.txt": None})

    assert (project / "src" / "a.py").read_text() == "two\n"
    assert (project / "new" / "b.txt").read_text() == "b"
    assert not (project / "gone.txt").exists()


@pytest.mark.parametrize("bad", [{"nodes/x.py": b""}, {"../x": b""}, {"none.txt": None}, {"src": b""}])
def test_if_one_of_several_is_refused_none_changes(project: Path, bad: dict[str, bytes | None]) -> None:
    with pytest.raises(NodeError):
        Workspace(project).change({"src/a.py": b"two\n", **bad})

    assert (project / "src" / "a.py").read_text() == "one\n"


def test_if_one_of_several_fails_what_was_done_is_put_back(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "b.txt").write_text("b")
    (project / "gone.txt").write_text("gone")
    delete = Workspace.delete

    def failing(self: Workspace, name: str) -> None:
        if name == "gone.txt":
            raise NodeError("`gone.txt` cannot be deleted: busy.")
        delete(self, name)

    monkeypatch.setattr(Workspace, "delete", failing)

    with pytest.raises(NodeError, match="busy"):
        Workspace(project).change({"gone.txt": None, "src/a.py": b"two\n", "b.txt": b"c", "new.txt": b"n"})

    assert (project / "src" / "a.py").read_text() == "one\n"
    assert (project / "b.txt").read_text() == "b"
    assert not (project / "new.txt").exists()
    assert (project / "gone.txt").read_text() == "gone"


def test_one_after_the_other_some_would_have_changed(project: Path) -> None:
    """Control: the same files written singly, up to the one that is refused."""
    space = Workspace(project)
    space.write("src/a.py", b"two\n")
    with pytest.raises(NodeError):
        space.write("nodes/x.py", b"")

    assert (project / "src" / "a.py").read_text() == "two\n"


def test_a_link_is_deleted_itself(project: Path) -> None:
    (project / "link").symlink_to(project.parent / "secret" / "a.py")

    Workspace(project).delete("link")

    assert not (project / "link").is_symlink()
    assert (project.parent / "secret" / "a.py").exists()


def test_moving_does_not_cover_another_file_unless_told(project: Path) -> None:
    space = Workspace(project)
    space.write("b.txt", b"b")

    with pytest.raises(NodeError, match=r"already a `src/a\.py`"):
        space.move("b.txt", "src/a.py")
    space.move("b.txt", "src/a.py", replace=True)

    assert (project / "src" / "a.py").read_text() == "b"
    assert not (project / "b.txt").exists()


def test_a_secret_is_not_moved_to_a_name_that_may_be_read(project: Path) -> None:
    (project / ".env").write_text("KEY=1")

    with pytest.raises(NodeError, match="secrets"):
        Workspace(project).move(".env", "notes.txt")


@pytest.mark.parametrize("folder", [".git", ".studio", "none", "src/a.py", "..", "/tmp"])
def test_a_folder_that_is_none_or_not_for_nodes_is_refused(project: Path, folder: str) -> None:
    (project / ".git").mkdir()
    (project / ".studio").mkdir()

    with pytest.raises(NodeError):
        Workspace(project, folder)


def test_names_are_relative_to_the_folder_and_do_not_leave_it(project: Path) -> None:
    (project / "b.txt").write_text("b")
    (project / "src" / "up.txt").symlink_to("../b.txt")
    space = Workspace(project, "src")

    assert space.read("a.py").data == b"one\n"
    with pytest.raises(NodeError, match="through a link"):
        space.read("up.txt")


def test_what_the_system_says_is_told_without_the_path_of_the_machine(project: Path) -> None:
    for name in ("none.txt", "src", "src/a.py/inner"):
        with pytest.raises(NodeError) as refusal:
            Workspace(project).read(name)
        assert str(project) not in str(refusal.value)
        assert f"`{name}`" in str(refusal.value)


def test_a_file_larger_than_allowed_is_refused(project: Path) -> None:
    with pytest.raises(NodeError, match="more than 3 bytes"):
        Workspace(project).read("src/a.py", most_bytes=3)
    assert Workspace(project).read("src/a.py", most_bytes=4).data == b"one\n"


TYPE = b'from studio.spec import node\n@node("my.x")\nclass X: pass\n'


@pytest.mark.parametrize("beside", ["agents/studio.toml", "agents/mine.yaml", "agents/nodes/mine.py"])
def test_code_that_the_studio_runs_for_a_graph_in_an_inner_folder_is_not_changed(project: Path, beside: str) -> None:
    """Own node types stand beside their graph, wherever that is; the control is a folder of that name with no graph."""
    text = {"toml": b"", "yaml": b"studio: 1\nname: mine\n", "py": TYPE}[beside.rpartition(".")[2]]
    (project / "agents" / "nodes").mkdir(parents=True)
    (project / "src" / "nodes").mkdir()
    (project / beside).write_bytes(text)
    (project / "src" / "compose.yaml").write_text("services: {}\n")
    space = Workspace(project)

    for name in ("agents/nodes/x.py", "agents/nodes/deep/x.py"):
        with pytest.raises(NodeError, match="runs as part of the studio"):
            space.write(name, TYPE)
    with pytest.raises(NodeError, match="runs as part of the studio"):
        space.move("src/a.py", "agents/nodes/a.py")
    with pytest.raises(NodeError, match="runs as part of the studio"):
        Workspace(project, "agents").write("nodes/x.py", TYPE)
    space.write("src/nodes/x.py", b"x = 1\n")
    space.write("agents/nodes/x.txt", b"x")
