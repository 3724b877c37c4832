"""RepoCoder as a graph against a second writing of its fact sheet (section 5), on repositories made by chance."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.seeds import graph_of, play
from tests.support.thorough import thorough_but

WORDS = (
    "cart", "total", "percent", "amount", "rows", "owner", "build", "price", "first", "second", "max", "return", "def",
    "if", "for", "in", "x", "y",
)  # fmt: skip
Place = tuple[str, int, int]


class Task(NamedTuple):
    files: Mapping[str, str]
    file: str
    hole: int
    start: int
    window: int
    slices: int
    rounds: int
    room: int
    variant: str
    guard: bool
    replies: Sequence[str]


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text)


def some_line(chance: random.Random) -> str:
    if chance.random() < 0.15:
        return chance.choice(["", "   "])
    ends = ["", " = ", "(", ")", "."]
    return "    " * chance.randrange(3) + " ".join(
        chance.choice(WORDS) + chance.choice(ends) for _ in range(chance.randint(1, 6))
    )


def some_task(seed: int) -> Task:
    chance = random.Random(seed)
    files: dict[str, str] = {}
    for name in ("a.py", "b.py", "c.py"):
        lines = [some_line(chance) for _ in range(chance.randint(4, 40))]
        # Files that begin alike have windows that stand at several places.
        if files and chance.random() < 0.6:
            other = files["a.py"].splitlines()
            lines[0:0] = other[: chance.randint(0, len(other))]
        files[name] = "\n".join(lines) + chance.choice(["", "\n"])
    file = chance.choice(sorted(files))
    hole = chance.randrange(len(files[file].splitlines()))
    replies = ["\n".join(some_line(chance) for _ in range(chance.choice([0, 1, 1, 5]))) for _ in range(4)]
    return Task(
        files, file, hole, chance.choice([0, chance.randint(0, hole)]), chance.choice([3, 4, 5, 10, 20]),
        chance.choice([1, 2, 4, 20]), chance.randint(1, 4), chance.choice([30, 100, 200, 2_000]),
        chance.choice(["repocoder", "repocoder", "oracle", "overwritten"]), chance.random() < 0.7, replies,
    )  # fmt: skip


def windows(task: Task) -> dict[str, list[Place]]:
    step, half = max(1, task.window // task.slices), task.window // 2
    found: dict[str, list[Place]] = {}
    for name in sorted(task.files):
        lines = task.files[name].splitlines()
        for middle in range(0, len(lines), step):
            first, end = max(0, middle - half), min(len(lines), middle + task.window - half)
            found.setdefault("\n".join(lines[first:end]), []).append((name, first, end))
    return found


def block(task: Task, text: str, places: Sequence[Place], moved: bool) -> str:
    shown = text.splitlines()
    if moved:
        step = max(1, task.window // task.slices)
        for name, _, end in places:
            lines = task.files[name].splitlines()
            further = min(end + step, len(lines))
            if not (task.guard and name == task.file and further >= task.hole):
                shown = lines[max(0, further - task.window) : further]
                break
        else:
            return ""
    rule = "# " + "-" * 50
    head = ["# From this file:", *(f"# {name}" for name, _, _ in places), rule]
    return "\n".join([*head, *(f"# {line}" for line in shown), rule]) + "\n"


def expected(task: Task) -> list[tuple[list[tuple[float, list[Place]]], str]]:
    """Hits after the filter, and what the prompt says below its heading, for each round."""
    lines, half = task.files[task.file].splitlines(), task.window // 2
    code, start = "\n".join(lines[task.start : task.hole]), task.start
    spans = [found.span() for found in re.finditer(r"\w+|[^\w\s]", code)]
    if len(spans) > task.room:
        cut = spans[-task.room][0]
        start, code = start + code[:cut].count("\n"), code[cut:]
    made, guess = [], ""
    for number in range(1, 2 if task.variant == "oracle" else task.rounds + 1):
        query = code.splitlines()[-task.window :]
        if number == 1 and task.variant != "repocoder":
            query = lines[max(start, task.hole - half) : task.hole + task.window - half]
        elif number > 1:
            said = [line for line in guess.splitlines() if line.strip()]
            query = [*code.splitlines()[-half:], *said[: task.window - half]]
        asked = set(tokens("\n".join(query)))
        scored = []
        for place, (text, places) in enumerate(windows(task).items()):
            if all(name == task.file and end > start for name, _, end in places):
                continue
            words = set(tokens(text))
            either = len(asked | words)
            scored.append((-len(asked & words) / either if either else 0.0, -place, text, places))
        best = sorted(scored)[:20]
        chosen: list[str] = []
        size = 20
        for _, _, text, places in best:
            written = block(task, text, places, moved=number == 1 and task.variant != "oracle")
            if len(chosen) < 10 and size + len(tokens(written)) < task.room:
                chosen.insert(0, written)
                size += len(tokens(written))
        made.append(([(round(-score, 6), places) for score, _, _, places in best], "".join(chosen) + "\n" + code))
        guess = task.replies[number - 1]
    return made


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed < 4, range(12)))
def test_hits_and_prompts_of_all_rounds(seed: int, tmp_path: Path) -> None:
    task = some_task(seed)
    folder = tmp_path / "project" / "code"
    folder.mkdir(parents=True)
    for name, text in task.files.items():
        (folder / name).write_text(text)
    graph = graph_of("repocoder")
    graph.base = tmp_path / "project"
    given: dict[str, Any] = {
        "repository": "code", "file": task.file, "hole": task.hole, "context_start": task.start,
        "window": task.window, "slices": task.slices, "rounds": task.rounds, "room": task.room,
        "variant": task.variant, "leak_guard": task.guard,
    }  # fmt: skip
    played = play(graph, given, replies=task.replies, tmp_path=tmp_path)

    found = []
    for filtered, shaped in zip(played.outputs("hole_filter"), played.outputs("prompt_shape"), strict=True):
        hits: Any = filtered["hits"]
        told = [
            (round(hit["score"], 6), [(one["source"], one["start_line"] - 1, one["end_line"]) for one in hit["places"]])
            for hit in hits
        ]
        found.append((told, str(shaped["text"]).split("\n", 2)[2].removesuffix("\n")))
    assert found == expected(task)
    assert [asked.reply for asked in played.prompts] == list(task.replies[: len(found)])
