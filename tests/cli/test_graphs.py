"""Commands about graphs: lint, fmt, nodes, examples, models, config, graph --svg."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from studio.cli.commands import examples as examples_command
from studio.cli.commands import fmt as fmt_command
from studio.cli.output import Output
from studio.graph import Graph, reading
from studio.spec import default_registry
from studio.support import resources
from tests.cli.conftest import Cli
from tests.support.graphs import CRITIC_LOOP as CRITIC


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of bundled graphs with one example in it."""
    folder = tmp_path / "graphs"
    folder.mkdir()
    (folder / "critic_loop.yaml").write_text(CRITIC)
    (folder / "critic_loop.md").write_text("# Critic loop\n\nA writer and a critic.\n")
    monkeypatch.setattr(resources, "resource_root", lambda name: folder)
    return folder


def test_lint_finds_nothing_in_a_good_graph(cli: Cli, critic: Path) -> None:
    told = cli("lint", critic, "--errors")

    assert told.code == 0
    assert "nothing found" in told.err


def test_lint_names_file_line_and_code(cli: Cli, critic: Path) -> None:
    critic.write_text(CRITIC.replace("critic.label -> route.value", "critic.lable -> route.value"))
    told = cli("lint", critic, "--errors")

    assert told.code == 4
    assert f"{critic}:19: error" in told.out
    assert "[edge_port]" in told.out

    found = cli("lint", critic, "--errors", "--json").json
    assert [(one["code"], one["line"]) for one in found if one["code"] == "edge_port"] == [("edge_port", 19)]


@pytest.mark.parametrize("fault", ["flow.swich", "flow.switch, cases: 3", "flow.switch, cases: [x], bogus: 1"])
def test_what_keeps_a_graph_from_running_is_an_error_and_what_does_not_is_none(
    cli: Cli, tmp_path: Path, fault: str
) -> None:
    """As the help of `lint` promises: whoever asks for errors only may run what has none."""
    path = tmp_path / "graph.yaml"
    graph = "nodes:\n  word: {type: flow.input, value: x}\n  way: {type: FAULT}\nedges:\n  - word.value -> way.value\n"
    path.write_text(graph.replace("FAULT", fault))
    assert (cli("lint", "--errors", path).code, cli("run", path).code) == (4, 2)

    path.write_text(graph.replace("FAULT", "flow.switch, cases: [x]"))
    assert (cli("lint", path).code, cli("lint", "--errors", path).code, cli("run", path).code) == (4, 0, 0)


def test_lint_names_what_is_loose_and_scores_it(cli: Cli, critic: Path) -> None:
    told = cli("lint", critic)

    assert told.code == 4
    assert "[loose_function]" in told.out
    assert "warning" in told.err
    scores = {one["node"]: one for one in cli("lint", critic, "--scores", "--json").json}
    assert set(scores) == {"writer", "critic"}
    assert scores["critic"]["score"] > scores["writer"]["score"]
    assert scores["writer"]["missing"]
    assert "writer" in cli("lint", critic, "--scores").out


def test_lint_explains_a_code(cli: Cli) -> None:
    assert "Nodes wait for each other" in cli("lint", "--explain", "cycle").out
    assert "Did you mean `cycle`?" in cli("lint", "--explain", "cycel").err


def test_fmt_rewrites_once_and_then_leaves_alone(cli: Cli, critic: Path) -> None:
    untidy = CRITIC.replace("max_ticks: 6\n", "").replace("nodes:", "max_ticks:   6\nnodes:")
    critic.write_text(untidy)
    assert cli("fmt", "--check", critic).code == 4
    assert critic.read_text() == untidy

    assert cli("fmt", critic).code == 0
    first = critic.read_text()
    assert first == CRITIC
    assert Graph.from_text(first) == Graph.from_text(CRITIC)
    assert cli("fmt", critic).err == ""
    assert critic.read_text() == first
    assert cli("fmt", "--check", critic).code == 0


def test_fmt_reads_and_writes_standard_streams(cli: Cli) -> None:
    told = cli("fmt", "-", stdin=CRITIC)

    assert told.code == 0
    assert told.out == Graph.from_text(CRITIC).to_text()
    assert fmt_command.EXAMPLES


def test_nodes_lists_every_type(cli: Cli) -> None:
    told = cli("nodes")

    for cls in default_registry().all_types():
        assert f" {cls.spec.type} " in told.out
        assert cls.spec.summary.split(".")[0] in told.out


