"""Numbers, intervals and texts of strangers as reports write them."""

from __future__ import annotations

from typing import Final

from studio.batch.statistics import Comparison, Interval
from studio.support.plain import plain, plain_line

MEASURE_WORDS: Final = {
    "cost_usd": "cost in USD", "tokens": "tokens", "calls": "model calls", "seconds": "seconds", "firings": "firings",
    "ticks": "ticks",
}  # fmt: skip

NOUGHT: Final = 1e-12
"""What is smaller is left over from adding up."""

LONGEST: Final = 160
"""Signs of a name or a reason in a report."""


def number(value: float | None, *, sign: bool = False) -> str:
    """Return a number in three or four digits; a dash where there is none."""
    if value is None:
        return "–"
    value = 0.0 if abs(value) < NOUGHT else value
    text = f"{value:+.3g}" if sign and value else f"{value:.4g}"
    return text.replace("-", "−")


def ends(interval: Interval, *, sign: bool = False) -> str:
    """Return an interval as `low … high`; "" where there is none."""
    if not interval.known:
        return ""
    low = "−∞" if interval.low is None else number(interval.low, sign=sign)
    return f"{low} … {'∞' if interval.high is None else number(interval.high, sign=sign)}"


def interval_words(interval: Interval, name: str = "") -> str:
    """Return an interval for a sentence: `95 % interval 0.2 … 0.5`, or why there is none."""
    if not interval.known:
        return f"no interval: {interval.method.removeprefix('none: ')}"
    return f"{name or percent(interval.level)} interval {ends(interval)}"


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * share:.3g} %"


def p_value(value: float | None) -> str:
    """Return a p-value; those that are tiny as `< 0.001`."""
    if value is None:
        return "–"
    return "< 0.001" if value < 0.0005 else f"{value:.3f}"


def p_words(value: float | None) -> str:
    """Return a p-value for a sentence."""
    if value is None:
        return "no test"
    return f"p {p_value(value)}" if value < 0.0005 else f"p = {p_value(value)}"


def counted(count: int, word: str) -> str:
    """Return `1 run`, `2,000 runs`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def units_words(found: Comparison) -> str:
    """Return what stands behind a comparison: `n = 6 rows`, with the pairs of runs where they are more."""
    words = f"n = {counted(found.units, found.unit)}"
    return words if found.runs == found.units else f"{words}, {counted(found.runs, 'pair')} of runs"


def one_line(text: str, most: int = LONGEST) -> str:
    """Return a text of a stranger on one line of at most so many signs, harmless for page and terminal."""
    return cut(plain_line(whole(text[: 20 * most + 200])), most)


def several_lines(text: str, most: int) -> str:
    """Return a text of a stranger with its lines, at most so many signs, harmless for page and terminal."""
    return cut(plain(whole(text[: 20 * most + 200])).strip("\n"), most)


def whole(text: str) -> str:
    """Return a text without halves of signs, which no file takes, and without signs that no XML may hold."""
    text = text.encode("utf-8", "replace").decode()
    return text if text.isascii() else "".join("\ufffd" if ord(one) & 0xFFFE == 0xFFFE else one for one in text)


def cut(text: str, most: int) -> str:
    """Return a text of at most so many signs, with … where it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def cut_middle(text: str, most: int) -> str:
    """Return a text of at most so many signs, cut in the middle: names often differ at their ends."""
    if len(text) <= most:
        return text
    tail = most // 2
    return f"{text[: most - tail - 1].rstrip()}…{text[-tail:].lstrip()}"
