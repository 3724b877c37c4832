"""The store `vector`: texts found by meaning, by words and by metadata."""

from studio.stores.vector.store import VectorStore

__all__ = ["VectorStore"]
