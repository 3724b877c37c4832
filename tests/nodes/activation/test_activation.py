"""Activation term by term: each equation with values reckoned by hand, and what holds for all numbers."""

from __future__ import annotations

import math
from statistics import fmean, pvariance
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.activation._settings import DEFAULTS, settings_of
from studio.nodes.activation._terms import (
    association,
    base_level,
    fan,
    latency,
    likeness,
    logistic,
    recall_probability,
    sources,
)
from studio.nodes.activation.base_level import BaseLevel
from studio.nodes.activation.candidates import Candidates
from studio.nodes.activation.noise import Noise
from studio.nodes.activation.retrieve import Retrieve
from studio.nodes.activation.settings import Settings
from studio.nodes.activation.spreading import Spreading
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, present, run_node

SIX = 5e-7
FACTS = [
    ("hippie", "park"), ("hippie", "church"), ("hippie", "bank"), ("captain", "park"), ("captain", "cave"),
    ("debutante", "bank"), ("fireman", "park"), ("giant", "beach"), ("giant", "castle"), ("giant", "dungeon"),
    ("earl", "castle"), ("earl", "forest"), ("lawyer", "store"),
]  # fmt: skip
FAN: dict[str, Any] = {
    f"{person}-{place}": {"slots": {"isa": "fact", "person": person, "place": place}, "uses": [0.0], "created": 0.0}
    for person, place in FACTS
}


def level(uses: list[float], now: float, kind: str = "exact", least: float = 0.0, d: float = 0.5) -> float | None:
    return base_level(uses, min(uses), now, kind=kind, decay=d, least=least)


@pytest.mark.parametrize(
    ("uses", "now", "value"), [([0, 5, 9], 10, 0.567267), ([1, 2, 3, 50, 99], 100, 0.367746), ([0], 10, -1.151293)]
)
def test_base_level_of_the_sheet(uses: list[float], now: float, value: float) -> None:
    assert level(uses, now) == pytest.approx(value, abs=SIX)


def test_the_optimised_base_level_takes_the_life_time_and_that_of_pyactr_the_last_use() -> None:
    # By hand: ln(3 / 0.5) − 0.5·ln(10) = 1.791759 − 1.151293; with the last use, 1 s ago, the second part is 0.
    assert level([0, 5, 9], 10, "optimised") == pytest.approx(0.640467, abs=SIX)
    assert level([0, 5, 9], 10, "optimised_last") == pytest.approx(1.791759, abs=SIX)
    assert level([0, 5, 9], 10) == pytest.approx(0.567267, abs=SIX)


@pytest.mark.parametrize("kind", ["exact", "optimised", "optimised_last"])
def test_a_use_of_this_moment_counts_as_one_of_the_least_time_or_not_yet(kind: str) -> None:
    assert level([4], 4, kind, least=0.0) is None
    assert level([4], 4, kind, least=0.05) == pytest.approx(level([3.95], 4, kind))
    assert level([1], 4, "exact") == pytest.approx(level([1, 4], 4, "exact"))


def test_off_is_the_constant_and_a_use_in_the_future_is_refused() -> None:
    assert base_level([0], 0, 5, kind="off", decay=0.5, constant=1.25) == 1.25
    with pytest.raises(NodeError, match="after the second 5"):
        level([7], 5)


@given(st.lists(st.floats(0.0, 99.0), min_size=1, max_size=20), st.floats(0.1, 0.9))
def test_base_level_falls_with_time_and_rises_with_use(uses: list[float], d: float) -> None:
    now, later, more = level(uses, 100, d=d), level(uses, 101, d=d), level([*uses, 99.5], 100, d=d)

    assert now is not None
    assert later is not None
    assert more is not None
    assert later < now < more
    assert now == pytest.approx(math.log(math.fsum((100 - use) ** -d for use in uses)))


