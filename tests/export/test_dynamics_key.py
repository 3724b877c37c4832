"""What a graph does about alarms of its run, in scripts: held and read back; where nothing watches, without effect."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from studio.export.standalone.script import standalone_script
from studio.graph import Graph
from studio.importers.opening import open_graph_file
from studio.spec.registry import default_registry
from tests.export.script.scripts import script_of
from tests.support.played_scripts import Played

TEXT = """\
studio: 1
name: g
nodes:
  a: {type: flow.input, value: hi}
  b: {type: text.template, template: "{x}!"}
  r: {type: flow.output}
edges:
  - a.value -> b.x
  - b.text -> r.value
# how patient
dynamics:
  on_alarm: stop
  wander: "off"  # it should look around
  settings: {stall_ticks: 20}
"""


def test_a_script_says_it_and_reads_it_back_with_its_comments(tmp_path: Path) -> None:
    script = script_of(Graph.from_text(TEXT), tmp_path)

    assert '"on_alarm": "stop"' in script.read_text()
    assert open_graph_file(script).to_text() == TEXT
    script.write_text(script.read_text().replace('"on_alarm": "stop"', '"on_alarm": "pause"'))
    assert open_graph_file(script).to_text() == TEXT.replace("on_alarm: stop", "on_alarm: pause")


@pytest.mark.parametrize("kept", [True, False])
def test_a_standalone_script_runs_as_without_it_and_holds_it(kept: bool, tmp_path: Path) -> None:
    text = TEXT if kept else TEXT.partition("# how")[0]
    source = standalone_script(Graph.from_text(text), default_registry())

    code, _, held = source.rpartition("GRAPH_TEXT = ")
    assert "dynamics" not in code
    assert ("dynamics:" in held) is kept, "control: what is not said is not in it"
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        assert Played(source).main() == 0
    assert said.getvalue() == "hi!\n"
    script = tmp_path / "g.py"
    script.write_text(source)
    assert open_graph_file(script).dynamics == Graph.from_text(text).dynamics
