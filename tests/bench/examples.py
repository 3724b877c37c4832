"""`python -m tests.bench.examples [NAME…] [--data dev|demo] [--out FILE]`: how often the example graphs are right.

Runs each graph on the data that ships with it and compares its decisions with the labels beside the data.  `dev` is
what wordings and thresholds were chosen on, `demo` is what the example shows when it is run as it is.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from studio import Trace, run
from studio.support.resources import resource_root
from tests.bench.machine import write_report

Row = Mapping[str, Any]
Score = dict[str, tuple[int, int]]
"""What was looked at → how many were right, of how many."""


class Example(NamedTuple):
    """Where an example's data and labels lie, in the folder of graphs, and how its rows are scored against them."""

    data: dict[str, tuple[str, str]]
    rows: str
    score: Callable[[Sequence[Row], Sequence[Row]], Score]
    asked: str = ""
    """An input that is given one column of the labels, a line for each; "" if the folder says all."""
    column: str = ""


def share(found: Sequence[Any]) -> tuple[int, int]:
    """Return how many are true, of how many."""
    return sum(map(bool, found)), len(found)


def same_product(a: str, b: str) -> bool:
    """True if one is the word-wise end of the other: `kayak` says no less than `red kayak`."""
    left, right = a.lower().split(), b.lower().split()
    shorter = min(len(left), len(right))
    return bool(shorter) and left[-shorter:] == right[-shorter:]


def score_mails(rows: Sequence[Row], labels: Sequence[Row]) -> Score:
    """Score the four decisions about each mail, and what stands in the drafted replies."""
    known = {label["file"]: label for label in labels}
    checks = []
    for row in rows:
        label = known[row["mail"]]
        right = {name: str(row.get(name, "")) == label[name] for name in ("department", "mood", "sender")}
        right["product"] = same_product(str(row.get("product", "")), label["product"])
        checks.append((right, row["next"] == "reply drafted"))
    score = {name: share([right[name] for right, _ in checks]) for name in ("department", "mood", "sender", "product")}
    drafted = [right for right, sure in checks if sure]
    score["mails with a drafted reply"] = (len(drafted), len(rows))
    score |= {
        f"{name}, of those drafted": share([right[name] for right in drafted]) for name in score if name in drafted[0]
    }
    score["drafted replies right in all four"] = share([all(right.values()) for right in drafted])
    return score


def score_sentences(rows: Sequence[Row], labels: Sequence[Row]) -> Score:
    """Score aspect and mood of each sentence, and of the sure ones."""
    moods = {"good": "praise", "bad": "complaint"}
    checks = []
    for row, label in zip(rows, labels, strict=True):
        assert row["sentence"] == label["sentence"], (row, label)
        checks.append((row["aspect"] == label["aspect"], row["mood"] == moods[label["mood"]], row["confidence"] > 0.7))
    sure = [check for check in checks if check[2]]
    return {
        "aspect": share([aspect for aspect, _, _ in checks]),
        "mood": share([mood for _, mood, _ in checks]),
        "sentences sorted": (len(sure), len(checks)),
        "mood, of those sorted": share([mood for _, mood, _ in sure]),
        "both, of those sorted": share([aspect and mood for aspect, mood, _ in sure]),
    }


def score_messages(rows: Sequence[Row], labels: Sequence[Row]) -> Score:
    """Score the module chosen for each message, and the answers of the two modules that have one right answer."""
    modules = {"calculator": "math", "reminder": "alarm", "library": "library", "smalltalk": "chat"}
    checks = [(row, label, row["module"] == modules[label["module"]]) for row, label in zip(rows, labels, strict=True)]
    answered = [check for check in checks if check[0]["module"] != "person"]
    return {
        "messages answered": (len(answered), len(rows)),
        "module, of those answered": share([right for _, _, right in answered]),
        "sums right, of those reckoned": share(
            [row["answer"] == label["detail"] for row, label, right in answered if right and row["module"] == "math"]
        ),
        "tasks right, of those reminded of": share(
            [label["detail"] in row["answer"] for row, label, right in answered if right and row["module"] == "alarm"]
        ),
    }