@pytest.mark.parametrize(
    ("probe", "spread", "activation", "seconds"),
    [(("lawyer", "store"), 1.306853, 0.155560, 0.085594), (("hippie", "park"), 0.613706, -0.537587, 0.171187)],
)
def test_the_fan_effect_of_the_sheet(probe: tuple[str, str], spread: float, activation: float, seconds: float) -> None:
    goal = {"goal": {"chunk": {"name": "p", "slots": {"isa": "probe", "person": probe[0], "place": probe[1]}}}}
    name = "-".join(probe)

    weights = sources(goal, {"goal": 1.0})
    total = sum(weight * association(name, FAN[name]["slots"], j, 2.0, fan(FAN, j)) for j, weight in weights)
    base = level([0], 10)

    assert base is not None
    assert weights == [(probe[0], 0.5), (probe[1], 0.5)]
    assert total == pytest.approx(spread, abs=SIX)
    assert total + base == pytest.approx(activation, abs=SIX)
    assert latency(total + base, 0.1, 1.0) == pytest.approx(seconds, abs=SIX)


def test_a_fan_is_one_more_than_the_slots_that_hold_a_value() -> None:
    assert [fan(FAN, name) for name in ("hippie", "captain", "lawyer", "park", "bank", "nobody", "fact")] == [
        4,
        3,
        2,
        4,
        3,
        1,
        1,
    ]


@given(st.floats(-5, 5), st.integers(1, 50), st.floats(0, 4))
def test_what_does_not_hold_the_source_gets_nothing_and_a_larger_fan_less(s: float, n: int, w: float) -> None:
    slots = {"isa": "x", "a": "held"}

    assert association("c", slots, "other", s, n) == 0
    assert association("c", slots, "x", s, n) == 0, "what it is, is no slot"
    assert (
        association("held", {}, "held", s, n) == association("c", slots, "held", s, n) == pytest.approx(s - math.log(n))
    )
    assert association("c", slots, "held", s, n + 1) < association("c", slots, "held", s, n)
    held = {"goal": {"chunk": {"name": "g", "slots": {f"s{i}": f"v{i}" for i in range(n)} | {"number": 3}}}}
    assert math.fsum(weight for _, weight in sources(held, {"goal": w})) == pytest.approx(w)


async def test_spreading_gives_terms_and_says_what_spreads() -> None:
    goal = {"goal": {"chunk": {"name": "p", "slots": {"person": "lawyer", "n": 7, "quoted": '"park"'}}}}

    out = await run_node(
        Spreading, {"strength": 2.0},
        {"candidates": {name: FAN[name] for name in ("lawyer-store", "earl-forest")}, "memory": FAN, "buffers": goal},
    )  # fmt: skip
    none = await run_node(Spreading, {}, {"candidates": FAN, "memory": FAN, "buffers": goal})

    assert out.terms == {"lawyer-store": pytest.approx(2 - math.log(2)), "earl-forest": 0}
    assert out.sources == [{"name": "lawyer", "weight": 1.0, "fan": 2}]
    assert present(none) == {"sources": []}


def test_likeness_is_nought_for_equals_and_minus_one_for_others() -> None:
    table = {"red": {"pink": -0.2}}
    pairs: list[tuple[Any, Any]] = [("red", "red"), ("red", "blue"), ("red", "pink"), ("pink", "red"), (None, "red")]

    assert [likeness(held, wanted, table) for held, wanted in pairs] == [0.0, -1.0, -0.2, -0.2, -1.0]


MEMORY: dict[str, Any] = {
    "rose": {"slots": {"isa": "flower", "color": "pink", "size": 3}, "uses": [0], "created": 0},
    "lily": {"slots": {"isa": "flower", "color": "white", "size": 3}, "uses": [0], "created": 0},
    "barn": {"slots": {"isa": "house", "color": "red", "size": 3}, "uses": [0], "created": 0},
}
RED = [["=", "isa", "flower"], ["=", "color", "red"], ["=", "size", 3]]


async def test_without_a_penalty_all_must_be_equal() -> None:
    out = await run_node(Candidates, {}, {"request": [*RED[:1], ["=", "color", "pink"]], "memory": MEMORY})
    none = await run_node(Candidates, {}, {"request": RED, "memory": MEMORY})

    assert list(out.candidates) == ["rose"]
    assert present(none) == {"candidates": {}}


