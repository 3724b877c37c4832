"""One entry of a vector store: a text with its vector, its metadata and its key; what is accepted as one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from studio.stores.vector.arithmetic import LARGEST, SMALLEST, lengths_of
from studio.support.errors import NodeError
from studio.support.values import Json, encode, preview, sorted_encode

if TYPE_CHECKING:
    from studio.stores.vector.arithmetic import Floats

MAX_DIMS: Final = 8_192
MAX_TEXT: Final = 100_000
"""Characters of one text."""
MAX_META: Final = 16_384
"""Bytes of one entry's metadata, as JSON."""
MAX_KEY: Final = 500
"""Characters of a key."""
FIELDS: Final = ("text", "vector", "meta", "key")


class Entry(NamedTuple):
    """`meta` is an encoded object, `vector` has single precision, `length` is its Euclidean length."""

    key: str
    text: str
    meta: bytes
    vector: Floats
    length: float


def packed(vector: Floats) -> str:
    """Return a vector as compact text: base64 of its little-endian single-precision numbers."""
    return base64.b64encode(vector.astype("<f4", copy=False).tobytes()).decode()


def vector_of(value: Json) -> Floats:
    """Return the vector that a list of numbers or `packed` text stands for. Raises `NodeError` if it is none."""
    return checked([_numbers(value)])[0][0]


def entries_of(values: Sequence[Json]) -> list[Entry]:
    """Return the entries that objects stand for. Without a key, text and metadata make one: the same text with the
    same metadata is one entry. Raises `NodeError`."""
    told = [_told(value) for value in values]
    vectors = checked([_numbers(value["vector"]) for value in values])
    return [Entry(*one, vector, length) for one, (vector, length) in zip(told, vectors, strict=True)]


def checked(vectors: Sequence[Floats]) -> list[tuple[Floats, float]]:
    """Return vectors with their lengths. Raises `NodeError` where one cannot be compared with others."""
    alike = len({len(vector) for vector in vectors}) < 2  # many at once take a tenth of the time
    groups = [np.stack(vectors)] if alike and vectors else [vector[None] for vector in vectors]
    made: list[tuple[Floats, float]] = []
    for group in groups:
        if not np.isfinite(group).all():
            raise _wrong("a number of a vector is not finite in single precision.")
        lengths = lengths_of(group)
        strange = lengths[(lengths > 0) & ((lengths < SMALLEST) | (lengths > LARGEST))]
        if len(strange):
            raise _wrong(f"the length of a vector is {strange[0]:.3g}, which single precision cannot compare.")
        made += zip(group, lengths.tolist(), strict=True)
    return made


def _numbers(value: Json) -> Floats:
    try:
        if isinstance(value, str):
            made = np.frombuffer(base64.b64decode(value, validate=True), "<f4").astype(np.float32, copy=False)
        elif isinstance(value, list) and all(type(number) in (int, float) for number in value):
            with np.errstate(over="ignore"):
                made = np.array(value, np.float64).astype(np.float32)
        else:
            raise ValueError
    except ValueError:
        raise _wrong(f"{preview(value, 40)} is no vector: a list of numbers.") from None
    if not 0 < len(made) <= MAX_DIMS:
        raise _wrong(f"a vector of {len(made)} numbers cannot be kept: there may be 1 to {MAX_DIMS}.")
    return made


def _told(value: Json) -> tuple[str, str, bytes]:
    """The key, the text and the encoded metadata of an entry."""
    if not isinstance(value, Mapping):
        raise _wrong(f"an entry is an object with `text` and `vector`, not {preview(value, 40)}.")
    if strange := [name for name in value if name not in FIELDS]:
        raise _wrong(f"an entry has no `{preview(strange[0], 40)}`; it has {', '.join(FIELDS)}.")
    text, meta, key = value.get("text"), value.get("meta"), value.get("key")
    if not isinstance(text, str):
        raise _wrong(f"the text of an entry is {preview(text, 40)}, but it must be a text.")
    if len(text) > MAX_TEXT:
        raise _wrong(f"a text has {len(text)} characters, more than {MAX_TEXT}.", "Split it into smaller parts first.")
    if not isinstance(meta, dict | None):
        raise _wrong(f"the metadata of an entry is {preview(meta, 40)}, but it must be an object.")
    encoded = encode(meta or {})
    if len(encoded) > MAX_META:
        raise _wrong(f"the metadata of an entry has {len(encoded)} bytes, more than {MAX_META}.")
    if "vector" not in value:
        raise _wrong("an entry has no vector.")
    return key_of(key, text, meta or {}), text, encoded


def key_of(key: Json, text: str, meta: Any) -> str:
    """Return the key of an entry. Raises `NodeError` if it is no text."""
    if key is None or key == "":
        return hashlib.blake2b(encode(text) + sorted_encode(meta), digest_size=12).hexdigest()
    if not isinstance(key, str) or len(key) > MAX_KEY:
        raise _wrong(f"the key of an entry is {preview(key, 40)}, but it must be a text of at most {MAX_KEY} letters.")
    return key


def _wrong(sentence: str, hint: str = "") -> NodeError:
    return NodeError(sentence, hint=hint, code="store")
