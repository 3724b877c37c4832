"""Every graph that ships does the same in the window, by `studio run`, as a script, and as a standalone script.

The same replies, made up once and kept as a script, answer all four. The standalone script runs in an environment that
has no package at all: what it needs of litellm is a provider's, and here a script answers.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from studio.cli.main import main
from studio.engine.run import run as run_graph
from studio.graph.model import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.live.bridge import Live
from studio.support.resources import bundled_graphs
from tests.export.ways import BY_ALL_WAYS
from tests.gui.windows import opened
from tests.support.bare_python import bare_python
from tests.support.example_settings import (
    run_words,
    script_words,
    settings_of,
    typed,
    types_that_stay,
)
from tests.support.improvising import Improviser, ImprovisingPerson
from tests.support.outlines import outline
from tests.support.thorough import thorough_but

pytestmark = pytest.mark.gui

PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python without packages."""
    return bare_python(tmp_path_factory.mktemp("bare") / "venv")


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    yield from opened(qtbot)


def exported(path: Path, folder: Path, *words: str) -> Path:
    script = folder / f"{path.stem}{'_alone' if words else ''}.py"
    assert main(["export", str(path), "-o", str(script), *words]) == 0
    return script


def standing_alone(path: Path, folder: Path, options: Mapping[str, str], db: Path) -> list[str]:
    """Export a standalone script with the files of its graph beside it; return how it is called."""
    data = path.parent / "data" / path.stem
    if data.is_dir():
        shutil.copytree(data, folder / "data" / path.stem)
    script = exported(path, folder, "--standalone")
    whole = script.read_text()
    # Options stand only where they have a use.
    used = [word for name, text in options.items() if f"args.{name}" in whole for word in (f"--{name}", text)]
    return [str(script), *used, "--db", str(db)]


def called(python: Path | str, *words: str) -> dict[str, Any]:
    done = subprocess.run([str(python), "-I", *words, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def in_window(
    window: MainWindow, qtbot: Any, path: Path, options: Mapping[str, str], inputs: Mapping[str, str]
) -> tuple[Path, dict[str, Any]]:
    """Run a graph by the window's own action; return the file that it was recorded in, and what came of it."""
    document = window.workbench.part("files").open(path)
    live: Live = window.workbench.part("live")
    live.of(document).options.texts.update(options)
    live.of(document).inputs.update(inputs)
    ended: list[Any] = []
    live.ended.connect(lambda document, outcome: ended.append(outcome))
    window.workbench.trigger("run.run")
    qtbot.waitUntil(lambda: bool(ended), timeout=PATIENCE_MS)
    assert ended[0].status == "ok"
    return Path(live.trace_file()), ended[0].result.to_json()


@pytest.mark.parametrize(
    "path", thorough_but(lambda path: path.stem in BY_ALL_WAYS, bundled_graphs()), ids=lambda path: path.stem
)
def test_all_four_give_the_same_outline(
    path: Path, tmp_path: Path, window: MainWindow, bare: Path, qtbot: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(path.stem)
    inputs = settings.walking
    model, person = Improviser(), ImprovisingPerson(settings.answers)
    first = run_graph(
        Graph.load(path), inputs, model=model, human=person, embedder="toy", clock=settings.clock,
        db=tmp_path / "first.db",
    )  # fmt: skip
    assert first.status == "ok", first.error
    said = {"model": model.save(tmp_path / "replies.jsonl"), "embedder": "toy"}
    if settings.clock:
        said["clock"] = settings.clock
    if person.lines:
        said["answers"] = person.save(tmp_path / "answers.jsonl")
    options = [word for name, text in said.items() for word in (f"--{name}", text)]

    assert main(["run", str(path), *run_words(inputs), *options, "--json", "--db", str(tmp_path / "run.db")]) == 0
    by_run = json.loads(capsys.readouterr().out)
    script = exported(path, tmp_path)
    by_script = called(
        sys.executable, str(script), *script_words(inputs), *options, "--db", str(tmp_path / "script.db")
    )
    in_the_window, by_window = in_window(window, qtbot, path, said, typed(inputs))
    ways = {"script": (tmp_path / "script.db", by_script), "window": (in_the_window, by_window)}
    if settings.stays:
        assert types_that_stay(Graph.load(path)) == set(settings.stays)
    else:
        alone = standing_alone(path, tmp_path, said, tmp_path / "alone.db")
        ways["alone"] = (tmp_path / "alone.db", called(bare, *alone, *script_words(inputs)))

    expected = list(outline(tmp_path / "run.db"))
    assert expected
    for way, (db, told) in ways.items():
        assert list(outline(db)) == expected
        left_out = ("run", "duration_s", *(("alarms",) if way == "alone" else ()))  # nobody watches a script alone
        assert {k: v for k, v in told.items() if k not in left_out} == {
            k: v for k, v in by_run.items() if k not in left_out
        }


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("two sentences", "three sentences"),  # what is asked
        ('{initial: ""}', "{initial: vague}"),
        ("max_ticks: 6", "max_ticks: 1"),  # how many ticks there are
        ("studio.reply", "studio.other"),  # what is answered
    ],
    ids=["prompt", "first value", "ticks", "reply"],
)
def test_a_difference_is_seen(text: str, changed: str, tmp_path: Path) -> None:
    """The control: the outlines of two runs differ where the graph, or one answer, does."""
    graph = Graph.load(next(one for one in bundled_graphs() if one.stem == "critic_loop"))
    whole = graph.to_text()
    replies = '{"node": "writer", "reply": "studio.reply"}\n' * 2 + '"vague"\n"good"\n'
    assert text in whole + replies
    outlines = []
    for number, new in enumerate((text, changed)):
        (tmp_path / "replies.jsonl").write_text(replies.replace(text, new))
        db = tmp_path / f"{number}.db"
        made = Graph.from_text(whole.replace(text, new))
        run_graph(made, model=f"scripted:{tmp_path / 'replies.jsonl'}", db=db)
        outlines.append(list(outline(db)))

    assert outlines[0] != outlines[1]
