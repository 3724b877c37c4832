"""Files of a graph are found beside the graph, however the graph was named."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import run
from studio.trace.writer import close_writer
from tests.support.approving import hashes_of

READING = """
studio: 1
name: reading
nodes:
  files: {type: files.read_folder, folder: texts, pattern: "*.txt"}
  result: {type: flow.output}
edges:
  - files.texts -> result.value
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    graphs = tmp_path / "graphs"
    (graphs / "texts").mkdir(parents=True)
    (graphs / "texts" / "a.txt").write_text("one")
    (graphs / "reading.yaml").write_text(READING)
    return tmp_path


@pytest.mark.parametrize("place", [".", "graphs", "elsewhere"])
def test_a_folder_beside_the_graph_is_read(place: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "elsewhere").mkdir()
    monkeypatch.chdir(project / place)
    name = {".": "graphs/reading.yaml", "graphs": "reading.yaml", "elsewhere": "../graphs/reading.yaml"}[place]

    result = run(name, db=project / "trace.db", approve=hashes_of(name))
    close_writer(project / "trace.db")

    assert (result.status, result.outputs) == ("ok", {"result": ["one"]}), result.error


def test_a_folder_outside_the_project_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    graph = project / "graphs" / "reading.yaml"
    graph.write_text(READING.replace("folder: texts", "folder: ../.."))

    result = run("graphs/reading.yaml", db=project / "trace.db", approve=hashes_of("graphs/reading.yaml"))
    close_writer(project / "trace.db")

    assert result.error is not None
    assert "lies outside the project folder" in str(result.error["message"])
