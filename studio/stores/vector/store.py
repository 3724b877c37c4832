"""`VectorStore`: entries of a text, a vector, metadata and a key; found by nearness, by words, by both, by a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from studio.spec.fields import Fields, param
from studio.spec.node import StoreUse
from studio.stores.base import Shown, count_of, filter_of, text_of
from studio.stores.tabled import TabledStore
from studio.stores.vector.tables import TABLES
from studio.support.errors import NodeError
from studio.support.values import Json, decode, encode, preview
from studio.trace.parts import in_parts

if TYPE_CHECKING:  # numpy takes its time to load: only who has such a store waits for it
    from studio.stores.vector.content import Content, Part
    from studio.stores.vector.entry import Entry
    from studio.stores.vector.parts import Parts
    from studio.stores.vector.searching import Ranking

MAX_K: Final = 1_000
MAX_ADDED: Final = 10_000
"""Entries of one `add`, and keys of one `get` or `delete`."""


class VectorStore(TabledStore):
    """Entries in the order they came; one whose key is added again is a new entry in place of the old one."""

    kind = "vector"
    summary = "Texts with their vectors: found by meaning, by words and by metadata."
    ops: ClassVar[dict[str, StoreUse]] = {
        "add": "write", "delete": "write", "clear": "write", "search": "read", "get": "read", "items": "read",
        "length": "read",
    }  # fmt: skip

    class Params(Fields):
        metric: str = param(
            "cosine", choices=("cosine", "dot", "l2"),
            help="What is near: the angle between vectors, their dot product, or their distance.",
        )  # fmt: skip
        dims: int | None = param(
            None, ge=1, le=8192, help="How many numbers each vector has; left out, the first one decides."
        )
        items: list[Any] = param((), help="Entries at the start: objects with text, vector, meta and key.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        dims = params.dims
        for place, item in enumerate(params.items):
            from studio.stores.vector.entry import entries_of

            try:
                [entry] = entries_of([item])
            except NodeError as error:
                yield f"Entry {place} of `items` cannot be kept: {error.message}"
                return
            dims = dims or len(entry.vector)
            if len(entry.vector) != dims:
                yield f"Entry {place} of `items` has a vector of {len(entry.vector)} numbers, not {dims}."
                return

    # -- operations ---------------------------------------------------------------------------------

    def op_add(self, entries: bytes) -> bytes:
        """Add entries: objects with `text`, `vector` (a list of numbers, or base64 of single-precision ones), `meta`
        (an object) and `key`. Returns `{"keys": […], "length": …}`."""
        made = self._entries(_list_of(entries, "entries"))
        last = {entry.key: place for place, entry in enumerate(made)}
        new = [entry for place, entry in enumerate(made) if last[entry.key] == place]
        if new:
            self._note(new, self._data.add(new))
        return encode({"keys": [entry.key for entry in made], "length": len(self._data)})

    def op_delete(self, keys: bytes = b"null", filter: bytes = b"null") -> bytes:
        """Forget the entries with these keys, or those a filter lets pass; returns how many they were."""
        named, asked = decode(keys), decode(filter)
        if (named is None) == (asked is None):
            raise NodeError("deleting from a vector store takes keys or a filter.", code="store")
        if named is None:
            doomed: list[Json] = [part.segment.told(row)[0] for part, row in self._chosen(filter)]
        else:
            doomed = _list_of(keys, "keys")
        content = self._data
        gone = [key for key in doomed if isinstance(key, str) and content.remove(key)]
        content.removed()
        self._note([], gone)
        return b"%d" % len(gone)

    def op_clear(self) -> bytes:
        """Forget everything."""
        self._data.clear()
        if self._changes is not None:
            self._changes.append(None)
        return b"0"

    def op_search(
        self, vector: bytes = b"null", text: bytes = b"null", k: bytes = b"10", filter: bytes = b"null",
        weight: bytes = b"0.5", min_score: bytes = b"null", exact: bytes = b"false",
    ) -> bytes:  # fmt: skip
        """Return the `k` best entries, best first: nearest to a vector, saying most of the words of a text, or joined
        from both, where nearness has the weight. Each with `key`, `text`, `meta` and `score`; joined ones with their
        rank in both (null: not there). `min_score` is the least nearness. `exact` compares all of a large store."""
        from studio.stores.vector import searching

        content, count = self._data, count_of(k, "k") or 0
        if not 1 <= count <= MAX_K:
            raise NodeError(f"a search gives 1 to {MAX_K} entries, not {count}.", code="store")
        filter_of(filter)
        share = decode(weight)
        if type(share) not in (int, float) or not 0 <= share <= 1:
            raise NodeError(f"the weight of nearness is a number from 0 to 1, not {preview(share)}.", code="store")
        said = None if decode(text) is None else text_of(text, "query")
        query = self._query(vector)
        if query is None and said is None:
            raise NodeError("a search needs a vector or a text.", code="store")
        if not len(content):
            return b"[]"
        masks = searching.allowed(content, decode(filter))
        depth = count if query is None or said is None else max(searching.DEPTH, 2 * count)
        near: Ranking = []
        words: Ranking = []
        if query is not None:
            near = searching.by_vector(content, query, masks, depth, all_of_them=bool(decode(exact)))
            least = decode(min_score)
            near = near if least is None else [one for one in near if one[0] >= least]
        if said is not None:
            words = searching.by_words(content, said, masks, depth)
        if query is None or said is None:
            found = words if query is None else near
            return encode([self._told(place, score) for score, place in found])
        ranks = [{place: rank for rank, (_, place) in enumerate(one, 1)} for one in (near, words)]
        return encode(
            [
                self._told(place, score) | {"vector_rank": ranks[0].get(place), "text_rank": ranks[1].get(place)}
                for score, place in searching.fused(near, words, share)[:count]
            ]
        )

    def op_get(self, keys: bytes) -> bytes:
        """Return the entries with these keys, null for each that is not there."""
        found = [self._data.find(key) if isinstance(key, str) else None for key in _list_of(keys, "keys")]
        return encode([None if place is None else _shown(*place[0].segment.told(place[1])) for place in found])

    def op_items(self, filter: bytes = b"null", last: bytes = b"null", vectors: bytes = b"false") -> bytes:
        """Return all entries that a filter lets pass, oldest first, or the last few; with their vectors as base64 if
        these are asked for."""
        from studio.stores.vector.entry import packed

        wanted, count = self._chosen(filter), count_of(last, "number of entries")
        if count is not None:
            wanted = wanted[max(0, len(wanted) - count) :]
        made = [_shown(*part.segment.told(row)) for part, row in wanted]
        if decode(vectors):
            for shown, (part, row) in zip(made, wanted, strict=True):
                shown["vector"] = packed(part.segment.matrix[row])
        return encode(made)

    def op_length(self, filter: bytes = b"null") -> bytes:
        """Return how many entries it holds, or how many of them a filter lets pass."""
        from studio.stores.vector.searching import allowed

        filter_of(filter)
        return b"%d" % sum(int(mask.sum()) for mask in allowed(self._data, decode(filter)))

    # -- what every store does ----------------------------------------------------------------------

    def _perform(self, op: str, packed: dict[str, bytes]) -> bytes:
        with self._data.lock:
            return super()._perform(op, packed)

    def fork(self) -> Self:
        """Return a snapshot that keeps its own writes; neither sees the other's. Costs a few marks."""
        with self._data.lock:
            made = super().fork()
            made._data = self._data.view()
            self._shared = made._shared = False
        return made

    def dump(self) -> Json:
        """Return `{"entries": […]}`, vectors as base64; beyond the size that needs an index, its centres too."""
        from studio.stores.vector.parts import dumped

        with self._data.lock:
            return self._with_cells({"entries": [dumped(entry) for entry in self._data.entries()]})

    def dump_in_parts(self, keep: Callable[[bytes], Json]) -> Json:
        from studio.stores.vector import parts

        with self._data.lock:
            if len(self._data) < parts.SMALL:
                return self.dump()
            if self._parts is None:
                self._parts = parts.Parts(keep)
            return self._with_cells({"entries": in_parts(self._parts.of(self._data))})

    def _with_cells(self, made: dict[str, Json]) -> Json:
        from studio.stores.vector.entry import packed

        cells = self._data.cells
        if cells is not None:
            made["cells"] = {"trained": cells.trained, "centres": [packed(centre) for centre in cells.centres]}
        return made

    def shown(self) -> Json:
        with self._data.lock:
            return [_shown(one.key, one.text, one.meta.decode()) for one in self._data.entries()]

    def rows(self) -> Shown:
        return Shown(("key", "text", "meta"), [tuple(one.values()) for one in self.shown()], 0)

    def _start(self) -> Any:
        return self._unpack({"entries": list(self.params.items)})

    def _unpack(self, content: Json) -> Any:
        from studio.stores.vector.entry import entries_of, vector_of

        cells = content.get("cells")
        centres = None if cells is None else [vector_of(centre) for centre in cells["centres"]]
        trained = 0 if cells is None else int(cells["trained"])
        return self._filled(entries_of(content["entries"]), trained, centres)

    def _filled(self, entries: list[Entry], trained: int, centres: Any) -> Content:
        import numpy as np

        from studio.stores.vector.cells import Cells
        from studio.stores.vector.content import Content

        made = Content(self.params.metric)
        made.fill(entries, None if centres is None else Cells(trained, centres=np.array(centres, np.float32)))
        return made

    # -- a project's file ---------------------------------------------------------------------------

    tables: ClassVar[str] = TABLES
    _changes: list[tuple[list[Entry], list[str]] | None] | None = None
    _parts: Parts | None = None
    _written: Any = None
    """The cells that the tables have."""

    def track(self) -> None:
        with self._data.lock:
            self._changes = [None, (list(self._data.entries()), [])]

    def forget_changes(self) -> None:
        self._changes = []
        self._written = self._data.cells

    def write_tables(self, connection: Any) -> None:
        from studio.stores.vector.tables import write, write_cells

        write(connection, self.name, self._changes or [])
        if self._data.cells is not self._written:
            write_cells(connection, self.name, self._data.cells)
        self.forget_changes()

    def read_tables(self, connection: Any) -> None:
        from studio.stores.vector.tables import read

        self._data = self._filled(*read(connection, self.name))
        self.forget_changes()

    # -- within -------------------------------------------------------------------------------------

    def _note(self, added: list[Entry], gone: list[str]) -> None:
        if self._changes is not None and (added or gone):
            self._changes.append((added, gone))

    def _entries(self, given: list[Json]) -> list[Entry]:
        """The entries given. All or none are taken: what is wrong is found before."""
        from studio.stores.vector.entry import entries_of

        made = entries_of(given)
        dims = self.params.dims or self._data.dims
        for entry in made:
            dims = dims or len(entry.vector)
            if len(entry.vector) != dims:
                raise self._other_size(len(entry.vector), dims)
        return made

    def _query(self, vector: bytes) -> Any:
        from studio.stores.vector.entry import vector_of

        value = decode(vector)
        if value is None:
            return None
        query = vector_of(value)
        dims = self._data.dims or self.params.dims
        if dims and len(query) != dims:
            raise self._other_size(len(query), dims)
        return query

    def _other_size(self, size: int, dims: int) -> NodeError:
        return NodeError(
            f"the vector has {size} numbers, but those of `{self.name}` have {dims}.",
            hint="Vectors of one store must come from one embedder.", code="store",
        )  # fmt: skip

    def _chosen(self, filter: bytes) -> list[tuple[Part, int]]:
        """Where the entries lie that a filter lets pass, oldest first."""
        from studio.stores.vector.searching import allowed

        filter_of(filter)
        content = self._data
        masks = allowed(content, decode(filter))
        return [
            (part, row) for part, mask in zip(content.parts, masks, strict=True) for row in mask.nonzero()[0].tolist()
        ]

    def _told(self, place: int, score: float) -> dict[str, Json]:
        part, row = self._data.at(place)
        return _shown(*part.segment.told(row)) | {"score": round(score, 6)}


def _shown(key: str, text: str, meta: str) -> dict[str, Json]:
    return {"key": key, "text": text, "meta": decode(meta)}


def _list_of(values: bytes, what: str) -> list[Json]:
    unpacked = decode(values)
    if not isinstance(unpacked, list):
        raise NodeError(f"a vector store was given {preview(unpacked)} where it needs a list of {what}.", code="store")
    if len(unpacked) > MAX_ADDED:
        raise NodeError(f"{len(unpacked)} {what} are more than the {MAX_ADDED} that go at once.", code="store")
    return unpacked
