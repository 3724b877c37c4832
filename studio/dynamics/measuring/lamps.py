"""The lamp test: do a thousand lamps give more heat?  What n answers to one question say together, against each alone.

U(n) = C(x1 … xn) is the information in n answers together, ΣC that of each on its own.  If the marginal information
U(n) − U(n−1) falls to what a verbatim copy costs, further lamps add nothing (dynamics notes, section 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.dynamics.measuring.compression import Size, size_for
from studio.support.errors import UsageError

LEAST_ORDERS = 5
MOST_TEXTS = 2000
_RESAMPLED = 400
_SCALES = 120
_COPIED = 8
"""Answers of which the cost of a copy is taken."""
_BEYOND = 2.0
"""A curve that bends only beyond so many times the answers there are shows no ceiling."""
_FLAT = 0.1
"""Share of the first answer's information below which a marginal answer is said to add nothing to speak of."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lamps:
    """Lists are by n = 1, 2, … answers and in bytes, means over `orders` random orders.

    `together` is U(n), `alone` ΣC, `marginal` U(n) − U(n−1), `redundancy` R = 1 − U/ΣC.  `copy` is what repeating an
    answer word by word costs.  `ceiling` is A of the fit U(n) = A·(1 − e^(−n/k)) + copy·(n−1), with the interval in
    which it lies for 95 % of resampled orders; None where the answers show no ceiling.  `longer` is C of one longer or
    better informed answer, if there is one to compare.
    """

    together: tuple[float, ...]
    alone: tuple[float, ...]
    marginal: tuple[float, ...]
    redundancy: tuple[float, ...]
    copy: float
    ceiling: float | None
    ceiling_low: float | None
    ceiling_high: float | None
    orders: int
    compressor: str
    longer: int | None
    suggests: str

    def as_json(self) -> dict[str, Any]:
        """Return the result as a JSON object, numbers rounded to a thousandth."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def lamps(texts: Sequence[str], *, orders: int = 16, seed: int = 0, longer: str | None = None) -> Lamps:
    """Return the lamp test of answers to one question; the same texts and seed give the same numbers.

    Raises UsageError for fewer than two texts, more than 2000, or fewer than five orders.
    """
    if not 2 <= len(texts) <= MOST_TEXTS:
        raise UsageError(f"The lamp test needs 2 to {MOST_TEXTS} answers, not {len(texts)}.", hint="Ask again.")
    if orders < LEAST_ORDERS:
        raise UsageError(f"The lamp test needs at least {LEAST_ORDERS} orders, not {orders}.", hint="Ask for more.")
    data = [text.encode("utf-8", "surrogatepass") for text in texts]
    total = sum(map(len, data)) + len(data)
    name, size = size_for(total + max(map(len, data)))
    empty = size(b"")
    alone = [size(each) - empty for each in data]
    rng = np.random.default_rng(seed)
    perms = [rng.permutation(len(data)) for _ in range(orders)]
    curves = np.array([_curve([data[at] for at in perm], size, empty) for perm in perms], dtype=np.float64)
    sums = np.array([np.cumsum([alone[at] for at in perm]) for perm in perms], dtype=np.float64).mean(axis=0)
    copy = float(np.mean([_copy(each, len(data), size) for each in data[:_COPIED]]))
    together = curves.mean(axis=0)
    marginal = np.diff(together, prepend=0.0)
    redundancy = 1 - together / np.maximum(sums, 1.0)
    ceiling, low, high = _ceiling(curves, copy, rng)
    return Lamps(
        tuple(map(float, together)),
        tuple(map(float, sums)),
        tuple(map(float, marginal)),
        tuple(map(float, redundancy)),
        copy,
        ceiling,
        low,
        high,
        orders,
        name,
        None if longer is None else size(longer.encode("utf-8", "surrogatepass")) - empty,
        _suggestion(marginal, copy, ceiling),
    )


def _copy(text: bytes, count: int, size: Size) -> float:
    """Return what each of so many verbatim copies costs after the first."""
    return (size(b"\n".join([text] * count)) - size(text)) / (count - 1)


def _curve(data: Sequence[bytes], size: Size, empty: int) -> list[int]:
    """Return U(1), U(2), … of one order."""
    curve = []
    joined = bytearray()
    for each in data:
        joined += each + b"\n"
        curve.append(size(bytes(joined[:-1])) - empty)
    return curve


def _ceiling(curves: Floats, copy: float, rng: np.random.Generator) -> tuple[float | None, float | None, float | None]:
    """Fit the mean curve, and the means of resampled orders for the interval."""
    count = curves.shape[1]
    if count < 3:
        return None, None, None
    n = np.arange(1, count + 1, dtype=np.float64)
    scales = np.geomspace(0.2, 50 * count, _SCALES)
    basis = 1 - np.exp(-n[None, :] / scales[:, None])
    clean = curves - copy * (n - 1)
    picks = rng.integers(0, len(curves), size=(_RESAMPLED, len(curves)))
    best = _fit(clean.mean(axis=0)[None, :], basis, scales, count)[0]
    if not np.isfinite(best):
        return None, None, None
    found = np.sort(_fit(clean[picks].mean(axis=1), basis, scales, count))
    low, high = found[int(0.025 * len(found))], found[int(np.ceil(0.975 * len(found))) - 1]
    return float(best), float(min(low, best)), float(max(high, best)) if np.isfinite(high) else None


def _fit(curves: Floats, basis: Floats, scales: Floats, count: int) -> Floats:
    """Return A of the least-squares fit of each curve; infinite where the best bend lies beyond the answers."""
    squares = (basis**2).sum(axis=1)
    heights = curves @ basis.T / squares
    errors = (curves**2).sum(axis=1)[:, None] - heights**2 * squares
    at = errors.argmin(axis=1)
    found = heights[np.arange(len(curves)), at]
    return np.where(scales[at] > _BEYOND * count, np.inf, found)


def _suggestion(marginal: Floats, copy: float, ceiling: float | None) -> str:
    beyond = np.flatnonzero(marginal[1:] - copy < _FLAT * marginal[0])
    if len(beyond):
        n = int(beyond[0]) + 2
        less = f"From answer {n} on a further one adds less than {_FLAT:.0%} of what the first said"
        return f"{less}: compare one longer or better informed call."
    if ceiling is None:
        return "No ceiling shows within these answers: further ones still add something of their own."
    return "Further answers add less and less, and have not stopped adding."


def _rounded(value: object) -> object:
    if isinstance(value, tuple):
        return [round(each, 3) for each in value]
    return round(value, 3) if isinstance(value, float) else value
