"""What the record of a run says of its code: which boundary was active, what went wrong; and replay runs none of it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from studio import Graph, Trace, arun, run
from studio.cli.main import main
from studio.graph.check import require_runnable
from studio.sandbox import boundaries, children, spawning
from studio.sandbox.boundaries import Boundary
from studio.sandbox.pools import POOL
from studio.spec.params import parse_params
from studio.spec.registry import Registry
from studio.support.errors import GraphError
from tests.sandbox.conftest import LINUX, appear, gone, marked
from tests.sandbox.test_attacks import ATTACKS
from tests.support.thorough import thorough_but

pytestmark = pytest.mark.skipif(not LINUX, reason="limits and boundaries are those of Linux")


def graph_of(code: str, **more: object) -> Graph:
    graph = Graph("coded")
    graph.add("code.python", "code", code=code, **more)
    graph.add("flow.output", "out")
    graph.connect("code.value", "out.value")
    return graph


@pytest.fixture
def chosen(boundary: Boundary) -> Boundary:
    """The setting names each boundary that there is."""
    assert main(["config", "sandbox.boundary", boundary]) == 0
    return boundary


def test_the_record_names_the_boundary_of_the_run_and_of_each_call(
    chosen: Boundary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = tmp_path / "t.db"

    result = run(graph_of("def main():\n    return 1"), db=db)

    assert result.outputs == {"out": 1}
    with Trace(db) as trace:
        assert trace.run().boundary == chosen
        (effect,) = trace.effects()
        told = effect.response if isinstance(effect.response, dict) else trace.value(effect.response)
        assert told["boundary"] == chosen
    assert main(["show", "last", "--db", str(db)]) == 0
    said = capsys.readouterr().out
    assert (
        "code and commands: not confined" if chosen == "none" else f"code and commands: confined by {chosen}"
    ) in said


REFUSED = {"no function", "no Python"}
"""What a graph is refused for before it runs."""


EVERYDAY = {"memory bomb", "exit", "not a number", "an error that cannot be said"}
"""One of each kind of end; `test_attacks` tries the others with the box alone."""


@pytest.mark.parametrize(
    "attack", thorough_but(EVERYDAY.__contains__, [name for name in ATTACKS if name not in REFUSED])
)
def test_the_record_says_why_an_attack_failed_and_the_run_goes_on(
    chosen: Boundary, tmp_path: Path, attack: str
) -> None:
    code, why = ATTACKS[attack]
    graph = Graph("attacked")
    graph.add("code.python", "bad", code=code, limit_s=0.5 if "0.5" in why else 20.0, on_error="route")
    graph.add("code.python", "good", code="def main(e):\n    return 'still here'")
    graph.add("flow.output", "out")
    graph.connect("bad.error", "good.e")
    graph.connect("good.value", "out.value")

    result = run(graph, db=tmp_path / "t.db")

    assert result.outputs == {"out": "still here"}
    with Trace(tmp_path / "t.db") as trace:
        bad = next(one for one in trace.effects() if one.status == "error")
        assert why in str(bad.error)
        assert f"boundary: {chosen}" in str(bad.error)


def test_a_run_without_code_names_no_boundary(tmp_path: Path) -> None:
    graph = Graph("plain")
    graph.add("flow.input", "a", value=1)
    graph.add("flow.output", "out")
    graph.connect("a.value", "out.value")
    run(graph, db=tmp_path / "t.db")

    with Trace(tmp_path / "t.db") as trace:
        assert trace.run().boundary == ""


def test_where_a_boundary_is_required_and_missing_the_run_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["config", "sandbox.boundary", "required"]) == 0
    monkeypatch.setattr(boundaries, "missing", lambda name: "" if name == "none" else "not here")
    monkeypatch.setattr(boundaries, "best", lambda: "none")

    result = run(graph_of("def main():\n    return 1"), db=tmp_path / "t.db")

    assert result.status == "failed"
    with Trace(tmp_path / "t.db") as trace:
        found = trace.run()
        assert found.boundary == "refused"
        assert "no code or command runs" in json.dumps(found.error)


def test_a_replay_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = tmp_path / "t.db"
    code = "import random\ndef main():\n    return random.random()"
    first = run(graph_of(code), db=db)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a replay started a process")

    monkeypatch.setattr(children.Child, "start", refuse)
    POOL.end_all()

    assert main(["replay", "last", "--verify", "--db", str(db)]) == 0
    again = run(graph_of(code), db=db)  # the control: a run would
    assert "started a process" in str(again.error)
    assert 0 <= first.outputs["out"] < 1


def test_opening_and_checking_a_graph_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched = tmp_path / "touched"
    touch = f"open({str(touched)!r}, 'w')"
    file = tmp_path / "hostile.yaml"
    graph = graph_of(f"{touch}\ndef main(a={touch}) -> {touch}:\n    return {touch}")
    graph.add("shell.run", "command", script=f"touch {touched}")
    graph.add("text.jinja", "template", template="{{ ''.__class__ }}{{ x }}")
    graph.save(file)
    started: list[object] = []
    monkeypatch.setattr(spawning.SPAWNER, "start", started.append)
    monkeypatch.setattr(subprocess, "Popen", lambda *more, **_: started.append(more))

    opened = Graph.load(file)
    assert main(["lint", str(file)]) in (0, 2, 4)
    assert main(["run", str(file)]) == 2  # nobody approved it
    for node in opened.nodes.values():
        cls = Registry().find(node.type)
        assert cls is not None
        params, _ = parse_params(cls.Params, node.params)
        [
            *cls.inputs(params).fields(),
            *cls.outputs(params).fields(),
            *cls.problems(params),
            *cls.permissions(params, ()),
        ]

    assert started == []
    assert not touched.exists()


def test_code_is_live_unless_it_is_to_fire_once() -> None:
    def counted(**more: object) -> int:
        graph = Graph("ticking")
        graph.max_ticks = 3
        graph.add("math.expression", "n", expression="x + 1")
        graph.add("code.python", "code", code="def main():\n    return 1", **more)
        graph.add("flow.output", "out", collect=True)
        graph.connect("n.value", "n.x", feedback={"initial": 0})
        graph.connect("code.value", "out.value")
        return len(run(graph).outputs["out"])

    assert counted() == 3
    assert counted(fires="once") == 1


async def test_aborting_the_run_ends_its_code(tmp_path: Path, mark: str) -> None:
    task = asyncio.create_task(
        arun(graph_of("import time\ndef main():\n    time.sleep(1000)", limit_s=2000.0), db=tmp_path / "t.db")
    )
    assert await appear(mark, "main.py")
    await asyncio.sleep(0.2)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert gone(mark), marked(mark)


def test_an_argument_with_the_name_of_an_implicit_port_is_refused() -> None:
    with pytest.raises(GraphError, match="when"):
        require_runnable(graph_of("def main(when):\n    return 1"), Registry())
