"""`python -m tests.bench.heldout --set dev|heldout --out FILE`: many narrow modules against one prompt.

Runs `graphs/order_desk.yaml` and its one-prompt twin `graphs/order_desk_twin.yaml` over the same messages, with the
same embedded model, through the public `run()`, one run per message.  Scores every field and the whole record by the
rules in `graphs/data/order_desk/README.md` and says how far apart the two are, with paired 95 % intervals.

The set `heldout` was frozen before any model ran. It is for measuring a finished graph, never for mending one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from studio import Graph, run
from studio.models.catalog import Catalog
from studio.settings import Settings
from studio.support.values import hash_bytes
from tests.bench.machine import machine_facts, median
from tests.bench.paired import Difference, compare

DATA = Path("graphs/data/order_desk")
GRAPHS = {"graph": Path("graphs/order_desk.yaml"), "twin": Path("graphs/order_desk_twin.yaml")}
FIELDS = ("kind", "mood", "urgency", "product", "name", "city", "order_no", "quantity", "day", "contact")
MODEL = "embedded/smollm2-135m"
SETTINGS = {"slots": 12, "context": 2048, "threads": 1, "exact": True}
"""One slot per prompt beginning, so that it is read once and not for every message. Answers do not depend on it."""
SURE = 0.4
"""Confidence above which the graph's record goes out without a person looking at it."""


class Case(NamedTuple):
    """One message and the record a clerk would write."""

    id: str
    text: str
    want: Mapping[str, Any]


class Said(NamedTuple):
    """What one graph made of one message."""

    record: Mapping[str, Any]
    right: Mapping[str, bool]
    confidence: float | None
    calls: int
    tokens_in: int
    tokens_out: int
    seconds: float
    error: str

    @property
    def whole(self) -> bool:
        return all(self.right.values())


def is_right(field: str, said: Any, want: Any) -> bool:
    """Compare one field as the data's README says: letter case never counts, `#` before an order number neither.

    A product is right if one of the two is the end of the other, word by word.
    """
    a, b = " ".join(str("" if said is None else said).casefold().split()), str(want).casefold()
    if field == "order_no":
        a = a.lstrip("#")
    if field == "product" and a and b:
        return f" {a}".endswith(f" {b}") or f" {b}".endswith(f" {a}")
    return a == b


def cases(name: str) -> list[Case]:
    """Return the messages of a set."""
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Case(**json.loads(line)) for line in lines if line.strip()]


def ask(graph: Graph, case: Case, catalog: Catalog, db: Path) -> Said:
    """Run one graph on one message. A run that fails gives an empty record: every field of it counts as wrong."""
    result = run(graph, message=case.text, catalog=catalog, db=db, seed=0)
    found = result.outputs.get("record") if result.status == "ok" else None
    record = found if isinstance(found, dict) else {}
    return Said(
        record=record,
        right={field: field in record and is_right(field, record[field], case.want[field]) for field in FIELDS},
        confidence=result.outputs.get("confidence"),
        calls=result.calls,
        tokens_in=result.tokens_in,
        tokens_out=result.tokens_out,
        seconds=result.duration_s,
        error=str((result.error or {}).get("message", "")),
    )


def measure(name: str, limit: int | None = None) -> dict[str, list[Said]]:
    """Run both graphs over a set, message by message in turn, so that a busy spell of the machine hits both."""
    chosen = cases(name)[:limit]
    settings = Settings({"models": dict(SETTINGS)})
    graphs = {side: Graph.load(path) for side, path in GRAPHS.items()}
    said: dict[str, list[Said]] = {side: [] for side in graphs}
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        for number, case in enumerate(chosen, 1):
            for side, graph in graphs.items():
                catalog = Catalog(settings, model=MODEL, embedder="embedded")
                said[side].append(ask(graph, case, catalog, Path(scratch) / "runs.db"))
            passed = time.monotonic() - begin
            print(
                f"\r{number}/{len(chosen)}  {passed / number:.1f} s a message, "
                f"{passed / number * (len(chosen) - number) / 60:.1f} min left  ",
                end="",
                file=sys.stderr,
                flush=True,
            )
    print(file=sys.stderr)
    return said


