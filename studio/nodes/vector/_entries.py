"""What the node types of vector stores share: texts and their vectors, brought together into entries."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from typing import Any

from studio.spec import RunContext, param
from studio.support.errors import NodeError
from studio.support.values import Json, preview


def embedder_param() -> Any:
    """Declare the param that names the embedder."""
    return param(
        "default",
        help="Role or name of the embedder that makes the vectors, where none is wired.",
        editor={"kind": "embedder"},
    )


def packed(vector: Json) -> str:
    """Return a vector as the compact text that a vector store takes: base64 of single-precision numbers. A quarter of
    what the numbers take as text, in the record of each operation. Raises `NodeError` if it is none."""
    try:
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
    except (TypeError, struct.error):
        raise NodeError(f"{preview(vector, 40)} is no vector: a list of numbers.", code="input") from None
    except OverflowError:
        raise NodeError("a number of the vector is too large for single precision.", code="input") from None


async def vector_for(ctx: RunContext, embedder: str, text: str) -> str:
    """Return the packed vector of a text."""
    return packed((await ctx.embed([text], embedder))[0])


async def entries(ctx: RunContext, embedder: str, text: Json, vector: Json, meta: Json, key: Json) -> list[Json]:
    """Return the entries for a text or for each of a list of texts, with vectors embedded where none are given.

    For a list of texts `vector` and `key` are lists as long, `meta` is one or a single object for all. Raises
    `NodeError` where they do not match.
    """
    if isinstance(text, str):
        many, texts, vectors, keys = False, [text], None if vector is None else [vector], [key]
    elif isinstance(text, list | tuple) and all(isinstance(one, str) for one in text):
        many, texts, vectors, keys = True, list(text), vector, [None] * len(text) if key is None else key
    else:
        raise NodeError(
            f"only a text or a list of texts can be remembered, not {preview(text)}.",
            hint="Turn the value into text first, with `text.template`.",
            code="input",
        )
    metas = meta if many and isinstance(meta, list | tuple) else [meta] * len(texts)
    for name, values in (("vector", vectors), ("meta", metas), ("key", keys)):
        if values is not None and (not isinstance(values, list | tuple) or len(values) != len(texts)):
            raise NodeError(f"`{name}` is {preview(values, 40)}, but there are {len(texts)} texts.", code="input")
    if any(one is not None and not isinstance(one, Mapping) for one in metas):
        raise NodeError("`meta` must be an object, or a list with one for each text.", code="input")
    if vectors is None:
        vectors = await ctx.embed(texts, embedder) if texts else []
    made: list[Json] = []
    for one, of_it, about, name in zip(texts, vectors, metas, keys, strict=True):
        entry: dict[str, Json] = {"text": one, "vector": packed(of_it)}
        if about:
            entry["meta"] = about
        if name:
            entry["key"] = name
        made.append(entry)
    return made
