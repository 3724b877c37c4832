"""Files of a project's own node types are followed: an open window has them as they are by now."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio.editing import TOP, Document
from studio.editing.edits.nodes import set_params
from studio.gui.own_types import service
from studio.plugins import loading
from studio.plugins.registries import approve_files, own_types
from tests.gui.own_types.conftest import SHOUT, Project

OTHER_PORTS = SHOUT.replace("loud", "loudest").replace(
    "text: str = port()", "text: str = port()\n        more: int = port(1)"
)
BROKEN = SHOUT.replace("def run(", "def run((")
FAILS = SHOUT + "\nraise RuntimeError('not today')\n"


@pytest.fixture
def document(project: Project) -> Document:
    """The graph of a folder of one's own, open."""
    project.trust()
    made = project.open()
    assert project.ports(made) == (["text"], ["loud"])
    return made


def card(project: Project) -> tuple[list[str], list[str]]:
    """The ports that the canvas shows at the node, from above."""
    item = project.canvas.projection.cards["shout"]
    return list(item.card.inputs), list(item.card.outputs)


def messages(project: Project, document: Document) -> list[str]:
    checks = project.workbench.part("checks")
    project.until(lambda: checks.is_idle and checks.is_current(document))
    return [found.message for found in checks.of(document).findings]


def test_ports_follow_the_file_and_selection_and_history_stay(project: Project, document: Document) -> None:
    canvas = project.canvas
    canvas.select(["shout"])
    document.do("Set the mark", set_params(document, TOP, "shout", {"mark": "?"}))
    assert "loudest" not in card(project)[1]

    project.write(OTHER_PORTS)
    project.until(lambda: project.ports(document) == (["text", "more"], ["loudest"]))

    assert "more" in card(project)[0]
    assert "loudest" in card(project)[1]
    assert project.canvas is canvas
    assert project.workbench.selection == ["shout"]
    assert document.node(TOP, "shout").params == {"mark": "?"}
    document.undo()
    assert document.node(TOP, "shout").params == {}
    document.redo()
    assert document.node(TOP, "shout").params == {"mark": "?"}


def test_a_wire_to_a_port_that_is_gone_stays_and_is_a_problem(project: Project, document: Document) -> None:
    assert not any("loud" in one for one in messages(project, document))

    project.write(OTHER_PORTS)
    project.until(lambda: "loudest" in project.ports(document)[1])

    assert [str(edge) for edge in document.graph.edges] == ["word.value -> shout.text", "shout.loud -> result.value"]
    assert any("loud" in one for one in messages(project, document))
    assert "loud" in card(project)[1], "what is wired is shown, though it is no port any more"
    assert not document.is_modified

    project.write(SHOUT)
    project.until(lambda: "loud" in project.ports(document)[1])
    assert not any("loud" in one for one in messages(project, document))


def test_a_run_has_the_code_of_the_file_as_it_is(project: Project, document: Document) -> None:
    project.write(SHOUT.replace('param("!"', 'param("?!"'))
    project.until(lambda: getattr(document.ports(TOP, "shout").params, "mark", "") == "?!")
    assert run(project) == {"result": "TIDE?!"}


def run(project: Project) -> Any:
    outcomes: list[Any] = []
    project.workbench.part("live").ended.connect(lambda _, outcome: outcomes.append(outcome))
    project.workbench.trigger("run.run")
    project.until(lambda: bool(outcomes))
    assert outcomes[0].problem is None, outcomes[0].problem
    return outcomes[0].result.outputs


def test_the_inspector_shows_the_params_of_today(project: Project, document: Document) -> None:
    project.canvas.select(["shout"])
    inspector = project.panel("inspector")
    project.until(lambda: rows(inspector) == ["mark"])

    project.write(SHOUT.replace("mark: str", "times: int = param(2, help='How often.')\n        mark: str"))

    project.until(lambda: rows(inspector) == ["times", "mark"])


def rows(inspector: Any) -> list[str]:
    form = getattr(inspector.page, "form", None)
    return [] if form is None else list(form.rows())


def test_the_palette_has_new_types_and_loses_those_whose_file_is_gone(project: Project, document: Document) -> None:
    palette = project.panel("palette")
    palette.field.setText("my.echo")
    assert "my.echo" not in offered(project)

    path = project.write(SHOUT.replace("my.shout", "my.echo"), "echo.py")
    project.until(lambda: "my.echo" in offered(project))

    path.unlink()
    project.until(lambda: "my.echo" not in offered(project))
    assert "my.shout" in offered(project) or document.registry.find("my.shout") is not None


def offered(project: Project) -> list[str]:
    palette = project.panel("palette")
    QApplication.processEvents()
    model = palette.tree.model()
    found = []

    def walk(parent: Any) -> None:
        for row in range(model.rowCount(parent)):
            index = model.index(row, 0, parent)
            value = getattr(index.data(256), "value", None)
            if value is not None:
                found.append(value.key)
            walk(index)

    from PySide6.QtCore import QModelIndex

    walk(QModelIndex())
    return found


@pytest.mark.thorough
def test_a_file_that_is_written_in_place_is_followed_too(project: Project, document: Document) -> None:
    (project.folder / "nodes" / "shout.py").write_text(OTHER_PORTS, "utf-8")

    project.until(lambda: "loudest" in project.ports(document)[1])