def test_nodes_explains_each_type(cli: Cli) -> None:
    for cls in default_registry().all_types():
        name = cls.spec.type
        told = cli("nodes", name)

        assert told.code == 0, name
        for field in cls.Params.fields().values():
            assert f"  {field.name}" in told.out, name
        shown = " ".join(told.out.split())
        assert all(" ".join(words.split()) in shown for words in (cls.spec.library, cls.spec.limits)), name
        described = cli("nodes", name, "--json").json
        said = (described["type"], described["library"], described["limits"])
        assert said == (name, cls.spec.library, cls.spec.limits)
        assert [param["name"] for param in described["params"]] == list(cls.Params.fields()), name


def test_nodes_names_the_nearest_type(cli: Cli) -> None:
    told = cli("nodes", "llm.funktion")

    assert told.code == 2
    assert "Did you mean `llm.function`?" in told.err


def test_examples_are_listed_explained_and_copied(cli: Cli, bundled: Path, tmp_path: Path) -> None:
    assert "critic_loop  Write, criticise" in cli("examples").out
    assert "A writer and a critic." in cli("examples", "critic_loop").out
    assert [one["name"] for one in cli("examples", "--json").json] == ["critic_loop"]

    copy = tmp_path / "mine.yaml"
    assert cli("examples", "critic_loop", "--copy", copy).code == 0
    assert copy.read_text() == CRITIC
    told = cli("examples", "critic_loop", "--copy", copy)
    assert told.code == 2
    assert "There is a file of this name already" in told.err
    assert examples_command.EXAMPLES


def test_an_example_tells_what_its_inputs_take(cli: Cli, bundled: Path) -> None:
    text = CRITIC.replace("nodes:\n", "nodes:\n  mode: {type: flow.input, choices: [fast, exact]}\n", 1)
    (bundled / "critic_loop.yaml").write_text(text, encoding="utf-8")

    shown = " ".join(cli("examples", "critic_loop").out.split())
    described = cli("examples", "critic_loop", "--json").json["inputs"]

    assert "input takes default mode fast or exact must be given" in shown
    assert {"name": "mode", "type": "any", "help": "", "choices": ["fast", "exact"]} in described


def test_each_example_is_read_once_for_its_facts_and_its_picture(
    cli: Cli, bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    real = reading.load_graph

    def counted(path: Path) -> Graph:
        loaded.append(path.name)
        return real(path)

    monkeypatch.setattr(reading, "load_graph", counted)
    monkeypatch.setattr(Output, "columns", property(lambda out: 100))
    monkeypatch.setattr(Output, "takes_unicode", property(lambda out: True))
    (bundled / "other.yaml").write_text(CRITIC)

    told = cli("examples")
    assert told.out.count("\u283f\u283f") >= 2, "pictures are shown"
    assert "modules" in told.out
    assert sorted(loaded) == ["critic_loop.yaml", "other.yaml"]
    loaded.clear()
    assert "\u28ff" in cli("examples", "other").out, "a larger one"
    assert loaded == ["other.yaml"]
    Graph.load(bundled / "other.yaml")
    assert loaded == ["other.yaml"] * 2, "control: a second reading is counted"


def test_an_example_is_run_by_its_name(cli: Cli, bundled: Path, script: str) -> None:
    for name in ("critic_loop", "examples/critic_loop"):
        assert cli("run", name, "--model", script).code == 0
    told = cli("run", "critic_lop")
    assert told.code == 2
    assert "Did you mean the example `critic_loop`?" in told.err


def test_models_says_what_is_missing_and_how_to_get_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_MODEL", "embedded/nothing.gguf")
    told = cli("models")

    assert told.code == 5
    (line,) = [line for line in told.out.splitlines() if line.startswith("embedded/nothing.gguf")]
    assert "missing" in line
    assert "does not exist. Check the path." in line


def test_models_shows_names_of_keys_and_never_a_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-1234567890")
    told = cli("models")

    assert "OPENAI_API_KEY" in told.out
    assert "secret" not in told.out + told.err


def test_settings_are_listed_changed_and_reset(cli: Cli) -> None:
    assert "models.default" in cli("config").out
    assert cli("config", "limits.calls", "12").code == 0
    assert cli("config", "limits.calls", "--json").json["value"] == 12
    assert cli("config", "limits.calls", "--reset").code == 0
    assert cli("config", "limits.calls", "--json").json["origin"] == "default"
    assert cli("config", "limits.calls", "many").code == 2


def test_a_graph_is_drawn(cli: Cli, critic: Path, tmp_path: Path) -> None:
    target = tmp_path / "critic.svg"

    assert cli("graph", critic, "--svg", target).code == 0
    root = ElementTree.parse(target).getroot()
    assert root.tag.endswith("svg")
    assert cli("graph", critic, "--svg", "-").out == target.read_text()
    assert cli("graph", critic).code == 2
    assert cli("graph", critic, "--svg", tmp_path / "no" / "folder.svg").code == 5
