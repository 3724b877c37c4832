"""Runs as JSON Lines."""

from __future__ import annotations

import base64
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from studio.export.records.jsonl import run_lines
from studio.support.resources import bundled_graphs
from studio.support.values import Blob
from studio.trace import Trace, open_run
from tests.export.records.played import WORKERS, WORKERS_REPLIES, played
from tests.support.everyday import for_examples
from tests.trace.declaring import declare
from tests.trace.runs import put_firings, start_of

KINDS = ("run", "firing", "effect", "store_op", "blob", "alarm", "end")

PICTURE = """\
studio: 1
name: picture
nodes:
  image: {type: flow.input, kind: file}
  out: {type: flow.output}
edges:
  - image.value -> out.value
"""


def lines_of(trace: Trace, *runs: str, **more: bool) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(run_lines(trace, runs, **more)).splitlines()]


def test_a_run_is_told_from_head_to_end_in_the_order_of_steps(tmp_path: Path) -> None:
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")

    lines = lines_of(trace, run)

    assert (lines[0]["record"], lines[-1]["record"]) == ("run", "end")
    assert {line["run"] for line in lines} == {run}
    assert {line["record"] for line in lines} <= set(KINDS)
    firings = [line for line in lines if line["record"] == "firing"]
    assert [line["seq"] for line in firings] == list(range(1, len(firings) + 1))
    assert lines[0]["graph"] == "workers"
    assert lines[0]["graph_text"] == trace.graph_text(run)
    assert lines[-1]["status"] == "ok"
    assert lines[-1]["outputs"] == {"out": ["uno", "dos", "tres"]}
    trace.close()


def test_what_a_firing_did_follows_it(tmp_path: Path) -> None:
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")

    last = 0
    counted = {"effect": 0, "store_op": 0}
    for line in lines_of(trace, run):
        if line["record"] == "firing":
            last = line["id"]
        elif line["record"] in counted:
            assert line["firing"] == last
            counted[line["record"]] += 1
    assert counted == {"effect": 4, "store_op": 1}
    trace.close()


def test_large_values_stand_in_full(tmp_path: Path) -> None:
    words = ["w" * 500]
    trace, run = played(WORKERS, [{"node": "work/0/say", "reply": "x" * 5_000}], tmp_path / "t.db", {"words": words})

    lines = lines_of(trace, run)

    said = next(line for line in lines if line["record"] == "firing" and line["node"] == "work/0/say")
    assert said["outputs"] == {"text": "x" * 5_000}
    assert lines[0]["inputs"] == {"words": words}
    assert "$ref" not in json.dumps(lines)
    trace.close()


def test_skips_and_failures_say_why(tmp_path: Path) -> None:
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")

    by_node = {line["node"]: line for line in lines_of(trace, run) if line["record"] == "firing"}

    assert by_node["broken"]["status"] == "error"
    assert "divides by zero" in by_node["broken"]["reason"]
    assert by_node["none"]["status"] == "skipped"
    assert by_node["none"]["reason"]
    trace.close()


def test_files_are_hashes_or_one_line_each_with_their_bytes(tmp_path: Path) -> None:
    data = bytes(range(256))
    trace, run = played(PICTURE, [], tmp_path / "t.db", {"image": Blob(data, "image/png")})

    bare = lines_of(trace, run)
    whole = lines_of(trace, run, blobs=True)

    assert "blob" not in {line["record"] for line in bare}
    blobs = [line for line in whole if line["record"] == "blob"]
    assert len(blobs) == 1
    assert base64.b64decode(blobs[0]["base64"]) == data
    first_use = next(at for at, line in enumerate(whole) if blobs[0]["hash"] in json.dumps(line.get("inputs")))
    assert whole.index(blobs[0]) < first_use
    assert [line for line in whole if line["record"] != "blob"] == bare
    trace.close()


def test_a_file_that_the_record_has_lost_is_told_and_ends_nothing(tmp_path: Path) -> None:
    trace, run = played(PICTURE, [], tmp_path / "t.db", {"image": {"$blob": "0" * 40, "type": "image/png", "size": 3}})

    blob = next(line for line in lines_of(trace, run, blobs=True) if line["record"] == "blob")

    assert blob["problem"]
    assert "base64" not in blob
    trace.close()


@for_examples("path", [one for one in bundled_graphs() if one.with_suffix(".run.db").is_file()])
def test_every_example_can_be_read_again(path: Path) -> None:
    with Trace(path.with_suffix(".run.db")) as trace:
        lines = lines_of(trace, trace.run().id)

        outputs = {line["id"]: line["outputs"] for line in lines if line["record"] == "firing"}
        assert outputs == {firing.id: trace.outputs(firing) for firing in trace.firings()}


def test_the_documented_keys_are_the_keys(tmp_path: Path) -> None:
    """The table in the module's docstring is what others read."""
    from studio.export.records import jsonl

    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")

    told = (jsonl.__doc__ or "") + " `record` `run` `format`"
    for line in lines_of(trace, run):
        assert [key for key in line if f"`{key}`" not in told] == []
    trace.close()


def test_a_long_run_is_written_as_it_is_read(tmp_path: Path) -> None:
    """The control: held as a list, the same lines take many times the memory."""
    log = open_run(tmp_path / "t.db", start_of())
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    put_firings(log, 3_000)
    log.finish("ok", "quiet", None, {}, {"firings": 3_000}, time.time_ns())
    log.flush()

    def peak(use: Callable[[Iterator[bytes]], object]) -> int:
        with Trace(tmp_path / "t.db") as trace:
            for _ in run_lines(trace, [log.run_id]):  # what is loaded and prepared once is no part of it
                pass
            tracemalloc.start()
            try:
                use(run_lines(trace, [log.run_id]))
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    streamed = peak(lambda lines: sum(1 for _ in lines))
    held = peak(list)

    assert streamed < 1_000_000
    assert held > 1.5 * streamed
