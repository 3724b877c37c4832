"""Which cases of a matrix run each time, and which only in a thorough run; and how many are drawn of random ones.

A matrix of every example by every way takes minutes and seldom tells more than a few of its rows. The rows that an
everyday run keeps are named where the matrix stands; the others carry the marker `thorough`, which `pyproject.toml`
leaves out and `pytest -m ""` takes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest
from _pytest.mark.structures import ParameterSet

Case = TypeVar("Case")


def thorough_but(everyday: Callable[[Case], bool], cases: Iterable[Case]) -> list[ParameterSet]:
    """Return the cases as params: those that are `everyday` as they are, the others marked `thorough`.

    A matrix of which nothing would run each time, or nothing be left out, is a mistake: ValueError."""
    listed = [(case, everyday(case)) for case in cases]
    if len({kept for _, kept in listed}) != 2:
        raise ValueError("of a matrix some cases run each time and some only in a thorough run: these are all alike")
    return [pytest.param(case, marks=() if kept else pytest.mark.thorough) for case, kept in listed]


_draws_all = False


def choose_draws(markers: str) -> None:
    """Tell `draws` from the marker expression of pytest whether this is a thorough run; before tests are imported."""
    global _draws_all
    _draws_all = "not thorough" not in markers


def draws(each_time: int, thorough: int) -> int:
    """Return how many random cases a test draws in this run: the first of one sequence, or more of the same."""
    if not each_time < thorough:
        raise ValueError("a thorough run draws more than one of each day")
    return thorough if _draws_all else each_time
