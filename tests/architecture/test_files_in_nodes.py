"""Node types open files in one way only: through `studio.tools.workspace`, which never leaves the project."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE_FILES = sorted((ROOT / "studio" / "nodes").rglob("*.py"))

OPENING_MODULES = {
    "shutil", "tempfile", "glob", "fileinput", "io", "zipfile", "tarfile", "mmap", "linecache", "subprocess",
    "gzip", "bz2", "lzma", "sqlite3", "dbm", "shelve", "pty", "ctypes",
}  # fmt: skip
"""Modules of the standard library that open files (or start what does)."""
OPENING_METHODS = {
    "open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "rmdir", "mkdir", "touch", "rename",
    "iterdir", "glob", "rglob", "walk", "symlink_to", "hardlink_to", "readlink", "chmod", "scandir", "listdir",
    "makedirs", "fdopen", "fwalk", "truncate", "save", "savez", "fromfile", "tofile", "loadtxt", "memmap",
}  # fmt: skip


def openings(code: str) -> list[str]:
    """Return what in this code opens, lists or changes files by itself."""
    found = []
    for item in ast.walk(ast.parse(code)):
        if isinstance(item, ast.Import):
            found += [name.name for name in item.names if name.name.split(".")[0] in OPENING_MODULES | {"os"}]
        elif isinstance(item, ast.ImportFrom) and item.module:
            if item.module.split(".")[0] in OPENING_MODULES | {"os"}:
                found.append(item.module)
        elif isinstance(item, ast.Call):
            called = item.func
            if isinstance(called, ast.Name) and called.id in ("open", "__import__"):
                found.append(called.id)
            elif isinstance(called, ast.Attribute) and called.attr in OPENING_METHODS:
                found.append(f".{called.attr}")
    return found


def test_a_node_type_opens_no_file_by_itself() -> None:
    found = {path.relative_to(ROOT).as_posix(): openings(path.read_text()) for path in NODE_FILES}

    assert len(found) > 100
    assert {path: calls for path, calls in found.items() if calls} == {}, "use studio.tools.workspace"


@pytest.mark.parametrize(
    "sample",
    [
        "open('x')",
        "import os\nos.open('x', 0)",
        "from os import open as o",
        "import os.path",
        "from pathlib import Path\nPath('x').read_text()",
        "Path('x').write_bytes(b'')",
        "def run():\n    import shutil",
        "from tempfile import mkstemp",
        "import io\nio.open('x')",
        "__import__('os')",
        "[p for p in folder.rglob('*')]",
    ],
)
def test_the_search_for_openings_would_find_them(sample: str) -> None:
    assert openings(sample)


def test_ordinary_code_is_no_finding() -> None:
    assert openings("from pathlib import Path\nitems.remove(1)\nx = Path('a') / 'b'\nworkspace.read('a')") == []
