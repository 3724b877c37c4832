"""Verdicts on modules, alone and in pairs."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from studio.batch.statistics import Margin, Method, Scores, judge_modules, judge_pairs
from studio.batch.statistics.modules import Module
from studio.support.errors import UsageError
from tests.support.thorough import draws

ROWS = 60
HALF = Margin(0.5, "score")


def scores(of: Callable[[int], float | bool | None], rows: int = ROWS) -> dict[tuple[int, int], float | bool | None]:
    return {(row, 0): of(row) for row in range(rows)}


def noise(seed: int, rows: int = ROWS) -> list[float]:
    return [float(each) for each in np.random.default_rng(seed).normal(0, 0.4, rows)]


WHOLE = scores(lambda row: 5.0 + row % 7)


def shifted(by: float, seed: int) -> Scores:
    off = noise(seed)
    return scores(lambda row: 5.0 + row % 7 - by + off[row])


def one(without: Scores, method: Method = Method(), margin: Margin = HALF) -> Module:  # noqa: B008
    return judge_modules(WHOLE, {"it": without}, method, margin).modules[0]


def test_each_verdict_has_its_case() -> None:
    found = judge_modules(
        WHOLE,
        {"heart": shifted(1, 1), "thorn": shifted(-1, 2), "stone": shifted(0, 3), "edge": shifted(0.5, 4)},
        margin=HALF,
    )

    assert found.named("matters") == ("heart", "edge")
    assert found.named("poison") == ("thorn",)
    assert found.named("dead weight") == ("stone",)
    for module in found.modules:
        assert module.adjusted.holds(0.0) == (module.verdict not in ("matters", "poison"))
        assert module.near.within(-0.5, 0.5) == (module.verdict == "dead weight")


def test_where_lower_is_better_the_same_numbers_say_the_opposite() -> None:
    assert one(shifted(1, 1)).verdict == "matters"
    assert one(shifted(1, 1), Method(better="lower")).verdict == "poison"


def test_of_a_module_that_never_made_a_difference_it_is_said_why_its_interval_is_wide() -> None:
    whole, off = scores(lambda row: 5.0 + row % 7, rows=24), noise(3)
    idle = judge_modules(whole, {"it": whole}, margin=HALF).modules[0]
    noisy = judge_modules(whole, {"it": scores(lambda row: 5.0 + row % 7 - off[row], rows=24)}).modules[0]

    assert idle.verdict == "undecided"
    assert idle.reason.startswith("Not one of 24 rows differed, which leaves room for a large difference that is rare;")
    assert "more rows would settle it" in idle.reason
    assert "Not one of" not in noisy.reason, "control"


def test_what_is_not_shown_is_undecided_and_never_absent() -> None:
    wild = np.random.default_rng(5).normal(0, 6, ROWS)
    wild -= wild.mean()

    found = one(scores(lambda row: 5.0 + row % 7 + float(wild[row])))

    assert found.comparison.p is not None
    assert found.comparison.p > 0.05
    assert found.verdict == "undecided"
    assert found.more is not None
    assert found.more > 300
    assert f"{found.more} more rows" in found.reason


def test_as_many_more_as_it_says_settle_it() -> None:
    rng = np.random.default_rng(6)

    def judged(rows: int) -> Module:
        off = rng.normal(0, 1, rows)
        whole = scores(lambda row: float(row % 7), rows)
        return judge_modules(whole, {"it": scores(lambda row: row % 7 + float(off[row]), rows)}, margin=HALF).modules[0]

    first = judged(20)
    assert first.verdict == "undecided"
    assert first.more is not None
    settled = sum(judged(20 + first.more).verdict == "dead weight" for _ in range(draws(15, 30)))
    hurried = sum(judged(20 + first.more // 8).verdict == "dead weight" for _ in range(draws(15, 30)))

    assert settled >= draws(10, 20)
    assert hurried < settled


def test_few_pairs_are_never_enough_for_dead_weight() -> None:
    whole = scores(lambda row: float(row), 7)
    alike = scores(lambda row: row + 0.001 * (row % 3 - 1), 7)

    assert judge_modules(whole, {"it": alike}, margin=HALF).modules[0].verdict == "undecided"
    assert one(scores(lambda row: 5.0 + row % 7 + 0.001 * (-1) ** row)).verdict == "dead weight"


def test_a_module_that_changed_nothing_may_still_change_what_was_not_seen() -> None:
    few, many = (scores(lambda row: row % 2 == 0, rows) for rows in (12, 300))
    margin = Margin(0.1, "score")

    assert judge_modules(few, {"it": few}, margin=margin).modules[0].verdict == "undecided"
    assert judge_modules(many, {"it": many}, margin=margin).modules[0].verdict == "dead weight"


def test_a_module_that_matters_by_less_than_the_margin_is_slight() -> None:
    found = one(shifted(0.25, 7))

    assert found.verdict == "matters"
    assert found.slight
    assert "less than the margin" in found.reason
    assert not one(shifted(1, 1)).slight
    assert not one(shifted(0, 3)).slight


def test_a_score_that_never_changes_tells_nothing() -> None:
    same = scores(lambda row: 1.0)

    for margin in (None, HALF):
        found = judge_modules(same, {"it": same}, margin=margin).modules[0]

        assert found.verdict == "undecided"
        assert "tells no modules apart" in found.reason
        assert found.more is None


def test_runs_that_fail_without_a_module_count_against_it() -> None:
    failing = scores(lambda row: None if row % 3 == 0 else 5.0 + row % 7)

    worst, left_out = one(failing), one(failing, Method(failures="left_out"))

    assert worst.verdict == "matters"
    assert worst.comparison.failed == (0, 20)
    assert left_out.verdict == "dead weight"
    assert left_out.comparison.failed == (0, 20)
    assert left_out.comparison.runs == 40


@pytest.mark.parametrize(
    ("without", "reason"),
    [({}, "has a partner"), ({(0, 0): 1.0}, "One row tells nothing"), ({(99, 9): 1.0}, "has a partner")],
)
def test_too_little_says_why(without: Scores, reason: str) -> None:
    found = one(without)

    assert found.verdict == "undecided"
    assert reason in found.reason
    json.dumps(found.as_json(), allow_nan=False)


def test_the_margin_is_a_share_of_the_spread_of_the_whole() -> None:
    sd = float(np.std([float(each or 0) for each in WHOLE.values()], ddof=1))

    assert judge_modules(WHOLE, {"it": shifted(0, 1)}).margin == pytest.approx(0.2 * sd)
    assert judge_modules(WHOLE, {"it": shifted(0, 1)}, margin=Margin(0.3, "score")).margin == 0.3
    sure = scores(lambda row: 1.0)
    assert judge_modules(sure, {"it": scores(lambda row: float(row % 2))}).margin > 0


def test_more_modules_ask_for_more() -> None:
    weak = shifted(0.16, 8)

    alone = judge_modules(WHOLE, {"weak": weak}, margin=HALF)
    among = judge_modules(WHOLE, {"weak": weak, **{f"m{i}": shifted(0, 20 + i) for i in range(40)}}, margin=HALF)
    found = judge_modules(
        WHOLE,
        {"weak": weak, **{f"m{i}": shifted(1 if i < 20 else 0, 20 + i) for i in range(40)}},
        Method(family="discoveries"),
        HALF,
    )

    assert alone.modules[0].verdict == "matters"
    assert among.modules[0].p_adjusted > 0.05
    assert found.modules[0].verdict == "matters"
    for module in (*among.modules, *found.modules):
        assert module.adjusted.holds(0.0) == (module.verdict not in ("matters", "poison"))


def test_no_modules_are_judged_as_none() -> None:
    assert judge_modules(WHOLE, {}).modules == ()
    assert judge_modules({}, {"it": {}}).modules[0].verdict == "undecided"


def test_two_that_stand_in_for_each_other_are_redundant_and_two_that_need_each_other_synergic() -> None:
    off = [noise(30 + i) for i in range(12)]

    def without(by: float, place: int) -> Scores:
        return scores(lambda row: 10.0 + row % 7 - by + off[place][row])

    whole = scores(lambda row: 10.0 + row % 7)
    alone = {"left": 0, "right": 0, "lock": 2, "key": 2, "x": 1, "y": 1}
    singles = {name: without(by, place) for place, (name, by) in enumerate(alone.items())}
    pairs = [("left", "right"), ("lock", "key"), ("x", "y")]
    both = {pair: without(2, place) for place, pair in enumerate(pairs, start=6)}

    kidneys, door, apart = judge_pairs(whole, singles, both, margin=HALF)
    worse = judge_pairs(whole, singles, both, Method(better="lower"), HALF)

    assert (kidneys.together, door.together, apart.together) == ("redundancy", "synergy", "additive")
    assert kidneys.interaction == pytest.approx(2, abs=0.3)
    assert door.interaction == pytest.approx(-2, abs=0.3)
    assert apart.adjusted.holds(0.0)
    assert [each.together for each in worse] == ["synergy", "redundancy", "additive"]
    assert [each.effect for each in door.effects] == pytest.approx([2, 2, 2], abs=0.3)
    json.dumps(door.as_json(), allow_nan=False)


def test_a_pair_needs_the_runs_without_each() -> None:
    with pytest.raises(UsageError, match="no runs without b alone"):
        judge_pairs(WHOLE, {"a": WHOLE}, {("a", "b"): WHOLE})
    with pytest.raises(UsageError, match="no pair with itself"):
        judge_pairs(WHOLE, {"a": WHOLE}, {("a", "a"): WHOLE})


def test_an_interaction_may_be_twice_as_large_as_an_effect() -> None:
    whole = scores(lambda row: row % 2 == 0)

    found = judge_pairs(whole, {"a": whole, "b": whole}, {("a", "b"): whole})[0]

    effect, interaction = found.effects[0].interval, found.interval
    assert effect.high is not None
    assert interaction.high is not None
    assert interaction.high > 1.9 * effect.high


@pytest.mark.parametrize("off", [[1, 1, 1, 1, 1, 50], [1, 1.1, 0.9, 1.2]], ids=["by signs alone", "by interval alone"])
def test_a_claim_needs_both_the_test_and_the_interval(off: list[float]) -> None:
    whole, without = scores(lambda row: off[row], len(off)), scores(lambda row: 0.0, len(off))

    found = judge_modules(whole, {"it": without}).modules[0]

    assert found.verdict == "undecided"
    assert found.adjusted.holds(0.0)
    assert found.near.level == pytest.approx(0.9)


def test_modules_may_have_any_name() -> None:
    singles = {"a": shifted(0, 50), "b": shifted(1, 51), "a and b": shifted(0, 52), "whole": shifted(1, 53)}

    found = judge_pairs(WHOLE, singles, {("a", "b"): shifted(1, 54)}, margin=HALF)[0]

    assert found.together == "additive"
    assert judge_modules(WHOLE, singles, margin=HALF).named("matters") == ("b", "whole")


def test_a_hundred_modules_of_two_hundred_pairs_are_one_call() -> None:
    """Their speed is measured in `tests/bench/statistics.py`."""
    rng = np.random.default_rng(40)
    base = rng.normal(0, 1, 200)
    whole = scores(lambda row: float(base[row]), 200)
    without = {
        str(place): {(row, 0): float(base[row] - (place < 5) + off[row]) for row in range(200) if row % 100 != place}
        for place, off in enumerate(rng.normal(0, 0.4, (100, 200)))
    }

    found = judge_modules(whole, without)

    assert found.named("matters") == tuple("01234")
    assert {module.comparison.runs for module in found.modules} == {198}
    assert {module.comparison.missing for module in found.modules} == {2}
