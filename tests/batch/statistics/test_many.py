"""p-values and errors that allow for how many comparisons were made."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.batch.statistics import false_discoveries, holm
from studio.batch.statistics.many import discovery_errors, holm_errors
from tests.support.thorough import draws

SMALL = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_holms_and_benjamini_and_hochbergs_adjustment() -> None:
    p = [0.01, 0.04, 0.03, 0.005]

    assert holm(p).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert false_discoveries(p).tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_what_is_not_claimed_was_tested_at_the_step_that_stopped() -> None:
    p = [0.2, 0.001, 0.3, 0.002]

    assert holm_errors(p, 0.05).tolist() == pytest.approx([0.05 / 2, 0.05 / 4, 0.05 / 2, 0.05 / 3])
    assert discovery_errors(p, 0.05).tolist() == pytest.approx([0.05 * 3 / 4, 0.05 / 2, 0.05 * 3 / 4, 0.05 / 2])


@settings(max_examples=draws(20, 100))
@given(SMALL)
def test_a_comparison_is_claimed_exactly_if_it_passes_at_its_own_error(p: list[float]) -> None:
    values = np.asarray(p)

    for adjusted, errors in ((holm(p), holm_errors(p, 0.05)), (false_discoveries(p), discovery_errors(p, 0.05))):
        clear = np.abs(values - errors) > 1e-9
        assert ((adjusted <= 0.05) == (values <= errors))[clear].all()


@settings(max_examples=draws(20, 100))
@given(SMALL)
def test_an_adjustment_keeps_the_order_and_never_helps(p: list[float]) -> None:
    for adjusted in (holm(p), false_discoveries(p)):
        assert (adjusted >= np.asarray(p) - 1e-12).all()
        assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= -1e-12).all()
        assert (adjusted <= 1).all()
    assert (holm(p) >= false_discoveries(p) - 1e-12).all()


def test_nothing_compared_is_nothing_adjusted() -> None:
    assert holm([]).tolist() == false_discoveries([]).tolist() == []
    assert holm_errors([], 0.05).tolist() == discovery_errors([], 0.05).tolist() == []
