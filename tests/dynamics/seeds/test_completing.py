"""repocoder and copilot: a guess that is guessed again; and rounds that get nearer, places that differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.models.script import read_script
from studio.support.resources import resource_root
from tests.dynamics.seeds.playing import assert_healthy, assert_paused, watched

DATA = resource_root("graphs") / "data"
WRONG = next(iter(read_script(DATA / "repocoder" / "circles.jsonl"))).reply


def test_a_wrong_guess_that_is_guessed_again_is_a_circle(tmp_path: Path) -> None:
    seen = watched("repocoder", {"rounds": 9, "window": 4}, [WRONG] * 9, tmp_path)

    assert_paused(seen, "circle", by="generator", within=5)


def test_a_generator_that_writes_nothing_is_a_stall(tmp_path: Path) -> None:
    seen = watched("repocoder", {"rounds": 40, "window": 4}, ["\n"] * 40, tmp_path)

    assert_paused(seen, "stall", by="generator", within=21)


GUESSES = (
    "    reduced = best_discount(cart, customer)",
    "    reduced = cart.total() * (1 - percent / 100)",
    "    reduced = percent_off(cart.total(), percent)",
    "    reduced = percent_off(cart, percent)",
)


def test_guesses_that_get_nearer_are_healthy(tmp_path: Path) -> None:
    seen = watched("repocoder", {"rounds": 4, "window": 4}, GUESSES, tmp_path, status="ok")

    assert_healthy(seen)
    assert seen.played.result.outputs["exact_match"] == 1


def typed(number: int, text: str) -> dict[str, Any]:
    return {"at": 10 * number, "file": "report.py", "line": 10, "insert": text}


def test_one_completion_for_whatever_is_typed_is_a_circle(tmp_path: Path) -> None:
    events = [typed(n, f"    row_{n} = [{n},") for n in range(12)]

    seen = watched("copilot", {"events": events}, [" total_of(cart, customer)"] * 36, tmp_path)

    assert_paused(seen, "circle", by="completion_model", within=5)


LINES = (
    ("    total = ", "sum(item.price for item in cart.rows)"), ("    names = ", "[item.name for item in cart.rows]"),
    ("    reduced = ", "percent_off(cart, percent)"), ("    owner = ", "cart.owner.upper()"),
    ("    print(", 'f"{owner} pays {reduced:.2f}")'), ("    return ", "reduced, names"),
)  # fmt: skip


def test_a_completion_for_each_place_is_healthy(tmp_path: Path) -> None:
    events = [typed(n, text) for n, (text, _) in enumerate(LINES)]

    seen = watched("copilot", {"events": events}, [reply for _, reply in LINES], tmp_path, status="ok")

    assert_healthy(seen)
    assert seen.alarms == []
