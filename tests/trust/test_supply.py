"""What is installed beside us runs nothing at the start of Python that we do not know of."""

from __future__ import annotations

import site
import sysconfig
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

KNOWN = ("_editable_impl_ganglia_studio.pth", "distutils-precedence.pth", "_virtualenv.pth")
"""Files of this ending run code at every start of Python (one of litellm's did, in 2026)."""


def unknown_pth(folders: list[Path]) -> list[str]:
    return sorted(
        path.name for folder in folders if folder.is_dir() for path in folder.glob("*.pth") if path.name not in KNOWN
    )


def test_no_unknown_file_runs_at_every_start_of_python() -> None:
    folders = {Path(sysconfig.get_paths()["purelib"]), Path(sysconfig.get_paths()["platlib"])}
    folders |= {Path(name) for name in site.getsitepackages()}

    assert unknown_pth(sorted(folders)) == []


@pytest.mark.parametrize("name", ["litellm_init.pth", "zzz.pth"])
def test_control_one_more_would_be_found(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("import os; os.system('true')\n")
    (tmp_path / KNOWN[0]).write_text("/somewhere\n")

    assert unknown_pth([tmp_path]) == [name]


def test_control_a_plugin_that_is_loaded_plainly_takes_its_user_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plugin_for_the_control.py").write_text("raise SystemExit(3)\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(SystemExit):
        EntryPoint("control", "plugin_for_the_control:Node", "studio.nodes").load()