def score_answers(rows: Sequence[Row], labels: Sequence[Row]) -> Score:
    """Score answers against the words they must hold (or be part of), the file they cite, and what is left unanswered.

    A label without an answer is a question that the notes do not answer.
    """

    def right(row: Row, label: Row) -> bool:
        said, wanted = row["answer"].lower(), label["answer"].lower()
        return row["source"] == label["source"] and (wanted in said or said in wanted)

    pairs = list(zip(rows, labels, strict=True))
    assert [row["question"] for row in rows] == [label["question"] for label in labels]
    there = [pair for pair in pairs if pair[1]["answer"]]
    answered = [pair for pair in pairs if pair[0]["source"]]
    return {
        "questions answered": (len(answered), len(pairs)),
        "in the notes: right, with its source": share([right(*pair) for pair in there]),
        "in the notes: source right": share([row["source"] == label["source"] for row, label in there]),
        "in the notes: left unanswered": share([not row["source"] for row, _ in there]),
        "not in the notes: said so": share([not row["source"] for row, label in pairs if not label["answer"]]),
        "right, of those answered": share([bool(label["answer"]) and right(row, label) for row, label in answered]),
    }


EXAMPLES = {
    "ask_the_notes": Example(
        {side: (f"data/ask_the_notes/{side}", f"data/ask_the_notes/{side}/labels.csv") for side in ("demo", "dev")},
        "table",
        score_answers,
        asked="questions",
        column="question",
    ),
    "inbox_triage": Example(
        {
            "demo": ("data/inbox_triage/mails", "data/inbox_triage/labels.csv"),
            "dev": ("data/inbox_triage/dev_mails", "data/inbox_triage/dev_labels.csv"),
        },
        "rows",
        score_mails,
    ),
    "review_digest": Example(
        {side: (f"data/review_digest/{side}", f"data/review_digest/{side}/labels.csv") for side in ("demo", "dev")},
        "rows",
        score_sentences,
    ),
    "chat_router": Example(
        {side: (f"data/chat_router/{side}", f"data/chat_router/{side}/labels.csv") for side in ("demo", "dev")},
        "rows",
        score_messages,
    ),
}


def rows_of(trace: Trace, run_id: str, node: str) -> list[Row]:
    """Return the rows that a node of a recorded run gave."""
    firing = next(firing for firing in trace.firings(run_id) if firing.node == node)
    outputs = trace.outputs(firing)
    rows: list[Row] = outputs["value"] if "value" in outputs else outputs["rows"]
    return rows


def scored(name: str, trace: Trace, run_id: str, side: str = "demo") -> Score:
    """Score a recorded run of an example against the labels of its data."""
    example = EXAMPLES[name]
    return example.score(rows_of(trace, run_id, example.rows), labels_of(name, side))


def labels_of(name: str, side: str) -> list[Row]:
    """Return the labels of one side of an example's data."""
    with (resource_root("graphs") / EXAMPLES[name].data[side][1]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measure(name: str, side: str, model: str | None, db: Path) -> dict[str, Any]:
    """Run an example on one side of its data and return its score, calls and seconds."""
    root = resource_root("graphs")
    example = EXAMPLES[name]
    inputs = {"folder": example.data[side][0]}
    if example.asked:
        inputs[example.asked] = "\n".join(label[example.column] for label in labels_of(name, side))
    result = run(root / f"{name}.yaml", inputs, model=model, db=db)
    if result.status != "ok":
        raise SystemExit(f"{name} on {side}: {result.status}: {result.error}")
    with Trace(db) as trace:
        score = scored(name, trace, result.run_id, side)
    return {"graph": name, "data": side, "right": {what: list(pair) for what, pair in score.items()},
            "calls": result.calls, "tokens": result.tokens_in + result.tokens_out,
            "seconds": round(result.duration_s, 1)}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"examples (default: {', '.join(EXAMPLES)})")
    parser.add_argument("--data", choices=("demo", "dev"), action="append", help="which data (default: both)")
    parser.add_argument("--model", help="use this model for every role")
    parser.add_argument("--out", metavar="FILE", help="write the numbers as JSON")
    args = parser.parse_args()
    unknown = [name for name in args.names if name not in EXAMPLES]
    if unknown:
        parser.error(f"there is no example with labels named {unknown[0]}; choose among {', '.join(EXAMPLES)}")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.names or EXAMPLES:
            for side in args.data or ("dev", "demo"):
                made = measure(name, side, args.model, Path(folder) / "runs.db")
                results.append(made)
                print(f"{name}, {side}: {made['calls']} calls, {made['tokens']:,} tokens, {made['seconds']} s")
                for what, (right, of) in made["right"].items():
                    print(f"  {what:<36}{right:>4} of {of}")
                sys.stdout.flush()
    if args.out:
        write_report(args.out, "examples", results)


if __name__ == "__main__":
    main()