def differences(said: Mapping[str, Sequence[Said]]) -> dict[str, Difference]:
    """Return graph minus twin for whole records, for all fields together, and for each field."""
    graph, twin = said["graph"], said["twin"]
    rows: dict[str, tuple[list[float], list[float]]] = {
        "whole record": ([float(one.whole) for one in graph], [float(one.whole) for one in twin]),
        "fields": (
            [sum(one.right.values()) / len(FIELDS) for one in graph],
            [sum(one.right.values()) / len(FIELDS) for one in twin],
        ),
    }
    for field in FIELDS:
        rows[field] = ([float(one.right[field]) for one in graph], [float(one.right[field]) for one in twin])
    return {name: compare(a, b) for name, (a, b) in rows.items()}


def costs(said: Sequence[Said]) -> dict[str, float]:
    """Return what a record costs: means, and of the time the median too, which one slow spell does not move."""
    count = max(1, len(said))
    return {
        "calls": round(sum(one.calls for one in said) / count, 1),
        "tokens_in": round(sum(one.tokens_in for one in said) / count),
        "tokens_out": round(sum(one.tokens_out for one in said) / count),
        "seconds_mean": round(sum(one.seconds for one in said) / count, 2),
        "seconds_median": round(median([one.seconds for one in said]), 2),
    }


def sure_part(said: Sequence[Said]) -> dict[str, Any]:
    """Return how many records go out unseen (confidence above `SURE`), and how many of them are right."""
    sure = [one for one in said if one.confidence is not None and one.confidence > SURE]
    return {
        "above": SURE,
        "records": len(sure),
        "whole_right": sum(one.whole for one in sure),
        "kind_right": sum(one.right["kind"] for one in sure),
    }


def report(name: str, said: Mapping[str, Sequence[Said]]) -> dict[str, Any]:
    """Return everything that was measured, case by case, so that it can be reckoned again without a model."""
    chosen = cases(name)[: len(said["graph"])]
    return {
        "set": name,
        "messages": len(chosen),
        "model": MODEL,
        "settings": SETTINGS,
        "files": {side: hash_bytes(path.read_bytes()) for side, path in GRAPHS.items()},
        "differences": {key: one.to_json() for key, one in differences(said).items()},
        "costs": {side: costs(many) for side, many in said.items()},
        "sure": sure_part(said["graph"]),
        "failed": {side: [one.error for one in many if one.error] for side, many in said.items()},
        "cases": [
            {
                "id": case.id,
                **{
                    side: {
                        "record": dict(said[side][at].record),
                        "wrong": [field for field in FIELDS if not said[side][at].right[field]],
                        "confidence": said[side][at].confidence,
                        "seconds": round(said[side][at].seconds, 2),
                    }
                    for side in said
                },
            }
            for at, case in enumerate(chosen)
        ],
    }


def table(found: Mapping[str, Any]) -> str:
    """Return the result as a table for people."""
    count = found["messages"]
    lines = [f"{found['set']}: {count} messages, {found['model']}", ""]
    lines.append(f"{'':14}{'graph':>8}{'twin':>8}   graph - twin, 95 % interval     one-sided cases")
    for name, one in found["differences"].items():
        scale = count * (len(FIELDS) if name == "fields" else 1)
        lines.append(
            f"{name:14}{one['first'] * scale:8.0f}{one['second'] * scale:8.0f}   {one['difference']:+.3f}"
            f"  [{one['low']:+.3f}, {one['high']:+.3f}]"
            + (f"     {one['only_first']} : {one['only_second']}  p = {one['p']:.2g}" if one["p"] is not None else "")
        )
    lines.append("")
    for side, cost in found["costs"].items():
        lines.append(
            f"{side:6} a record: {cost['calls']} calls, {cost['tokens_in']} tokens in, {cost['tokens_out']} out, "
            f"{cost['seconds_median']} s (median; mean {cost['seconds_mean']} s)"
        )
    sure = found["sure"]
    lines.append(
        f"graph, confidence above {sure['above']}: {sure['records']} of {count} records, "
        f"{sure['whole_right']} of them wholly right, {sure['kind_right']} with the right kind"
    )
    lines += [f"{side} failed: {error}" for side, errors in found["failed"].items() for error in errors]
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table, write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=("dev", "heldout"), default="dev", help="which messages")
    parser.add_argument("--limit", type=int, help="only the first so many messages")
    parser.add_argument("--out", type=Path, help="where to write the report as JSON")
    args = parser.parse_args()
    before = machine_facts()
    found = report(args.set, measure(args.set, args.limit))
    print(table(found))
    if args.out:
        whole = {"bench": "heldout", "machine": before, "finished": machine_facts()["at"], "results": found}
        args.out.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"written: {args.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
