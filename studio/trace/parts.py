"""Large contents of stores in a trace: in parts by their hash, so that what did not change is written once.

Where a list is long, `{"$parts": [blob, …]}` stands for it, each blob (`{"$blob": hash, …}`) holding some of its
elements as a JSON list. Copying a run and tidying up the file follow the hashes as they do for pictures.
"""

from __future__ import annotations

from collections.abc import Callable

from studio.support.values import Json, decode, is_blob

PARTS = "$parts"


def in_parts(blobs: list[Json]) -> Json:
    """Return what stands for a list whose elements lie in these blobs."""
    return {PARTS: blobs}


def whole(content: Json, read: Callable[[str], bytes | None]) -> Json:
    """Return a content with the lists that its top level has in parts. `read` gives the bytes of a hash.

    Raises ValueError for parts that are missing or none.
    """
    if type(content) is not dict:
        return content
    return {name: _joined(value[PARTS], read) if _is_parts(value) else value for name, value in content.items()}


def _is_parts(value: Json) -> bool:
    return type(value) is dict and set(value) == {PARTS}


def _joined(blobs: Json, read: Callable[[str], bytes | None]) -> Json:
    made = []
    for blob in blobs if isinstance(blobs, list) else [blobs]:
        data = read(blob["$blob"]) if is_blob(blob) else None
        if data is None:
            raise ValueError("a part of a content is missing")
        part = decode(data)
        if not isinstance(part, list):
            raise ValueError("a part of a content is no list")
        made += part
    return made
