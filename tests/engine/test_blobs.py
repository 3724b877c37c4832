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
