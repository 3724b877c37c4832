"""Images, sounds and files: given as bytes, on wires a small value, in the trace once by their hash."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import Graph, Trace, run
from studio.spec import Fields, Node, Registry, RunContext, node, port
from studio.spec.registry import default_registry
from studio.support.errors import UsageError
from studio.support.values import Blob, Json
from studio.trace.writer import close_writer

PICTURE = b"\x89PNG" + bytes(range(256))


@node("toy.flip", category="Toys")
class Flip(Node):
    """Reads a picture and makes another."""

    class In(Fields):
        picture: Json = port(type="image")

    class Out(Fields):
        picture: Json = port(type="image")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(picture=ctx.put_blob(ctx.get_blob(inputs.picture)[::-1], "image/png"))


GRAPH = """
nodes:
  picture: {type: flow.input, kind: image}
  flip: {type: toy.flip}
  result: {type: flow.output}
edges:
  - picture.value -> flip.picture
  - flip.picture -> result.value
"""


@pytest.fixture
def registry() -> Registry:
    return Registry([Flip, *default_registry().all_types()])


def test_bytes_go_in_and_come_out_by_hash(tmp_path: Path, registry: Registry) -> None:
    db = tmp_path / "trace.db"

    result = run(Graph.from_text(GRAPH), db=db, registry=registry, picture=Blob(PICTURE, "image/png"))

    assert result.status == "ok", result.error
    given = result.outputs["result"]
    assert (given["type"], given["size"]) == ("image/png", len(PICTURE))
    with Trace(db) as trace:
        assert trace.blob(given["$blob"]) == PICTURE[::-1]
        assert trace.blob(Blob(PICTURE).value()["$blob"]) == PICTURE
    close_writer(db)


def test_a_text_is_no_picture(tmp_path: Path, registry: Registry) -> None:
    with pytest.raises(UsageError, match="takes image, but got text"):
        run(Graph.from_text(GRAPH), db=tmp_path / "trace.db", registry=registry, picture="a picture of a cat")


@pytest.mark.parametrize(
    "lookalike",
    [
        {"$blob": 3},
        {"$blob": "0" * 40},
        {"$blob": "0" * 40, "type": "image/png"},
        {"$blob": "0" * 40, "type": "image/png", "size": "9"},
        {"$blob": "0" * 40, "type": "image/png", "size": 9, "more": 1},
    ],
)
def test_data_with_a_key_like_ours_stays_data(tmp_path: Path, registry: Registry, lookalike: Json) -> None:
    """Section 12: only the whole form stands for a blob; nothing else that begins with `$` means anything."""
    db = tmp_path / "trace.db"

    with pytest.raises(UsageError, match="takes image, but got object"):
        run(Graph.from_text(GRAPH), db=db, registry=registry, picture=lookalike)
    plain = "nodes: {x: {type: flow.input}, result: {type: flow.output}}\nedges: [x.value -> result.value]\n"
    result = run(Graph.from_text(plain), db=db, x=lookalike)

    assert result.outputs == {"result": lookalike}
    with Trace(db) as trace:
        assert [trace.outputs(firing) for firing in trace.firings(node="x")] == [{"value": lookalike}]
    close_writer(db)


def test_control_the_whole_form_is_taken_for_a_blob(tmp_path: Path, registry: Registry) -> None:
    db = tmp_path / "trace.db"

    missing = run(Graph.from_text(GRAPH), db=db, registry=registry, picture=Blob(PICTURE[:9]).value())

    assert missing.error is not None
    assert "is missing" in missing.error["message"]
    close_writer(db)