async def test_partial_matching_forgives_a_slot_for_its_penalty_but_never_what_a_thing_is() -> None:
    out = await run_node(
        Candidates, {"penalty": 1.5, "similarities": {"red": {"pink": -0.2}}}, {"request": RED, "memory": MEMORY}
    )  # fmt: skip

    assert out.terms == {"rose": pytest.approx(-0.3), "lily": pytest.approx(-1.5)}


@pytest.mark.parametrize(
    ("test", "names"),
    [
        (["-", "color", "pink"], ["lily", "barn"]),
        (["<", "size", 3], []),
        (["<=", "size", 3], ["rose", "lily", "barn"]),
        ([">", "color", 1], []),
    ],
)
async def test_negations_and_comparisons_hold_with_and_without_a_penalty(test: list[Any], names: list[str]) -> None:
    for params in ({}, {"penalty": 1.0}):
        assert list((await run_node(Candidates, params, {"request": [test], "memory": MEMORY})).candidates) == names


async def test_finsts_mark_the_last_four_for_three_seconds() -> None:
    recent = [{"name": name, "time": time} for name, time in (("rose", 1.0), ("lily", 5.0), ("barn", 6.0))]

    async def found(word: Any, now: float, **params: Any) -> list[str]:
        request = [["=", ":recently-retrieved", word]]
        out = await run_node(Candidates, params, {"request": request, "memory": MEMORY, "recent": recent, "time": now})
        return list(out.candidates)

    assert await found(None, 6.5) == ["rose"]
    assert await found("t", 6.5) == ["lily", "barn"]
    assert await found(None, 8.5) == ["rose", "lily"], "after 3 s a mark is gone"
    assert await found(None, 6.5, finst_count=1) == ["rose", "lily"]
    with pytest.raises(NodeError, match="t or nil"):
        await found("perhaps", 6.5)


@pytest.mark.parametrize(
    ("a", "tau", "s", "p"), [(0.0, 0.0, 0.3, 0.5), (1.0, 0.0, 0.5, 0.880797), (0.2, 0.5, 0.3, 0.268941)]
)
def test_the_probability_of_recall(a: float, tau: float, s: float, p: float) -> None:
    assert recall_probability(a, tau, s) == pytest.approx(p, abs=SIX)


@given(st.floats(-50, 50), st.floats(-5, 5), st.floats(0.01, 3))
def test_recall_is_sure_far_above_the_threshold_and_even_on_it(a: float, tau: float, s: float) -> None:
    assert 0 <= recall_probability(a, tau, s) <= 1
    assert recall_probability(tau, tau, s) == 0.5
    assert recall_probability(a, tau, s) <= recall_probability(a + 0.5, tau, s)
    assert recall_probability(a, tau, 0) == float(a >= tau)


@pytest.mark.parametrize(
    ("a", "F", "f", "seconds"), [(-1.151293, 0.1, 1, 0.316228), (0, 1, 1, 1.0), (1, 2, 0.5, 1.213061)]
)
def test_latency(a: float, F: float, f: float, seconds: float) -> None:
    assert latency(a, F, f) == pytest.approx(seconds, abs=SIX)


def test_noise_has_the_variance_of_the_formula() -> None:
    # Quantiles at the middles of equal parts stand for the whole distribution.
    drawn = [logistic((place + 0.5) / 20_000, 0.25) for place in range(20_000)]

    assert fmean(drawn) == pytest.approx(0, abs=1e-9)
    assert pvariance(drawn) == pytest.approx(math.pi**2 * 0.25**2 / 3, rel=0.002)


async def test_noise_is_drawn_once_for_each_and_by_the_seed() -> None:
    one, again, other = [
        (await run_node(Noise, {"noise": 0.5}, {"candidates": MEMORY}, FakeContext(seed=seed))).terms
        for seed in (1, 1, 2)
    ]

    assert list(one) == list(MEMORY)
    assert len(set(one.values())) == 3
    assert one == again != other
    assert present(await run_node(Noise, {}, {"candidates": MEMORY})) == {}


