"""What is claimed in sentences: each kind of claim, with a table that earns it and one that does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from studio.batch.analysing.conclusions import conclude
from studio.batch.design.variants import Variant
from studio.batch.reporting.claims import Claim, claims
from studio.batch.statistics import Method
from tests.batch.reporting.tables import Scoring, knockouts, made_table, planted, settings

TWO = settings(t=[1])
OTHER = TWO[1].name


def told(scoring: Scoring | None, variants: Sequence[Variant] = TWO, **more: Any) -> tuple[Claim, ...]:
    table = made_table(scoring, variants, **more)
    return claims(table, conclude(table))


@pytest.mark.parametrize(
    ("effect", "better", "kind", "words"),
    [
        (0.5, "higher", "better", f"“{OTHER}” is better than “whole”: “points” is 0.4"),
        (-0.5, "higher", "worse", f"“{OTHER}” is worse than “whole”: “points” is 0.5"),
        (-0.5, "lower", "better", f"“{OTHER}” is better than “whole”: “points” is 0.5"),
        (0.5, "lower", "worse", f"“{OTHER}” is worse than “whole”: “points” is 0.4"),
    ],
)
def test_an_effect_that_is_shown_is_claimed_with_n_and_interval(
    effect: float, better: str, kind: str, words: str
) -> None:
    first = told(planted({OTHER: effect}), better=better)[0]

    assert first.kind == kind
    assert first.text.startswith(words)
    assert "95 % interval" in first.text
    assert "n = 12 rows, 24 pairs of runs" in first.text


def test_no_effect_is_undecided_and_no_sign_of_absence() -> None:
    first = told(planted({}, spread=0.5))[0]

    assert first.kind == "undecided"
    assert first.text.startswith(f"No difference between “{OTHER}” and “whole” is shown")
    assert "That is no sign that there is none: differences from −" in first.text


def test_alike_is_said_only_within_a_margin_that_was_named() -> None:
    with_margin = told(planted({}, spread=0.05), margin=0.3)[0]
    too_narrow = told(planted({}, spread=0.05), margin=0.001)[0]
    without = told(planted({}, spread=0.05))[0]

    assert with_margin.kind == "alike"
    assert "are alike within the margin of 0.3" in with_margin.text
    assert (too_narrow.kind, without.kind) == ("undecided", "undecided")


def test_a_small_effect_that_is_shown_is_said_to_be_less_than_the_margin() -> None:
    first = told(planted({OTHER: 0.2}, spread=0.05), margin=0.4)[0]

    assert first.kind == "better"
    assert first.text.endswith("though by less than the margin of 0.4.")


def test_an_interval_without_0_that_is_not_shown_is_not_told_as_if_it_fitted() -> None:
    """The interval is that of one comparison; p allows for all of them."""
    many = settings(t=list(range(1, 41)))
    found = told(planted({"writer.t=2": 0.105}), many)
    one = next(each for each in found[1:] if each.arms[0] == "writer.t=2")

    assert one.kind == "undecided"
    assert "No difference between “writer.t=2” and “whole” is shown" in one.text
    assert "Its own interval leaves out 0, but p, which allows for all variants that were compared" in one.text
    assert "fit what was seen" not in one.text


def test_with_several_variants_the_answer_counts_them_and_names_the_largest_difference() -> None:
    several = settings(t=[1, 2, 3])
    found = told(planted({"writer.t=2": 0.6, "writer.t=3": -0.4}, spread=0.1), several)

    assert found[0].text.startswith(
        "Of 3 variants compared with “whole” in “points”, 1 better, 1 worse, 1 undecided; the largest difference is "
        "that of “writer.t=2”, +0.6"
    )
    assert [one.kind for one in found[1:]] == ["better", "worse", "undecided"]


def test_among_many_variants_of_no_effect_the_largest_is_not_called_shown() -> None:
    found = told(planted({}, spread=0.5), settings(t=list(range(12))))

    assert "the largest difference seen, which is not shown to be more than chance, is that of" in found[0].text
    assert {one.kind for one in found} == {"undecided"}


def test_modules_are_named_by_verdict() -> None:
    variants = knockouts(["critic", "chatter", "idle"])
    effects = {"without critic": -0.8, "without chatter": 0.5}
    first = told(planted(effects), variants, rows=16, margin=0.2)[0]

    assert first.text.startswith(
        "Of 3 modules, 1 matters (“critic”), 1 is poison (“chatter”), 1 is dead weight (“idle”); the largest effect is "
        "that of “critic”: with it “points” is 0.8"
    )
    assert "adjusted interval" in first.text
    assert set(first.arms) == {"without critic", "without chatter", "without idle"}


def test_undecided_modules_are_not_called_dead_weight() -> None:
    first = told(planted({}, spread=2.0), knockouts(["a", "b"]), rows=5, margin=0.01)[0]

    assert first.text.startswith("Of 2 modules, 2 are undecided; the largest effect seen, which is not shown")


def test_one_arm_is_told_with_its_mean() -> None:
    first = told(planted({}), (Variant(),))[0]

    assert first.text.startswith("“whole” has a mean “points” of 1.")
    assert "n = 12 rows, 24 runs" in first.text


def test_one_run_has_no_interval_and_says_so() -> None:
    first = told(planted({}), (Variant(),), rows=1, seeds=1)[0]

    assert "no interval: one value has no spread" in first.text
    assert "n = 1 seed, 1 run" in first.text


def test_nothing_run_nothing_scored_and_all_failed() -> None:
    assert told(planted({}), rows=0)[0].text == "No run has ended yet, so there is nothing to tell."
    assert told(None)[0].text == "Nothing was scored: 48 runs, of which 0 failed."
    assert told(lambda *_: None)[0].text == (
        "None of 48 runs has a score in “points”, so nothing can be concluded: 48 of them failed."
    )


def test_failed_runs_are_counted_and_how_they_count_is_said() -> None:
    def scoring(graph: str, variant: str, row: int, seed: int) -> float | None:
        return None if variant == OTHER and row < 3 else float(row)

    table = made_table(scoring, TWO)
    worst = claims(table, conclude(table))
    left_out = claims(table, conclude(table, Method(failures="left_out")))

    assert worst[-1].text == "6 of 48 runs failed; the 6 without a score count as the worst score."
    assert left_out[-1].text == "6 of 48 runs failed; the 6 without a score are left out."
    assert worst[-1].arms == (OTHER,)


def test_a_batch_under_way_says_so() -> None:
    under_way = told(planted({}), status="running")[-1].text
    complete = told(planted({}))[-1].text

    assert under_way == "The batch is running: this is what 48 of 48 runs show so far, and it may change."
    assert "so far" not in complete


def test_names_of_strangers_stay_on_their_line() -> None:
    name = "x\n\x1b[31m<b>‮" + "y" * 500
    text = told(planted({name: 1.0}), (Variant(), Variant(name, {"w.t": 1})))[0].text

    assert "\n" not in text
    assert "\x1b" not in text
    assert "‮" not in text
    assert len(text) < 400
