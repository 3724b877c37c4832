"""Entropies, growth, flow, dependence: known values, and both sides of each limit."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from studio.dynamics.analysis import analyse
from studio.dynamics.exchange.run import Event, Module
from studio.dynamics.measuring import measures as measures_module
from studio.dynamics.measuring.compression import deflated, growth, lzma_size, new_information, size_for
from studio.dynamics.measuring.dependence import dependence
from studio.dynamics.measuring.entropy import corrected, entropy, entropy_rate, lz_growth, variety
from studio.dynamics.measuring.measures import measure
from tests.dynamics.building import READER, circle, run_of, said

PAIR = (Module("a", "llm", ("b",)), Module("b", "llm", ("a",)))


def noise(count: int, kinds: int, seed: int = 1) -> list[int]:
    rng = random.Random(seed)
    return [rng.randrange(kinds) for _ in range(count)]


def test_entropy_of_known_streams() -> None:
    assert entropy([]) == 0
    assert entropy([1, 1, 1]) == 0
    assert entropy([0, 1, 2, 3]) == pytest.approx(2)
    assert entropy([0, 0, 0, 1]) == pytest.approx(0.8113, abs=1e-4)
    assert corrected([0, 0, 0, 1]) == pytest.approx(0.8113 + 1 / (8 * 0.6931), abs=1e-3)
    assert corrected([0, 1, 2, 3]) == 2  # never above log2 of the samples


def test_variety_looks_at_the_last_24() -> None:
    assert variety([]) is None
    assert variety(list(range(100))) == pytest.approx(1)
    assert variety([*range(100), *[7] * 24]) == 0


def test_rates_are_hidden_below_fifty_and_tell_repetition_from_noise() -> None:
    assert entropy_rate([0, 1] * 24) is None
    assert lz_growth([0, 1] * 24) is None
    assert entropy_rate([0, 1] * 200) == pytest.approx(0, abs=0.02)
    assert entropy_rate(noise(4000, 4)) == pytest.approx(2, abs=0.1)
    assert lz_growth([0, 1] * 2000) < 0.4  # type: ignore[operator]
    assert lz_growth(noise(4000, 4)) > 0.9  # type: ignore[operator]


def test_a_copy_brings_no_information_and_new_text_much() -> None:
    text = "The harbour master wrote that nine ships had left at night without their papers. " * 2

    assert new_information(text, [text]) == pytest.approx(0, abs=0.06)
    assert new_information(text, ["Bread needs flour, water, salt and a day."]) > 0.3  # type: ignore[operator]
    assert new_information("", [text]) is None


def test_what_repeats_beyond_the_window_of_zlib_is_seen() -> None:
    rng = random.Random(3)
    block = "".join(rng.choice("abcdefghijklmnop") for _ in range(40_000))
    far = (block * 2).encode()

    assert deflated(far) > 1.9 * deflated(far[:40_000])  # the control: zlib does not see it
    assert lzma_size(far) < 1.1 * lzma_size(far[:40_000])
    assert size_for(32 * 1024)[0] == "deflate"
    assert size_for(32 * 1024 + 1)[0] == "lzma"


def test_growth_tells_a_circle_from_new_matter() -> None:
    rng = random.Random(2)
    words = [f"w{rng.randrange(5000)}" for _ in range(600)]
    new = [" ".join(words[at : at + 10]) for at in range(0, 600, 10)]

    assert growth(new[:3] * 20) < 0.08  # type: ignore[operator]
    assert growth(new) > 0.25  # type: ignore[operator]
    assert growth(new[:11]) is None
    assert growth([""] * 20) is None


def test_dependence_needs_two_hundred_pairs_and_passes_a_shuffle_test() -> None:
    before = noise(400, 3)
    after = [(symbol + 1) % 3 for symbol in before]

    found, none = dependence(before, after), dependence(before, noise(400, 3, seed=2))

    assert dependence(before[:199], after[:199]) is None
    assert found is not None
    assert found.bits == pytest.approx(entropy(before), abs=0.02)
    assert found.p == pytest.approx(1 / 101)
    assert none is not None
    assert none.p > 0.05
    assert none.bits < 0.02


def test_flow_counts_terms_that_another_says_within_twelve_firings() -> None:
    soon = [("a", "We go to Zorlan and then to Mabrit"), ("b", "Zorlan has a harbour with ships of Pirun")]
    late = [("a", "We go to Kedova by the old road")]
    gap = [("a", "The garden wall is green and old")] * 12
    lines = [*soon, *late, *gap, ("b", "Kedova has a harbour with ships")]

    measures = measure(run_of(said(lines), modules=PAIR), reader=READER)

    assert measures.flow[0][1] == pytest.approx(1 / 3)  # of Zorlan, Mabrit, Kedova
    assert measures.flow[1] == (0.0, 0.0)
    assert measures.modules[0].uptake == pytest.approx(1 / 3)


def test_measures_are_json_and_say_nothing_where_there_is_nothing() -> None:
    empty = measure(run_of([], modules=PAIR), reader=READER)
    long = measure(
        run_of(said(circle(2, 250)), modules=(Module("planner", "llm", ("executor",)), Module("executor"))),
        reader=READER,
    )

    assert json.loads(json.dumps(empty.as_json()))["growth"] is None
    assert [row[:2] for row in long.dependence] == [("executor", "planner")]
    assert long.modules[0].entropy_rate == pytest.approx(0, abs=0.02)
    assert long.growth < 0.05  # type: ignore[operator]
    assert long.modules[0].new_information > 0.3  # type: ignore[operator]


def found(events: list[Event], *modules: Module) -> dict[str, str | None]:
    return {
        finding.kind: finding.module for finding in analyse(run_of(events, modules=modules), reader=READER).findings
    }


@pytest.mark.parametrize(("again", "expected"), [(3, {}), (4, {"says_nothing_new": "planner"})])
def test_a_module_that_repeats_itself_says_nothing_new(again: int, expected: dict[str, str]) -> None:
    events = said([("planner", "The plan for the harbour of Zorlan"), *circle(1, 1 + again)])

    assert found(events) == expected
    if expected:
        finding = analyse(run_of(events), reader=READER).findings[0]
        assert finding.message == "`planner` says nothing new after tick 1: 4 outputs since repeat earlier ones."
        assert "«Search the airline site for cheap flights to Lisbon»" in finding.evidence[1]


PLACES = ("Zorlan", "Mabrit", "Kedova", "Pirun", "Tolsek", "Gravix")


def remarks(answer: str) -> list[Event]:
    lines = [
        line
        for place in PLACES
        for line in (("critic", f"The wall in {place} is not green enough"), ("writer", answer.format(place=place)))
    ]
    return said(lines)


def test_a_module_that_nobody_takes_up_has_no_effect() -> None:
    modules = (Module("critic"), Module("writer", "llm", ("critic",)))

    assert found(remarks("A song about ships, snow and the old sea"), *modules).get("no_effect") == "critic"
    assert "no_effect" not in found(remarks("In {place} the wall is green now"), *modules)
    assert "no_effect" not in found(
        remarks("A song about ships, snow and the old sea"),
        modules[0],
        Module("writer"),
        Module("x", "llm", ("writer",)),
    )


def test_a_module_that_writes_has_its_effect_outside() -> None:
    modules = (Module("critic"), Module("writer", "llm", ("critic",)))
    events = [
        Event(each.t, each.module, each.out, effect="write")
        for each in remarks("A song about ships, snow and the old sea")
    ]

    assert "no_effect" not in found(events, *modules)


def test_modules_that_say_nothing_or_fail_are_named() -> None:
    assert found(said([("m", "ok")] * 5)) == {}
    assert found(said([("m", "ok")] * 6)) == {"says_nothing": "m"}
    failing = [Event(t, "m", f"The door of house_{t} is locked", err="" if t % 2 else None) for t in range(6)]
    assert found(failing) == {"fails": "m"}
    assert found(failing[:4]) == {}


def test_of_thousands_of_modules_those_that_fired_most_are_measured() -> None:
    events = said([(f"m{number}", f"The {place} row {number}") for number in range(3000) for place in PLACES[:1]])
    events += [Event(9999, "m2500", "Once more")]
    measures = measure(run_of(events), reader=READER)

    assert len(measures.modules) == len(measures.flow) == 200
    assert measures.left_out == 2800
    assert "m2500" in [one.id for one in measures.modules]


def test_of_a_very_long_run_the_last_firings_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures_module, "MOST_MEASURED", 60)
    late = said([("late", f"Door {number} of the {PLACES[number % 2]}") for number in range(60)], start=100)
    early = said([("early", f"Row {number} of the {PLACES[0]}") for number in range(40)])

    whole = measure(run_of(late), reader=READER)
    measures = measure(run_of([*late, *early]), reader=READER)

    assert whole.skipped == 0
    assert measures.skipped == 40
    assert [(one.id, one.firings) for one in measures.modules] == [("late", 60)]
    assert replace(measures, skipped=0) == whole
