"""A run that holds each kind of row and each form of payload, and all that can be read of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.trace import Trace, open_run
from studio.trace.runlog import FileRunLog
from tests.trace.declaring import declare
from tests.trace.runs import put_firings, start_of

LONG = b'{"text":"' + b"long value " * 30 + b'"}'


def everything(db: Path, run: str, *, finish: bool = True, **facts: Any) -> FileRunLog:
    """Record a run that holds each kind of row and each form of payload."""
    log = open_run(db, start_of(run, options={"long": "o" * 300}, inputs={"topic": LONG}, **facts))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    declare(log, 2, "ask", "toy.ask", 2, 1, 0)
    image = log.blob(b"\x89PNG" + run.encode(), "image/png")
    held = b'{"picture":{"$blob":"%s","type":"image/png","size":9},"more":"%s"}' % (image.encode(), b"m" * 80)
    put_firings(log, 5)
    log.firing(6, 6, 1, "a0", 0, 0, 0, "", 0, 1, 1, {"value": [5, "value"]}, {"long": LONG, "image": held}, 1)
    log.firing(7, 7, 1, "a1", 0, 0, 2, "nothing came", 0, 1, 1, {}, {}, 1, {"value": "because"})
    log.open_firing(8, 2, "a1", 0, 0, 1)
    messages = [
        {"role": "system", "content": f"be brief, {run}"},
        {"role": "user", "content": "shared question about tides"},
        {"role": "assistant", "content": "see", "name": "helper"},
        {"role": "user", "content": [{"type": "image", "image": {"$blob": image}}]},
    ]
    log.effect_intent(8, 1, "chat", "m", {"model": "m", "messages": messages}, 1, 1)
    log.effect_result(
        8, 1, "ok", {"text": f"tides of {run}", "raw": f"raw of {run} " * 40}, "", 1, 3, 4, 0.5, "stop", 0.25
    )
    log.effect_intent(8, 2, "complete", "m", {"model": "m", "prompt": "once upon"}, 1, 1)
    log.effect_result(8, 2, "ok", {"text": "a time"}, "", 1, 3, 4, None, "stop", None, 1)
    log.effect_intent(8, 3, "tool", "t", {"long": "q" * 400}, 1, 1)
    log.effect_result(8, 3, "error", None, "no such tool", 1, None, None, None, "", None)
    log.effect_intent(0, 1, "random", "seed", {}, 1, 1)
    log.store_op(8, 1, "notes", "put", {"key": "k" * 300}, b'"old"')
    log.alarm(8, "limit", "nearly there", {"at": 9}, 1)
    log.reading(8, 2, 5, "write", b'{"salient":["%s"]}' % (b"k" * 300))
    log.effect_intent(8, 4, "tool", "half \ud800", {}, 1, 1)
    if finish:
        log.firing(8, 8, 2, "a1", 0, 0, 0, "", 0, 1, 1, {}, {"text": b'"x"'}, 1)
        log.finish("ok", "quiet", None, {"result": LONG}, {"firings": 8, "calls": 2, "cost_usd": 0.5}, 2)
    log.flush()
    return log


def read(db: Path, run: str) -> dict[str, Any]:
    """Return all that can be read of a run."""
    with Trace(db) as trace:
        firings = list(trace.firings(run))
        views = {
            name: trace.sql(f"SELECT * FROM {name} WHERE run = ? ORDER BY 1, 2, 3", (run,)).rows
            for name in ("firing", "effect", "prompt", "store_op", "alarm", "reading", "flaw")
        }
        return {
            "run": trace.run(run),
            "row": trace.sql("SELECT * FROM run WHERE id = ?", (run,)).rows,
            "graph": trace.graph_text(run),
            "firings": firings,
            "outputs": [trace.outputs(firing) for firing in firings],
            "inputs": trace.decoded(trace.run(run).inputs),
            "effects": list(trace.effects(run)),
            "prompts": list(trace.prompts(run)),
            "stores": list(trace.store_ops(run)),
            "alarms": list(trace.alarms(run)),
            "readings": list(trace.readings(run)),
            "outline": list(trace.outline(run)),
            "found": trace.search("tides", run),
            "views": views,
        }
