"""Cosine of embedding vectors."""

from __future__ import annotations

from collections.abc import Sequence

from studio.support.errors import NodeError


def cosine_scores(query: Sequence[float], vectors: Sequence[Sequence[float]]) -> list[float]:
    """Return the cosine of each vector with the query's; 0 for a vector of zeros.

    Raises `NodeError` if their lengths differ: vectors of two embedders cannot be compared.
    """
    import numpy

    if not vectors:
        return []
    if any(len(vector) != len(query) for vector in vectors):
        raise NodeError(
            "Vectors of different lengths cannot be compared.", hint="Embed everything with one embedder.", code="input"
        )
    table = numpy.asarray(vectors, numpy.float64)
    asked = numpy.asarray(query, numpy.float64)
    # Sums row by row, not by BLAS, whose last digit differs with the number of rows and from one machine to the next.
    lengths = numpy.sqrt((table * table).sum(axis=1)) * numpy.sqrt((asked * asked).sum())
    products = (table * asked).sum(axis=1)
    return [
        float(value) for value in numpy.divide(products, lengths, out=numpy.zeros_like(products), where=lengths > 0)
    ]
