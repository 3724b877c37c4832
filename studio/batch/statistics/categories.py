"""Classes of runs, such as their dynamics: how often each came, and how far that shifted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from studio.batch.statistics.comparison import Comparison
from studio.batch.statistics.many import holm
from studio.batch.statistics.method import DEFAULTS, Method, Scores, as_object
from studio.batch.statistics.paired import paired
from studio.batch.statistics.unpaired import unpaired
from studio.support.errors import UsageError

Labels = Mapping[tuple[Any, Any], str | None]
"""The class of each run by (row, seed); None is a run that failed, and has none."""
MOST_CLASSES = 50


@dataclass(frozen=True, slots=True)
class Category:
    """One class: how often it came in each variant, and its share in the first minus that in the second."""

    name: str
    first: int
    second: int
    shift: Comparison
    p_adjusted: float

    def as_json(self) -> dict[str, Any]:
        """Return the class as a JSON object."""
        return {**as_object(self), "shift": self.shift.as_json()}


@dataclass(frozen=True, slots=True)
class Categories:
    """All classes that came, by name.  `p` is the chance of so large a shift in any of them; `none` counts runs of
    the first and of the second that failed and have no class."""

    classes: tuple[Category, ...]
    p: float | None
    none: tuple[int, int]

    def as_json(self) -> dict[str, Any]:
        """Return the classes as a JSON object."""
        return {**as_object(self), "classes": [each.as_json() for each in self.classes]}


def categories(
    first: Labels | Sequence[str | None],
    second: Labels | Sequence[str | None],
    method: Method = DEFAULTS,
    *,
    pairs: bool = True,
) -> Categories:
    """Compare how often each class came in two variants, run by run, or as groups (`pairs=False`, or lists).

    Each class is a score of true and false: of pairs, its test is McNemar's (Psychometrika 12, 1947) where a row has
    one run, and the same test of whole rows where it has several; of groups, Fisher's.  All p-values are Holm's.
    Failed runs have no class and are left out.  Raises `UsageError` for more than 50 classes.
    """
    listed = not isinstance(first, Mapping) or not isinstance(second, Mapping)
    one, other = _by_key(first), _by_key(second)
    names = sorted({label for labels in (one, other) for label in labels.values() if label is not None})
    if len(names) > MOST_CLASSES:
        raise UsageError(f"{len(names)} classes are too many to compare", hint=f"Give at most {MOST_CLASSES}.")
    method = replace(method, failures="left_out", better="higher", scale=None)
    compare = paired if pairs and not listed else unpaired
    shifts = [compare(_only(name, one), _only(name, other), method) for name in names]
    adjusted = holm([1.0 if shift.p is None else shift.p for shift in shifts])
    counts = Counter(one.values()), Counter(other.values())
    classes = tuple(
        Category(name, counts[0][name], counts[1][name], shift, float(p))
        for name, shift, p in zip(names, shifts, adjusted, strict=True)
    )
    known = [float(p) for p, shift in zip(adjusted, shifts, strict=True) if shift.p is not None]
    return Categories(classes, min(known, default=None), (counts[0][None], counts[1][None]))


def _by_key(labels: Labels | Sequence[str | None]) -> Labels:
    return labels if isinstance(labels, Mapping) else {(place, 0): label for place, label in enumerate(labels)}


def _only(name: str, labels: Labels) -> Scores:
    return {key: None if label is None else label == name for key, label in labels.items()}