async def test_base_levels_of_candidates_by_settings_or_params() -> None:
    by_params = await run_node(BaseLevel, {"decay": 0.5}, {"candidates": MEMORY, "time": 10})
    by_settings = await run_node(
        BaseLevel, {}, {"candidates": MEMORY, "time": 10, "settings": {"base_level": "off", "base_constant": 2}}
    )

    assert by_params.terms["rose"] == pytest.approx(-1.151293, abs=SIX)
    assert by_settings.terms == dict.fromkeys(MEMORY, 2)


async def test_the_best_above_the_threshold_is_retrieved_and_of_equals_the_first() -> None:
    best = await run_node(
        Retrieve, {}, {"candidates": MEMORY, "terms": [{"rose": 1.0, "lily": 1.0, "barn": 0.5}, {"barn": 0.6}]}
    )
    equal = await run_node(Retrieve, {}, {"candidates": MEMORY, "terms": [{"rose": 1.0, "lily": 1.0}]})

    assert best.chunk["name"] == "barn"
    assert best.report["activations"] == {"rose": 1.0, "lily": 1.0, "barn": pytest.approx(1.1)}
    assert equal.chunk == {"name": "rose", "slots": MEMORY["rose"]["slots"]}
    assert equal.latency == pytest.approx(math.exp(-1))


async def test_what_does_not_reach_the_threshold_fails_after_the_time_of_the_threshold() -> None:
    params = {"threshold": 0.5, "latency_factor": 0.1}
    out = await run_node(Retrieve, params, {"candidates": MEMORY, "terms": [{"rose": 0.4}]})
    on_it = await run_node(Retrieve, params, {"candidates": MEMORY, "terms": [{"rose": 0.5}]})
    nothing = await run_node(Retrieve, params, {"candidates": {}})

    assert out.chunk.reason == "no chunk was found"
    assert out.latency == nothing.latency == pytest.approx(0.1 * math.exp(-0.5))
    assert on_it.chunk["name"] == "rose"


async def test_what_was_never_used_before_now_is_no_candidate() -> None:
    out = await run_node(
        Retrieve, {"threshold": -9}, {"candidates": MEMORY, "terms": [{"rose": None, "lily": -3.0, "barn": -4.0}]}
    )

    assert out.chunk["name"] == "lily"
    assert "rose" not in out.report["activations"]


async def test_a_symbolic_memory_gives_the_first_or_the_last_after_a_fixed_time() -> None:
    params = {"subsymbolic": False, "symbolic_latency": 0.05}
    first = await run_node(Retrieve, params, {"candidates": MEMORY, "terms": [{"barn": 9.0}]})
    last = await run_node(Retrieve, params | {"symbolic_choice": "last"}, {"candidates": MEMORY})
    fresh = await run_node(Retrieve, params | {"least": 0}, {"candidates": MEMORY, "time": 0})

    assert (first.chunk["name"], first.latency, last.chunk["name"]) == ("rose", 0.05, "barn")
    assert fresh.report["found"] is False


@pytest.mark.parametrize(
    ("name", "lisp", "pyactr"),
    [
        ("base_level", "off", "exact"), ("penalty", None, None), ("strength", None, None), ("decay", 0.5, 0.5),
        ("threshold", 0, 0), ("latency_factor", 1, 0.1), ("latency_exponent", 1, 1), ("utility_rate", 0.2, 0.2),
        ("noise", 0, 0), ("finst_count", 4, 0), ("strict", True, False), ("symbolic_latency", 0, 0.05),
        ("production_time", 0.05, 0.05), ("imaginal_delay", 0.2, 0.2), ("visual_delay", 0.085, 0.085),
    ],
)  # fmt: skip
async def test_the_defaults_of_the_two_programs(name: str, lisp: Any, pyactr: Any) -> None:
    for whose, value in (("lisp", lisp), ("pyactr", pyactr)):
        assert (await run_node(Settings, {}, {"defaults": whose})).settings[name] == value


