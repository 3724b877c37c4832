"""A script that reads files looks for them beside itself, wherever it is called from, or where one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import Graph
from studio.export.standalone.opening import FILES
from studio.export.standalone.script import standalone_script
from studio.export.targets import GraphSource, find_target, settled
from studio.export.targets.declaring import GraphTarget
from studio.spec.registry import default_registry
from tests.support.played_scripts import Played


def reading() -> Graph:
    """A graph that reads a file; its input is called as the option is that names where files lie."""
    graph = Graph("reading")
    graph.add("flow.input", "files", value="a.txt", kind="text")
    graph.add("files.read", "read")
    graph.add("flow.output", "out")
    graph.connect("files.value", "read.name")
    graph.connect("read.text", "out.value")
    return graph


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    """Return the script in a folder with a file, called from another folder that has one of this name, too."""
    for name in ("beside", "elsewhere", "called from"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "called from")
    return Played(standalone_script(reading(), default_registry()), tmp_path / "beside" / "reading.py")


def test_files_lie_beside_the_script_also_when_it_is_imported(
    script: Played, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert script.module.main([]) == 0  # `sys.argv` is another program's

    assert capsys.readouterr().out == "beside\n"
    monkeypatch.setattr(script.module, "__file__", "reading.py")  # the control: where the script is counts
    assert script.module.main([]) == 0
    assert capsys.readouterr().out == "called from\n"


def test_another_folder_can_be_named(script: Played, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main("--files", "../elsewhere", "--input-files", "a.txt") == 0
    assert capsys.readouterr().out == "elsewhere\n"

    assert script.main("--files", "nowhere") == 2
    assert capsys.readouterr().err.startswith("There is no folder `nowhere`.")


def test_it_is_said_when_the_script_is_made_and_in_it() -> None:
    target = find_target("standalone")
    assert isinstance(target, GraphTarget)

    def made(graph: Graph) -> tuple[str, list[str]]:
        said: list[str] = []
        source = GraphSource(graph, default_registry())
        return b"".join(target.make(source, settled(target, {}), said.append)).decode(), said

    text, said = made(reading())
    assert said == [FILES]
    assert "--files DIR names another" in text
    plain = Graph("plain")
    plain.add("text.constant", "said", text="x")
    assert made(plain)[1] == []  # the control
