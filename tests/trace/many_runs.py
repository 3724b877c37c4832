"""Many runs in a file at once, for tests of lists: their headers, footers and notes, without firings."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.support.values import content_hash, encode
from studio.trace.sqlite import sqlite3

START_NS = 1_790_000_000_000_000_000
"""When the first of them began."""

GRAPHS = ("critic_loop", "inbox_triage", "Étude", "a\tb", "")
MODELS = ("openai/gpt-4o-mini", "embedded/smollm2-135m", "scripted:replies.jsonl")
CLASSES = ("settles", "circles <b>", None, "settles", None)
WORDS = ("tide pools", 'a "quoted" word', "ÉCLAIR", "line\nbreak", "100%", "under_score", "猫", "x" * 90)


@dataclass(slots=True)
class Fact:
    """One run, as it is written."""

    id: str
    graph: str = "toy"
    file: str = "toy.yaml"
    status: str | None = "ok"
    ended: str = "quiet"
    error: Any = None
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    started_at: int = START_NS
    took_ns: int = 1_000_000_000
    totals: dict[str, Any] = field(
        default_factory=lambda: {
            "firings": 1, "ticks": 1, "calls": 0, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0,
        }
    )  # fmt: skip
    models: tuple[str, ...] = ()
    parent: str | None = None
    fork_seq: int | None = None


def random_facts(count: int, seed: int) -> list[Fact]:
    """Return runs of every kind, some of which go on from others."""
    chance = random.Random(seed)
    made: list[Fact] = []
    for number in range(count):
        status = chance.choice(("ok", "ok", "failed", "paused", "aborted", None))
        parent = chance.choice(made) if made and chance.random() < 0.4 else None
        made.append(
            Fact(
                f"01RUN{number:05}{chance.randrange(1 << 20):05X}",
                chance.choice(GRAPHS),
                chance.choice(("graphs/a.yaml", "B.yaml", "")),
                status,
                chance.choice(("quiet", "stop", "limit:calls", "error")) if status else "",
                {"node": "n", "message": f"It broke: {chance.choice(WORDS)}"} if status == "failed" else None,
                {name: chance.choice(WORDS) for name in chance.sample(("topic", "text"), chance.randrange(3))},
                {"result": chance.choice((chance.choice(WORDS), [1, {"a": chance.choice(WORDS)}]))},
                START_NS + chance.randrange(0, 40) * 3_600_000_000_000,
                chance.randrange(0, 10**11),
                {
                    "firings": chance.randrange(1000), "ticks": 1, "calls": chance.randrange(20),
                    "tokens_in": chance.randrange(5000), "tokens_out": chance.randrange(500),
                    "cost_usd": chance.choice((None, 0.0, 0.004, 0.2, 3.0)), "class": CLASSES[number % len(CLASSES)],
                },
                tuple(chance.sample(MODELS, chance.randrange(3))),
                None if parent is None else parent.id,
                None if parent is None else chance.randrange(1, 50),
            )
        )  # fmt: skip
    return made


def put_runs(db: Path, facts: list[Fact]) -> None:
    """Write them into an up-to-date file, as a process that has ended would have left them."""
    connection = sqlite3.connect(str(db), isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("INSERT OR IGNORE INTO _process (id, pid, host, ended_at) VALUES (9, 1, 'h', 1)")
    blobs: dict[bytes, bytes] = {}
    notes: dict[str, int] = {}

    def stored(values: dict[str, Any]) -> str:
        kept = {}
        for name, value in values.items():
            data = encode(value)
            if len(data) < 64:
                kept[name] = value
            else:
                digest = content_hash(data)
                blobs[digest] = data
                kept[name] = {"$ref": digest.hex(), "size": len(data)}
        return encode(kept).decode()

    runs, ends, effects, answers = [], [], [], []
    for key, one in enumerate(facts, 1):
        runs.append(
            (key, one.id, 9, one.graph, one.file, "0" * 40, stored(one.inputs), "{}", one.parent, one.fork_seq,
             "none", one.started_at)
        )  # fmt: skip
        if one.status is not None:
            error = None if one.error is None else json.dumps(one.error, ensure_ascii=False)
            ends.append(
                (key, one.status, one.ended, error, stored(one.outputs), json.dumps(one.totals),
                 one.started_at + one.took_ns, 0, 0, 0)
            )  # fmt: skip
        for n, model in enumerate(one.models, 1):
            if model not in notes:
                data = encode({"name": model, "local": True, "context_tokens": 2048, "billable": False, "n": "x" * 40})
                made = connection.execute(
                    "INSERT INTO _blob (hash, type, size, data) VALUES (?, 'json', ?, ?)",
                    (content_hash(data), len(data), data),
                )
                notes[model] = int(made.lastrowid or 0)
            effects.append(((key << 32) + n, key << 32, n, "model", "default", 1))
            answers.append(((key << 32) + n, "ok", notes[model]))
    connection.executemany(f"INSERT INTO _run VALUES ({', '.join('?' * 12)})", runs)
    connection.executemany(f"INSERT INTO _run_end VALUES ({', '.join('?' * 10)})", ends)
    connection.executemany(
        "INSERT INTO _effect (id, firing, n, kind, name, attempt) VALUES (?, ?, ?, ?, ?, ?)", effects
    )
    connection.executemany("INSERT INTO _answer (id, status, response) VALUES (?, ?, ?)", answers)
    connection.executemany(
        "INSERT OR IGNORE INTO _blob (hash, type, size, data) VALUES (?, 'json', ?, ?)",
        [(digest, len(data), data) for digest, data in blobs.items()],
    )
    connection.execute("COMMIT")
    connection.close()