async def test_later_changes_go_over_earlier_ones() -> None:
    out = await run_node(Settings, {}, {"changes": [{"subsymbolic": True, "decay": 0.4}, {"decay": 0.3}]})

    assert (out.settings["decay"], out.settings["threshold"]) == (0.3, 0)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({":esc": "t", ":bll": 0.4}, {"subsymbolic": True, "decay": 0.4, "base_level": "optimised"}),
        ({"esc": True, "bll": 0.4, "ol": "nil"}, {"decay": 0.4, "base_level": "exact"}),
        ({"esc": True, "decay": 0.4}, {"base_level": "exact"}),
        ({"esc": True, "decay": 0.4, "base_level": "off"}, {"base_level": "off"}),
        ({"esc": True, "bll": "nil", "ol": False}, {"base_level": "off"}),
        ({"esc": True, ":rt": -1, ":lf": 0.3, ":mas": 2, ":mp": 1.5, ":ans": 0.2, ":ga": 0.5},
         {"threshold": -1, "latency_factor": 0.3, "strength": 2, "penalty": 1.5, "noise": 0.2,
          "weights": {"goal": 0.5}}),
        ({":imaginal-delay": 0.1, ":egs": 0.5, ":alpha": 0.1, ":ul": "nil", ":epl": "t", ":declarative-num-finsts": 2},
         {"imaginal_delay": 0.1, "utility_noise": 0.5, "utility_rate": 0.1, "utility_learning": False,
          "compilation": True, "finst_count": 2}),
        ({"esc": True, ":mas": "nil"}, {"strength": None}),
        ({"subsymbolic": True, "partial_matching": True}, {"penalty": 1.0}),
        ({"subsymbolic": True, "partial_matching": True, "mismatch_penalty": 2}, {"penalty": 2}),
        ({"subsymbolic": True, "partial_matching": False, "mismatch_penalty": 2}, {"penalty": None}),
        ({"subsymbolic": True, "baselevel_learning": False, "buffer_spreading_activation": {"g": 1, "imaginal": 2}},
         {"base_level": "off", "weights": {"goal": 1, "imaginal": 2}}),
    ],
)  # fmt: skip
def test_the_names_of_both_programs_are_understood(given: dict[str, Any], meant: dict[str, Any]) -> None:
    made = settings_of("lisp", [given])

    assert {name: made[name] for name in meant} == meant
    assert set(made) == set(DEFAULTS["lisp"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([{"ol": 7}], "must be true or false"),
        ([{"similarities": {"red": 0.5}}], "an object with numbers for each value"),
        ([{"weights": {"goal": {"a": 1}}}], "object with numbers"),
        ([{"utility_rate": 5}], "between 0 and 1"),
        ([{"esc": 3}], "true or false"),
        ([{"decya": 0.4}], "Did you mean `decay`"),
        ([{"decay": 2}], "between 0 and 1"),
        ([{"decay": True}], "must be a number"),
        ([{"noise": -1, "subsymbolic": True}], "not be negative"),
        ([{"base_level": "some"}], "must be off, exact"),
        ([{"weights": {"goal": "x"}}], "object with numbers"),
        ([{"subsymbolic": 1}], "true or false"),
        ([3], "settings are an object"),
        ([{"strength": 2.0}], "memory is symbolic"),
    ],
)
def test_settings_that_are_none_are_refused(changes: list[Any], told: str) -> None:
    with pytest.raises(NodeError) as caught:
        settings_of("lisp", changes)

    assert told in f"{caught.value} {caught.value.hint}"


def test_defaults_of_nobody_are_refused() -> None:
    with pytest.raises(NodeError, match="no defaults"):
        settings_of("prolog", [])
    assert set(DEFAULTS) == {"lisp", "pyactr"}


def test_a_retrieval_that_would_never_end_is_refused() -> None:
    with pytest.raises(NodeError, match="would take more than 1e\\+15 seconds"):
        latency(-4998.5, 0.1, 1.0)
    assert latency(-30.0, 0.1, 1.0) == pytest.approx(0.1 * math.exp(30))
