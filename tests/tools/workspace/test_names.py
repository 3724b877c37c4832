"""A name means a file inside the folder or is refused, whatever system it was made up for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.support.errors import NodeError
from studio.tools.workspace import Workspace, safe_path
from studio.tools.workspace.names import is_secret, name_problem, read_problem, write_problem

HOSTILE = [
    "../secret.txt", "a/../../secret.txt", "..", "a/..", "/etc/passwd", "//host/share", "C:x", "c:/x", "C:\\x",
    "\\\\host\\share", "\\h\\s", "..\\secret.txt", "CON", "con.txt", "a/NUL", "aux.", "COM1", "lpt9.log", "COM¹",
    "conin$", "CON .txt", "a\0b", "a\nb", "a\x1b[2Jb", "trailing.", "trailing ", "a./b", "x" * 300, "a/" * 600,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_leads_elsewhere_on_some_system_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NodeError) as refusal:
        safe_path(tmp_path, name)

    assert refusal.value.kind == "unsafe_name"
    assert "\0" not in str(refusal.value)
    assert "\x1b" not in str(refusal.value)


@pytest.mark.parametrize("name", ["a.txt", "sub/a.txt", "./a.txt", "con1", "console.log", "~", "...x", "é/ß.md", "c-x"])
def test_an_ordinary_name_gives_its_real_path(tmp_path: Path, name: str) -> None:
    assert safe_path(tmp_path, name) == tmp_path.resolve() / name


def test_joined_without_the_check_the_same_names_lead_outside(tmp_path: Path) -> None:
    """Control: a folder and a name joined plainly."""
    (tmp_path / "secret.txt").write_text("secret")
    project = tmp_path / "project"
    (project / "a").mkdir(parents=True)

    assert (project / "../secret.txt").read_text() == "secret"
    assert (project / "a/../../secret.txt").read_text() == "secret"
    assert (project / "/etc") == Path("/etc")


def test_a_link_that_leads_outside_is_refused_and_one_that_stays_is_followed(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "real").mkdir(parents=True)
    (tmp_path / "beside").mkdir()
    (project / "out").symlink_to(tmp_path / "beside")
    (project / "in").symlink_to("real")

    assert safe_path(project, "in/a.txt") == project.resolve() / "real" / "a.txt"
    with pytest.raises(NodeError, match="through a link"):
        safe_path(project, "out/a.txt")
    with pytest.raises(NodeError, match="through a link"):
        safe_path(project, "out")
    assert safe_path(project, "out", follow=False) == project.resolve() / "out"


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_the_name_it_stays_inside_or_is_refused(name: str) -> None:
    root = Path("/nowhere/project")
    try:
        path = safe_path(root, name)
    except NodeError:
        return
    assert path.is_relative_to(root)
    assert name_problem(name) == ""


GIT = [
    ".git/config", "sub/.git/hooks/x", ".GIT/config", ".git", "git~1/config", ".g\u200cit/config", ".git:stream",
    ".studio/stores.db", ".Studio/x", ".studio/worktrees", ".studio/worktrees/fix/.git",
]  # fmt: skip


@pytest.mark.parametrize("name", GIT)
def test_what_belongs_to_git_and_the_studio_is_neither_read_nor_changed(name: str) -> None:
    assert "belongs to" in read_problem(name.split("/"))
    assert "belongs to" in write_problem(name.split("/"))


@pytest.mark.parametrize("name", ["studio.toml", "Studio.TOML", "nodes/mine.py", "Nodes/a/b.py", "nodes"])
def test_own_node_types_and_the_projects_settings_are_read_but_not_changed(name: str) -> None:
    assert read_problem(name.split("/")) == ""
    assert "nodes do not change it" in write_problem(name.split("/"))


@pytest.mark.parametrize("name", ["src/nodes/a.py", ".github/workflows/a.yml", ".gitignore", "git.py", "a/studio.toml"])
def test_what_only_resembles_them_is_ordinary(name: str) -> None:
    assert (read_problem(name.split("/")), write_problem(name.split("/"))) == ("", "")


def test_in_a_worktree_the_rules_are_those_of_a_project() -> None:
    inside = [".studio", "worktrees", "fix"]

    assert write_problem([*inside, "src", "a.py"]) == ""
    assert "nodes do not change it" in write_problem([*inside, "nodes", "a.py"])
    assert "belongs to git" in write_problem([*inside, ".git"])


@pytest.mark.parametrize("name", [".env", ".ENV", ".env.local", "server.pem", "id_ed25519", ".netrc", "my.key"])
def test_files_made_for_secrets_are_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("PASSWORD=hunter2")

    assert is_secret(name)
    with pytest.raises(NodeError, match="secrets"):
        Workspace(tmp_path).read(name)
    with pytest.raises(NodeError, match="secrets"):
        Workspace(tmp_path).write(name, b"")
    assert (tmp_path / name).read_text() == "PASSWORD=hunter2"


@pytest.mark.parametrize("name", [".env.example", "environment.py", "keys.py", "public.txt"])
def test_files_that_only_sound_like_it_are_ordinary(name: str) -> None:
    assert not is_secret(name)