def test_a_folder_that_comes_into_being_is_found(project: Project) -> None:
    project.trust()
    for path in sorted((project.folder / "nodes").iterdir()):
        path.unlink()
    (project.folder / "nodes").rmdir()
    document = project.open()
    assert document.registry is project.workbench.registry

    (project.folder / "nodes").mkdir()
    project.write(SHOUT)

    project.until(lambda: project.ports(document) == (["text"], ["loud"]))


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param(BROKEN, "Line 22 ", id="no Python", marks=pytest.mark.thorough),
        pytest.param(FAILS, "Line 25: RuntimeError: not today.", id="raises"),
    ],
)
def test_with_a_fault_the_last_good_version_stays_in_use_and_that_is_told(
    project: Project, document: Document, source: str, line: str
) -> None:
    project.write(source)
    project.until(lambda: "nodes/shout.py" in project.faults(document))

    assert line in project.faults(document)
    assert "Its last good version stays in use until this is mended." in project.faults(document)
    assert project.ports(document) == (["text"], ["loud"])
    assert run(project) == {"result": "TIDE!"}

    project.write(OTHER_PORTS)
    project.until(lambda: "loudest" in project.ports(document)[1])
    assert project.faults(document) == ""


def test_a_file_that_was_never_good_has_no_version_in_use(project: Project) -> None:
    project.trust()
    project.write(BROKEN)
    document = project.open()

    assert "nodes/shout.py" in project.faults(document)
    assert "last good version" not in project.faults(document)
    assert document.registry.find("my.shout") is None


@pytest.mark.thorough
def test_a_bar_that_was_closed_comes_back_only_with_something_else_to_say(project: Project, document: Document) -> None:
    project.write(FAILS)
    project.until(lambda: "not today" in project.faults(document))
    project.bar(document, "own_types.faults").findChild(object, "bar.own_types.faults.close").click()

    project.write(SHOUT.replace("my.shout", "my.echo"), "echo.py")
    project.until(lambda: document.registry.find("my.echo") is not None)
    assert project.faults(document) == ""

    project.write(FAILS.replace("not today", "nor tomorrow"))
    project.until(lambda: "nor tomorrow" in project.faults(document))


def test_where_files_are_approved_one_by_one_a_changed_one_waits_and_its_types_go(project: Project) -> None:
    approve_files(own_types(project.folder).files)
    document = project.open()
    assert document.registry.find("my.shout") is not None
    project.canary.unlink()

    project.write(OTHER_PORTS)
    project.until(lambda: project.bar(document) is not None)

    assert document.registry.find("my.shout") is None
    assert not project.canary.exists()
    assert document.graph.nodes["shout"].type == "my.shout"


def test_an_import_that_hangs_does_not_keep_the_window_waiting(
    project: Project, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    monkeypatch.setattr(loading, "go", go, raising=False)
    project.write("from studio.plugins.loading import go\n\ngo.wait(30)\n" + OTHER_PORTS)
    try:
        project.until(lambda: not project.own.is_idle and not project.own._soon.isActive())
        longest = longest_pause(0.5)
        assert not go.is_set()
        assert project.ports(document) == (["text"], ["loud"])
        assert longest < 0.4
    finally:
        go.set()
    project.until(lambda: "loudest" in project.ports(document)[1])


def test_control_the_same_import_in_the_windows_thread_is_noticed(
    project: Project, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(owner: object, work: Any, then: Any, refused: Any = None) -> None:
        then(work())

    monkeypatch.setattr(service, "beside", at_once)
    project.write("import time\n\ntime.sleep(0.8)\n" + OTHER_PORTS)

    assert longest_pause(5, until=lambda: "loudest" in project.ports(document)[1]) >= 0.7


def longest_pause(seconds: float, until: Any = lambda: False) -> float:
    """Let the window work, and return the longest time, in seconds, in which it did not come to look."""
    began = last = time.monotonic()
    longest = 0.0
    while last - began < seconds and not until():
        QApplication.processEvents()
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    return longest


@pytest.mark.thorough
def test_a_graph_saved_elsewhere_has_the_types_of_its_new_place(project: Project, tmp_path: Path) -> None:
    project.trust()
    document = project.open()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    document.save(elsewhere / "loud.yaml")
    project.settled()

    assert document.registry is project.workbench.registry
    assert document.ports(TOP, "shout").cls is None


def test_when_another_folder_becomes_the_project_its_types_are_used(project: Project) -> None:
    project.trust()
    inner = project.folder / "inner"
    inner.mkdir()
    (project.folder / "loud.yaml").rename(inner / "loud.yaml")
    document = project.open("inner/loud.yaml")
    assert project.ports(document) == (["text"], ["loud"])

    (project.folder / "studio.toml").unlink()

    project.until(lambda: document.registry is project.workbench.registry)


def test_graphs_of_other_folders_do_not_have_them(project: Project, document: Document, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("studio: 1\nname: outside\nnodes: {shout: {type: my.shout}}\n", "utf-8")

    other = project.workbench.open(outside)
    project.settled()

    assert other is not None
    assert other.registry.find("my.shout") is None


@pytest.mark.thorough
def test_a_recorded_run_can_be_gone_through_while_its_types_come_and_go(project: Project, document: Document) -> None:
    run(project)
    live = project.workbench.part("live")
    from studio.gui.replay.session import Source

    session = project.workbench.part("replay").open(Source(live.trace_file(), "last"))
    project.settled()
    assert session is not None
    assert session.document.registry.find("my.shout") is not None
    steps = session.last

    (project.folder / "nodes" / "shout.py").unlink()
    project.until(lambda: session.document.registry.find("my.shout") is None)

    for seq in range(1, steps + 1):
        session.seek(seq)
        QApplication.processEvents()
        assert session.here.node == ("word", "shout", "result")[seq - 1]
    assert steps == 3


def test_nothing_of_a_project_is_watched_after_its_last_graph_is_closed(project: Project, document: Document) -> None:
    assert str(project.folder / "nodes" / "shout.py") in project.own._watcher.files()

    project.workbench.remove(document)

    assert [*project.own._watcher.files(), *project.own._watcher.directories()] == []
