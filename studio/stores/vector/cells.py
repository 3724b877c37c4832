"""The index of a large store: vectors lie in cells around centres, and a search looks into the nearest cells only.

An inverted file (Jégou, Douze, Schmid: Product Quantization for Nearest Neighbor Search, 2011, section IV; the library
is faiss): centres by k-means over a sample, with a fixed seed and one thread. What is found in the cells is computed
exactly, so the answer is the exact best of the entries in the `PROBED` nearest cells: it depends on content, centres
and query alone, not on how the entries came to be there. The centres are part of a store's saved content.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from studio.stores.vector.arithmetic import CHUNK, UNIT, exact, lengths_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from studio.stores.vector.arithmetic import Floats, Mask, Rows
    from studio.stores.vector.segment import Segment

FROM: Final = 100_000
"""With more entries than this a store has an index."""
FEW: Final = 100_000
"""Where no more entries than this come into question (after a filter), all of them are compared: what a filter lets
pass may lie in other cells than the nearest."""
PROBED: Final = 64
SAMPLES: Final = 40
"""Vectors per centre from which the centres are made."""
ROUNDS: Final = 8
SEED: Final = 1
LARGE: Final = 16_384
"""Segments with more rows than this lie in faiss; of smaller ones each row is looked at."""


def cells_for(count: int) -> int:
    """Return how many cells an index of so many entries has: 512, twice as many for every fourfold number."""
    made = 512
    while count >= 800_000:
        made, count = made * 2, count // 4
    return made


class Lists:
    """The rows of one segment by cell: `cell` of each row, and in `held` (faiss) the vectors of large segments."""

    def __init__(self) -> None:
        self.cell: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.held: Any = None


class Cells:
    """Centres, and the cells around them. `trained` is how many entries there were when the centres were chosen."""

    def __init__(self, trained: int, *, sample: Floats | None = None, centres: Floats | None = None) -> None:
        self.trained = trained
        self._sample = sample
        self._centres = centres
        self._quantizer: Any = None
        self._lists: weakref.WeakKeyDictionary[Segment, Lists] = weakref.WeakKeyDictionary()

    @property
    def centres(self) -> Floats:
        """The centres, each of length 1; made when they are first needed."""
        if self._centres is None:
            assert self._sample is not None, "cells have centres or what to make them from"
            self._centres = _centres_of(_unit(self._sample), cells_for(self.trained))
            self._sample = None
        return self._centres

    def found(self, segment: Segment, query: Floats, mask: Mask, count: int) -> Rows:
        """Return rows of a segment among which are the best `count` (by cosine similarity) of those that the mask
        allows and that lie in the probed cells."""
        lists = self._filled(segment)
        unit = _unit(query[None])
        probed = self._probed(unit)
        if lists.held is not None:
            rows = self._in_faiss(lists, unit, mask, count)
            if rows is not None:
                return rows
        wanted = np.zeros(len(self.centres), bool)
        wanted[probed] = True
        return np.flatnonzero(wanted[lists.cell[: len(mask)]] & mask)

    def _in_faiss(self, lists: Lists, unit: Floats, mask: Mask, count: int) -> Rows | None:
        """The best rows by faiss's scores; None if so many are alike that the best may be among the others."""
        import faiss

        library: Any = faiss  # its stubs know the C++ signatures only
        bits = np.packbits(mask, bitorder="little")
        only = library.IDSelectorBitmap(bits)
        how: Any = library.SearchParametersIVF(nprobe=min(PROBED, len(self.centres)), sel=only)
        with _one_thread():
            scores, rows = lists.held.search(unit, count + 64, params=how)
        if rows[0, -1] < 0:  # that was all there is
            made: Rows = rows[0][rows[0] >= 0]
            return made
        error = (lists.held.d + 16) * UNIT * 2.2
        return rows[0] if scores[0, -1] < scores[0, count - 1] - 2 * error else None

    def _probed(self, unit: Floats) -> Rows:
        with _one_thread():
            made: Rows = self._coarse().search(unit, min(PROBED, len(self.centres)))[1][0]
        return made

    def _coarse(self) -> Any:
        if self._quantizer is None:
            import faiss

            self._quantizer = faiss.IndexFlatIP(self.centres.shape[1])
            self._quantizer.add(np.ascontiguousarray(self.centres))
        return self._quantizer

    def _filled(self, segment: Segment) -> Lists:
        """The lists of a segment with all rows it has by now."""
        lists = self._lists.get(segment)
        if lists is None:
            lists = self._lists[segment] = Lists()
        done = len(lists.cell)
        if done < segment.rows:
            new = _unit(segment.matrix[done : segment.rows])
            lists.cell = np.concatenate([lists.cell, _nearest(self.centres, new)])
            if lists.held is None and segment.rows > LARGE:
                done, new = 0, _unit(segment.matrix[: segment.rows])
                lists.held = self._empty_faiss()
            if lists.held is not None:
                _put(lists.held, new, lists.cell[done:], done)
        return lists

    def _empty_faiss(self) -> Any:
        import faiss

        coarse = self._coarse()
        held = faiss.IndexIVFFlat(coarse, coarse.d, coarse.ntotal, faiss.METRIC_INNER_PRODUCT)
        assert held.is_trained, "the centres are there"
        return held


def _put(held: Any, vectors: Floats, cells: Rows, first: int) -> None:
    import faiss

    numbers = np.arange(first, first + len(vectors), dtype=np.int64)
    vectors, cells = np.ascontiguousarray(vectors), np.ascontiguousarray(cells)
    with _one_thread():
        held.add_core(len(vectors), faiss.swig_ptr(vectors), faiss.swig_ptr(numbers), faiss.swig_ptr(cells))


def _nearest(centres: Floats, units: Floats) -> Rows:
    """The nearest centre of each vector; the first of equally near ones. The same whatever comes along with it: where
    rounding might decide, it is computed exactly."""
    made = np.empty(len(units), np.int64)
    error = (centres.shape[1] + 8) * UNIT * 2.2
    lengths = lengths_of(centres)
    for start in range(0, len(units), CHUNK):
        part = units[start : start + CHUNK]
        scores = part @ centres.T
        near = made[start : start + CHUNK] = scores.argmax(axis=1)
        top = scores[np.arange(len(part)), near]
        close = scores >= (top - 2 * error)[:, None]
        for row in np.flatnonzero(close.sum(axis=1) > 1):
            which = np.flatnonzero(close[row])
            query = part[row].astype(np.float64)
            made[start + row] = which[exact(centres[which], lengths[which], query, 1.0, "dot").argmax()]
    return made


def _unit(vectors: Floats) -> Floats:
    """The vectors at length 1; zeros stay."""
    lengths = lengths_of(vectors)
    inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return (vectors * inverse[:, None]).astype(np.float32)


def _centres_of(sample: Floats, cells: int) -> Floats:
    import faiss

    with _one_thread():
        made = faiss.Kmeans(
            sample.shape[1], cells, niter=ROUNDS, seed=SEED, spherical=True, max_points_per_centroid=SAMPLES
        )
        made.train(np.ascontiguousarray(sample))
    found: Floats = np.array(made.centroids, np.float32)
    return found


@contextmanager
def _one_thread() -> Iterator[None]:
    """With several threads faiss adds numbers in another order each time."""
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
