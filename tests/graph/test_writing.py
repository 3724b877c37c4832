"""Writing graph files: one canonical text, nothing lost, readable by others, safe on the disk."""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.graph import Graph
from studio.graph.writing import STALE_S
from studio.support.errors import EnvironmentProblem, GraphError
from studio.support.values import encode
from tests.graph.strategies import KNOWN_TRAPS, graphs, values
from tests.support.thorough import draws

GOLDEN = Path(__file__).parent.parent / "golden" / "graphs"


def everything(graph: Graph) -> list[Any]:
    """Return all values of a graph, so that 1, 1.0 and true are told apart and order counts."""
    return [
        graph.extra,
        graph.layout,
        [[node.name, node.params, node.default] for node in graph.nodes.values()],
        [edge.initial for edge in graph.edges],
        [[store.name, store.params] for store in graph.stores.values()],
        [everything(inner) for inner in graph.graphs.values()],
    ]


@settings(max_examples=draws(12, 60), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_what_is_written_reads_back_the_same_and_is_written_the_same_again(graph: Graph) -> None:
    text = graph.to_text()
    read = Graph.from_text(text)

    assert read == graph
    assert encode(everything(read)) == encode(everything(graph))
    assert read.to_text() == text


@settings(max_examples=draws(24, 100), deadline=None, derandomize=True)
@given(values)
def test_readers_of_yaml_1_1_see_the_same_texts(value: Any) -> None:
    graph = Graph(extra={"value": value})

    assert yaml.safe_load(graph.to_text())["value"] == value


@pytest.mark.parametrize("text", KNOWN_TRAPS)
def test_each_known_trap_survives_as_value_key_and_list_entry(text: str) -> None:
    graph = Graph()
    graph.add("toy.add", "a", value=text, listed=[text, [text], {text: text}], mapped={text: {"deep": text}})

    assert Graph.from_text(graph.to_text()) == graph


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_canonical_file_stays_as_it_is(path: Path) -> None:
    assert Graph.load(path).to_text() == path.read_text()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.yaml.in")), ids=lambda path: path.name.split(".")[0])
def test_a_hand_written_file_becomes_its_canonical_form(path: Path) -> None:
    graph = Graph.from_text(path.read_text(), name=path.name)

    assert graph.to_text() == path.with_suffix("").read_text()


def test_short_nodes_stand_on_one_line_and_long_ones_as_blocks() -> None:
    graph = Graph("g")
    graph.add("toy.add", "short", bias=0.5, tags=["a", "b"])
    graph.add("toy.text", "prompt", template="Say it.\nTwice.\n")
    graph.add("toy.text", "long", template="some word " * 15)
    graph.add("toy.text", "folded", template=" ".join(["some word"] * 15))

    assert graph.to_text() == (
        "studio: 1\n"
        "name: g\n"
        "nodes:\n"
        "  short: {type: toy.add, bias: 0.5, tags: [a, b]}\n"
        "  prompt:\n"
        "    type: toy.text\n"
        "    template: |\n"
        "      Say it.\n"
        "      Twice.\n"
        "  long:\n"
        "    type: toy.text\n"
        f'    template: "{"some word " * 15}"\n'
        "  folded:\n"
        "    type: toy.text\n"
        "    template: >-\n"
        f"      {' '.join(['some word'] * 9)} some\n"
        f"      {' '.join(['word some'] * 5)} word\n"
    )


@settings(max_examples=draws(30, 150), deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(["a", "word", "#", "-", "x: y", "", "\t", "'", '"', "{b}", "longer-than-most"]), min_size=20
    )
)
def test_long_texts_of_one_line_are_folded_and_come_back_exactly(words: list[str]) -> None:
    graph = Graph(extra={"text": " ".join(words), "list": [" ".join(words[::-1])]})

    assert Graph.from_text(graph.to_text()).extra == graph.extra
    assert yaml.safe_load(graph.to_text())["text"] == graph.extra["text"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('say "it"', 'say "it"'), ('"it"', "'\"it\"'"), ("it's: so", '"it\'s: so"'), ('a: "b"', "'a: \"b\"'"),
        ("{x}\\d", "'{x}\\d'"), ('"it\'s"', "'\"it\'\'s\"'"), ('"\x00"', '"\\"\\0\\""'),
    ],
)  # fmt: skip
def test_the_quotes_are_those_that_need_fewer_escapes(text: str, written: str) -> None:
    assert f"value: {written}\n" in Graph(extra={"value": text}).to_text()


