"""A project's own node types: read before they are approved, imported after, exactly as they were approved."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studio import Graph, Trace, run
from studio.graph.check import check
from studio.plugins import files, loading
from studio.plugins.files import MOST_BYTES, own_files
from studio.plugins.registries import (
    OwnTypesNotApproved,
    approve_files,
    own_types,
    registry_of,
    trust_folder,
)
from studio.replay.continuing import resume
from studio.replay.verify import verify
from studio.support.errors import UsageError

SHOUT = '''
from studio.spec import Fields, Node, RunContext, node, port

open(r"{canary}", "a").close()


@node("my.shout", category="Mine")
class Shout(Node):
    """Say it loud."""

    class In(Fields):
        text: str = port()

    class Out(Fields):
        text: str = port()

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(text=inputs.text.upper() + "!")
'''

GRAPH = """
studio: 1
name: loud
nodes:
  word: {type: flow.input, value: tide}
  shout: {type: my.shout}
  result: {type: flow.output}
edges:
  - word.value -> shout.text
  - shout.text -> result.value
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one own node type and a graph that uses it; `canary` is there once its file has run."""
    folder = tmp_path / "project"
    (folder / "nodes").mkdir(parents=True)
    (folder / "studio.toml").write_text("", "utf-8")
    (folder / "nodes" / "shout.py").write_text(SHOUT.format(canary=folder / "canary"), "utf-8")
    (folder / "loud.yaml").write_text(GRAPH, "utf-8")
    return folder


def test_a_file_is_read_and_listed_without_being_run(project: Path) -> None:
    found = own_files(project)
    types = own_types(project)

    assert [(file.name, file.types, file.problem) for file in found] == [("shout.py", ("my.shout",), "")]
    assert types.waiting == tuple(found)
    assert types.registry.find("my.shout") is None
    assert not (project / "canary").exists()


def test_a_graph_that_uses_what_nobody_approved_does_not_run_and_is_told_why(project: Path) -> None:
    with pytest.raises(OwnTypesNotApproved, match=r"`my\.shout`, declared in nodes/shout\.py.*nobody here approved"):
        run(project / "loud.yaml", db=project / "t.db")

    assert not (project / "canary").exists()


def test_an_approved_file_gives_its_types_to_the_graphs_of_its_project_alone(project: Path, tmp_path: Path) -> None:
    approve_files(own_files(project))

    result = run(project / "loud.yaml", db=project / "t.db")

    assert result.outputs == {"result": "TIDE!"}
    assert (project / "canary").exists(), "control: running the file leaves its mark"
    assert own_types(tmp_path / "elsewhere").registry.find("my.shout") is None


def test_one_changed_byte_is_asked_again(project: Path) -> None:
    approve_files(own_files(project))
    path = project / "nodes" / "shout.py"
    path.write_text(path.read_text("utf-8").replace("!", "?"), "utf-8")

    with pytest.raises(OwnTypesNotApproved):
        run(project / "loud.yaml", db=project / "t.db")


def test_a_hash_given_with_the_run_lets_it_run_once(project: Path) -> None:
    types = own_types(project)

    assert run(project / "loud.yaml", db=project / "t.db", approve=[types.hash]).status == "ok"
    assert run(project / "loud.yaml", db=project / "t.db", approve=[types.files[0].hash]).status == "ok"
    with pytest.raises(OwnTypesNotApproved):
        run(project / "loud.yaml", db=project / "t.db", approve=["0" * 40])


def test_in_a_folder_of_ones_own_changes_are_taken_as_they_come(project: Path) -> None:
    trust_folder(project)
    first = run(project / "loud.yaml", db=project / "t.db")
    path = project / "nodes" / "shout.py"
    path.write_text(path.read_text("utf-8").replace('"!"', '"?"'), "utf-8")
    second = run(project / "loud.yaml", db=project / "t.db")

    assert (first.outputs["result"], second.outputs["result"]) == ("TIDE!", "TIDE?")


def test_what_runs_is_what_was_read_whatever_the_file_holds_by_then(project: Path) -> None:
    file = own_files(project)[0]
    file.path.write_text("raise RuntimeError('swapped')", "utf-8")

    types = loading.load_file(file, lambda name: False)

    assert [cls.spec.type for cls in types] == ["my.shout"]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def (", "Line 1 is no Python"),
        ("x = 1", "declares no node type"),
        (
            "from studio.spec import Node, node\n\n@node('my.a', category='c')\nclass A(Node):\n    1 / 0\n",
            "ZeroDivisionError",
        ),
        (
            "from studio.spec import Node, node\n\n@node('text.template', category='c')\nclass A(Node):\n    pass\n",
            "already",
        ),
        (
            "import sys\n\ndef node(*a): return lambda c: c\n\n@node('my.a')\nclass A: pass\n\nsys.exit(0)\n",
            "SystemExit",
        ),
        ("\0", "no Python"),
        ("(" * 5000, "no Python"),
        ("-" * 190_000 + "1", "no Python"),
    ],
)
def test_a_file_with_a_fault_is_named_and_hides_no_other(project: Path, source: str, fault: str) -> None:
    (project / "nodes" / "bad.py").write_text(source, "utf-8")
    trust_folder(project)

    types = own_types(project)

    assert fault in types.failures["nodes/bad.py"]
    assert types.registry.find("my.shout") is not None


def test_folders_in_it_are_looked_through_and_huge_ones_are_given_up(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("deep/er/a.py", "deep/_b.py", "_c/d.py", ".e/f.py", "data.txt"):
        path = project / "nodes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1", "utf-8")
    (project / "nodes" / "folder.py").mkdir()
    assert [file.name for file in own_files(project)] == ["deep/er/a.py", "shout.py"]

    monkeypatch.setattr(files, "MOST_ENTRIES", 8)
    assert [file.name for file in own_files(project)] == ["shout.py"]
    monkeypatch.setattr(files, "MOST_ENTRIES", 3)
    assert own_files(project) == []


def test_a_check_says_why_a_type_of_the_project_is_not_in_use(project: Path) -> None:
    def told() -> list[str]:
        graph = Graph.load(project / "loud.yaml")
        return [found.message for found in check(graph, registry_of(graph)) if found.code == "unknown_type"]

    assert told() == ["The type `my.shout` is declared in nodes/shout.py, which nobody here approved."]

    with (project / "nodes" / "shout.py").open("a", encoding="utf-8") as file:
        file.write("\n1 / 0\n")
    trust_folder(project)
    [message] = told()
    assert "nodes/shout.py, which cannot be loaded: Line 20: ZeroDivisionError" in message

    (project / "nodes" / "shout.py").unlink()
    assert told() == ["The type `my.shout` is not known."]


def test_links_and_pipes_are_not_followed(project: Path, tmp_path: Path) -> None:
    import os

    outside = tmp_path / "outside.py"
    outside.write_text(SHOUT.format(canary=tmp_path / "no"), "utf-8")
    (project / "nodes" / "link.py").symlink_to(outside)
    os.mkfifo(project / "nodes" / "pipe.py")

    problems = {file.name: file.problem for file in own_files(project)}

    assert "cannot be read" in problems["link.py"]
    assert "no ordinary file" in problems["pipe.py"]


def test_the_same_file_in_two_projects_is_two_modules(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        folder = tmp_path / name / "nodes"
        folder.mkdir(parents=True)
        (folder / "shout.py").write_text(
            SHOUT.replace('open(r"{canary}", "a").close()', 'open(__file__ + ".ran", "a").close()'), "utf-8"
        )
        trust_folder(tmp_path / name)
        found.append(own_types(tmp_path / name).registry.find("my.shout"))
        assert (folder / "shout.py.ran").exists()

    assert found[0] is not found[1]


def test_a_file_that_would_be_read_otherwise_than_it_is_shown_is_refused(project: Path) -> None:
    """In UTF-7 `+AAo-` is a new line: what looks like a comment would be code."""
    mark, path = project / "hidden", project / "nodes" / "shout.py"
    path.write_text(
        f"# coding: utf-7\n# harmless+AAo-open(r'{mark}', 'a').close()\n"
        "from studio.spec import Node, node\n\n\n@node('my.shout', category='c')\nclass Shout(Node):\n    pass\n",
        "utf-8",
    )
    trust_folder(project)

    types = own_types(project)

    assert "`utf-7`. Only UTF-8 is read." in types.failures["nodes/shout.py"]
    assert not mark.exists()
    subprocess.run([sys.executable, str(path)], check=False, capture_output=True)
    assert mark.exists(), "control: as Python itself reads it, the comment runs"


def test_a_fault_names_the_line_of_the_file_that_led_to_it(project: Path) -> None:
    (project / "nodes" / "bad.py").write_text("import json\n\n\n@node('my.b')\nclass B: pass\n", "utf-8")
    (project / "nodes" / "worse.py").write_text(
        "import json\n\njson.loads('{')\n\n\n@node('my.b')\nclass B: pass\n", "utf-8"
    )
    trust_folder(project)

    failures = own_types(project).failures

    assert failures["nodes/bad.py"].startswith("Line 4: NameError")
    assert failures["nodes/worse.py"].startswith("Line 3: JSONDecodeError")


def test_types_are_kept_while_nothing_changes(project: Path) -> None:
    trust_folder(project)
    graph = Graph.load(project / "loud.yaml")

    assert registry_of(graph) is registry_of(graph)


def test_modules_of_files_that_failed_are_forgotten(project: Path) -> None:
    (project / "nodes" / "bad.py").write_text(
        "from studio.spec import Node, node\n\n@node('my.b', category='c')\nclass B(Node):\n    1 / 0\n", "utf-8"
    )
    trust_folder(project)
    own_types(project)

    names = {file.name: loading.module_name(file) for file in own_files(project)}
    assert names["shout.py"] in sys.modules
    assert names["bad.py"] not in sys.modules


def test_a_run_with_own_types_is_verified_by_executing_them_again(project: Path) -> None:
    trust_folder(project)
    result = run(project / "loud.yaml", db=project / "t.db")

    with Trace(project / "t.db") as trace:
        checked = verify(trace, result.run_id)

    assert checked.difference is None
    assert checked.pure == 1


def test_a_run_with_own_types_goes_on_with_them(project: Path) -> None:
    trust_folder(project)
    first = run(project / "loud.yaml", db=project / "t.db", limits={"firings": 1})
    assert first.status == "paused"

    resumed = resume(project / "t.db", first.run_id, limits={"firings": 100})

    assert resumed.outputs == {"result": "TIDE!"}


def test_without_approval_nothing_goes_on(project: Path) -> None:
    types = own_types(project)
    first = run(project / "loud.yaml", db=project / "t.db", limits={"firings": 1}, approve=[types.hash])

    with pytest.raises(UsageError, match=r"my\.shout"):
        resume(project / "t.db", first.run_id, limits={"firings": 100})


def test_so_much_python_that_reading_it_would_take_minutes_is_not_read(project: Path) -> None:
    line = b"x = [0, 0, 0, 0, 0, 0, 0, 0]\n"
    for number in range(40):
        (project / "nodes" / f"many_{number:02}.py").write_bytes(line * 5_000)
    (project / "nodes" / "large.py").write_bytes(line * 10_000)

    found = own_files(project)

    assert sum(len(file.source) for file in found) <= MOST_BYTES
    problems = {file.name: file.problem for file in found}
    assert "larger than 200,000 bytes" in problems["large.py"]
    assert "which is the most" in problems["many_39.py"]
    assert "declares no node type" in problems["many_00.py"], "control: it was read"
