"""Edit distance (Levenshtein 1966) of texts, or of any two rows of things.

Computed by bit vectors (Myers, *A fast bit-vector algorithm for approximate string matching*, JACM 46, 1999, in the
form of Hyyrö 2003): one whole number holds a column of the table, so that thousands of signs take milliseconds.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def edit_distance(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Return the least number of insertions, deletions and replacements that turn one row into the other."""
    if len(one) > len(other):
        one, other = other, one
    if not one:
        return len(other)
    places: dict[Hashable, int] = {}
    for place, sign in enumerate(one):
        places[sign] = places.get(sign, 0) | 1 << place
    every = (1 << len(one)) - 1
    last = 1 << (len(one) - 1)
    # Where the table rises by 1 from row to row, and where it falls, in the column reached so far.
    rises, falls, distance = every, 0, len(one)
    for sign in other:
        same = places.get(sign, 0)
        down = same | falls
        across = (((same & rises) + rises) ^ rises) | same
        up = falls | (~(across | rises) & every)
        less = rises & across
        if up & last:
            distance += 1
        if less & last:
            distance -= 1
        up = up << 1 | 1
        rises = (less << 1 | ~(down | up)) & every
        falls = up & down & every
    return distance
