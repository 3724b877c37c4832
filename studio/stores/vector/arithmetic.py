"""Nearness that every machine computes alike.

A matrix product is fast, but its rounding depends on the processor and on how many rows are multiplied at once. So it
only chooses candidates: all rows whose approximate score is within twice the error bound of the k-th best. These are
then computed in double precision, where the product of two single-precision numbers is exact, and summed in a fixed
tree of element-wise additions (IEEE 754 rounds each alike everywhere). The best k are therefore the same on every
machine, whatever else the matrix holds, and equal vectors have equal scores.

The bound: a sum of d products in single precision, in any order, is off by at most d u |x||y| (1 + small), with
u = 2**-24 (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Doubles = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

Metric = Literal["cosine", "dot", "l2"]

SMALLEST, LARGEST = 1e-15, 1e15
"""Lengths of vectors in between keep their squares and products within single precision."""
UNIT: Final = 2.0**-24
TINY: Final = 2.0**-126
CHUNK: Final = 4096
"""Rows that are computed in double precision at once."""


def tree_sum(terms: Doubles) -> Doubles:
    """Return the sum of each row, added in a fixed order; destroys `terms`."""
    width = terms.shape[1]
    if not width:
        return np.zeros(len(terms))
    while width > 1:
        half = width // 2
        terms[:, :half] += terms[:, width - half : width]
        width -= half
    return terms[:, 0].copy()


def lengths_of(vectors: Floats) -> Doubles:
    """Return the Euclidean length of each row."""
    made = np.empty(len(vectors))
    for start in range(0, len(vectors), CHUNK):
        wide = vectors[start : start + CHUNK].astype(np.float64)
        made[start : start + CHUNK] = np.sqrt(tree_sum(wide * wide))
    return made


def exact(vectors: Floats, lengths: Doubles, query: Doubles, length: float, metric: Metric) -> Doubles:
    """Return the score of each row for a query: cosine similarity (0 with a vector of zeros), dot product, or minus
    the Euclidean distance."""
    made = np.empty(len(vectors))
    for start in range(0, len(vectors), CHUNK):
        wide = vectors[start : start + CHUNK].astype(np.float64)
        if metric == "l2":
            wide -= query
            wide *= wide
            made[start : start + CHUNK] = -np.sqrt(tree_sum(wide))
            continue
        wide *= query
        dots = tree_sum(wide)
        if metric == "cosine":
            both = lengths[start : start + CHUNK] * length
            dots = np.divide(dots, both, out=np.zeros_like(dots), where=both > 0)
        made[start : start + CHUNK] = dots
    return made


def approximate(products: Floats, lengths: Floats, inverse: Floats, metric: Metric) -> Floats:
    """Return scores in the order of `exact` up to `error_of`, from the products of rows and query; may change
    `products`."""
    if metric == "cosine":
        products *= inverse
    elif metric == "l2":
        products *= np.float32(2)
        products -= lengths * lengths
    return products


def error_of(dims: int, length: float, longest: float, metric: Metric) -> float:
    """Return how far an approximate score may be off for a query of this length and rows up to the longest."""
    if metric == "cosine":
        return length * (dims + 8) * UNIT * 1.1 + dims * TINY / SMALLEST
    if metric == "dot":
        return length * longest * (dims + 8) * UNIT * 1.1 + dims * TINY
    return (length + longest) ** 2 * (dims + 8) * UNIT * 2.2 + dims * TINY


def best(scores: Doubles, places: Rows, count: int) -> list[tuple[float, int]]:
    """Return the `count` best of some scores with their places; of equal ones the first place first."""
    order = np.lexsort((places, -scores))[:count]
    made: list[Any] = list(zip(scores[order].tolist(), places[order].tolist(), strict=True))
    return made
