"""Both archives as they are released: the source archive made from this tree, the wheel made from what is in that."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


IN_A_HURRY = """
import runpy, zlib

compressing = zlib.compressobj
zlib.compressobj = lambda level, *rest: compressing(0, *rest)
runpy.run_module("hatchling", run_name="__main__")
"""
"""The builder, with nothing made smaller: what is in an archive does not depend on it, and it takes seconds."""


def build(kind: str, tree: Path, into: Path) -> Path:
    """Build an archive with the builder that is installed, which asks nothing of any network."""
    command = [sys.executable, "-c", IN_A_HURRY, "build", "-t", kind, "-d", str(into)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the source archive unpacks to."""
    archive = build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    unpacked = tmp_path_factory.mktemp("source")
    with tarfile.open(archive) as file:
        if hasattr(tarfile, "data_filter"):
            file.extractall(unpacked, filter="data")
        else:  # Python 3.11 before 3.11.4, as in Debian 12
            file.extractall(unpacked)
    (folder,) = unpacked.iterdir()
    return folder


@pytest.fixture(scope="session")
def installed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel puts into `site-packages`; the wheel is made from the source archive."""
    unpacked = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(build("wheel", source, tmp_path_factory.mktemp("wheel"))) as file:
        file.extractall(unpacked)
    return unpacked
