"""A file belongs to a folder or not, whatever its name says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.support.paths import inside


@pytest.mark.parametrize("name", ["a.txt", "sub/a.txt", "./sub/../a.txt", "", "...", "~"])
def test_names_within_the_folder_give_its_real_path(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path, name) == Path(os.path.realpath(tmp_path / name))


@pytest.mark.parametrize("name", ["..", "../a.txt", "sub/../../a.txt", "/etc/passwd", "a\0b"])
def test_names_that_lead_outside_give_nothing(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path / "project", name) is None


def test_a_link_out_of_the_folder_leads_outside_and_one_within_does_not(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "project-2").mkdir()
    (project / "out").symlink_to(tmp_path / "project-2")
    (project / "in").symlink_to(project)

    assert inside(project, "out/a.txt") is None
    assert inside(project, "../project-2") is None
    assert inside(project, "in/a.txt") == Path(os.path.realpath(project / "a.txt"))


def test_the_folder_itself_may_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert inside(tmp_path / "link", "a.txt") == Path(os.path.realpath(tmp_path / "real" / "a.txt"))
