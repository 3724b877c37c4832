"""The folder of a project that a node works in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from studio.support.errors import NodeError
from studio.tools.workspace.names import read_problem, safe_path

OTHER_FOLDER: Final = (
    "Name a folder relative to the project's; for files elsewhere, put a copy of the graph beside them (`studio "
    "examples NAME --copy FILE`)."
)


def root_of(project: Path, folder: str) -> Path:
    """Return where a folder of a project is. Raises `NodeError` for one that lies outside, is protected, or is none."""
    try:
        root = safe_path(project, folder)
    except NodeError as error:
        raise NodeError(error.message, hint=OTHER_FOLDER, code=error.kind) from None
    problem = read_problem(root.relative_to(project).parts)
    if problem:
        raise NodeError(f"the folder `{folder}` {problem}.", code="protected")
    if not root.is_dir():
        raise NodeError(f"there is no folder `{folder}` in the project.", hint=OTHER_FOLDER, code="files")
    return root
