"""The folder a node works in lies in the project; what is said otherwise tells how to reach another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.support.errors import NodeError
from studio.tools.workspace import Workspace


@pytest.mark.parametrize("folder", ["/elsewhere", "../elsewhere", "nowhere", "a/../.."])
def test_a_folder_elsewhere_is_refused_with_the_way_to_it(tmp_path: Path, folder: str) -> None:
    with pytest.raises(NodeError, match="put a copy of the graph beside them"):
        Workspace(tmp_path, folder)


def test_a_folder_of_the_project_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)

    assert Workspace(tmp_path, "a/b").root == (tmp_path / "a" / "b").resolve()