def test_a_graph_that_python_filled_with_impossible_values_is_refused() -> None:
    for value, words in [
        (float("nan"), "finite"), (2**70, "64 bits"), ("\ud800", "half a character"), (object(), "type object"),
        ({1: 2}, "not text"),
    ]:  # fmt: skip
        graph = Graph()
        graph.add("toy.add", "a", value=value)
        with pytest.raises(GraphError, match=words):
            graph.to_text()


def test_a_value_that_contains_itself_is_refused() -> None:
    circle: list[Any] = ["x" * 120]
    circle.append(circle)
    graph = Graph(extra={"circle": circle})

    with pytest.raises(GraphError, match="contains itself"):
        graph.to_text()


def test_equality_sees_the_order_of_nodes_and_edges_but_no_places_and_comments() -> None:
    one = Graph.from_text("# hello\nnodes:\n  a: {type: x}\n\n  b: {type: x}\n")
    two = Graph.from_text("nodes: {a: {type: x}, b: {type: x}}\n")
    other = Graph.from_text("nodes: {b: {type: x}, a: {type: x}}\n")

    assert one == two
    assert one != other
    assert one != "a graph"


# -- onto the disk ------------------------------------------------------------------------------


def sample() -> Graph:
    graph = Graph("sample")
    graph.add("toy.add", "a")
    return graph


def test_saving_writes_the_canonical_text_and_leaves_nothing_else(tmp_path: Path) -> None:
    graph = sample()
    graph.save(tmp_path / "sample.yaml")

    assert (tmp_path / "sample.yaml").read_text() == graph.to_text()
    assert [path.name for path in tmp_path.iterdir()] == ["sample.yaml"]
    assert graph.base == tmp_path


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX")
def test_saving_keeps_the_permissions_and_follows_links(tmp_path: Path) -> None:
    real = tmp_path / "real.yaml"
    sample().save(real)
    real.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(real)

    sample().save(link)

    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_leftovers_of_interrupted_saves_are_swept_but_not_those_of_others(tmp_path: Path) -> None:
    stale, fresh, other = (tmp_path / name for name in (".s.yaml.1.tmp", ".s.yaml.2.tmp", ".t.yaml.3.tmp"))
    for path in (stale, fresh, other):
        path.write_text("half a gr")
    for path in (stale, other):
        os.utime(path, (time.time() - STALE_S - 10,) * 2)

    sample().save(tmp_path / "s.yaml")

    assert sorted(path.name for path in tmp_path.iterdir()) == [".s.yaml.2.tmp", ".t.yaml.3.tmp", "s.yaml"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "read-only"),
        (errno.EIO, "cannot be saved"),
    ],
)
def test_a_failed_save_says_why_once_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    path = tmp_path / "sample.yaml"
    path.write_text("old")

    def fail(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(EnvironmentProblem, match=words) as caught:
        sample().save(path)

    assert caught.value.exit_code == 5
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["sample.yaml"]


def test_saving_into_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="there is no folder"):
        sample().save(tmp_path / "none" / "sample.yaml")


def test_a_graph_that_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "sample.yaml"
    path.write_text("old")
    graph = sample()
    graph.extra["bad"] = float("inf")

    with pytest.raises(GraphError, match="finite"):
        graph.save(path)
    assert path.read_text() == "old"
