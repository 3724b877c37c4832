"""Queries over a trace that may also ask what stores held: `store_at` and `stores_at`.

The trace knows nothing of stores: their content at a step is made again from what was recorded. So the two functions
are given to the connection here, for `studio sql` and for the window; other programs do without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from studio.support.errors import StudioError, UsageError
from studio.support.values import Json, encode

if TYPE_CHECKING:
    from studio.replay.states.held import Held
    from studio.trace import Trace
    from studio.trace.found import Table

FUNCTIONS = {
    "store_at(run, store, seq)": "JSON: what a store held when step `seq` was decided; NULL for the last step.",
    "stores_at(run, seq)": "JSON: a list of the stores there were by then: store, kind, scope, tick, size.",
}
"""How the functions are written, and what they give."""

_KEPT = 8
"""Runs and contents that are remembered within a query."""


def ask(
    trace: Trace,
    query: str,
    parameters: tuple[Json, ...] = (),
    *,
    limit: int = 1000,
    seconds: float = 10.0,
    stop: Callable[[], bool] = lambda: False,
) -> Table:
    """Run one SELECT as `Trace.sql` does, with the functions for stores. Raises `UsageError`."""
    stores = _Stores(trace, stop)
    trace.add_function("store_at", 3, stores.store_at)
    trace.add_function("stores_at", 2, stores.stores_at)
    try:
        return trace.sql(query, parameters, limit=limit, seconds=seconds, stop=stop)
    except StudioError:
        if stores.problem is not None:
            raise stores.problem from None
        raise
    finally:
        stores.close()


class _Stores:
    """The two functions, over a connection of their own: they are called while the first one is being read."""

    def __init__(self, trace: Trace, stop: Callable[[], bool]) -> None:
        self._file = trace.readable
        self._stop = stop
        self._trace: Trace | None = None
        self._held: dict[str, Held] = {}
        self._contents: dict[tuple[Any, ...], str] = {}
        self.problem: StudioError | None = None
        """Why a function failed: SQLite only says that one did."""

    def close(self) -> None:
        """Close the second connection, if there is one."""
        if self._trace is not None:
            self._trace.close()
            self._trace = None

    def store_at(self, run: Json, store: Json, seq: Json) -> str | None:
        """What a store held at a step, as JSON text; NULL where the record does not tell it."""
        return self._told(lambda: self._content(self._of(run), _text(store, "a store's path"), _step(seq)))

    def stores_at(self, run: Json, seq: Json) -> str | None:
        """The stores of a run at a step, as JSON text."""
        return self._told(lambda: self._list(self._of(run), _step(seq)))

    def _list(self, held: Held, seq: int | None) -> str:
        made = []
        for place in held.places(seq):
            content = held.content(place, seq)
            made.append(
                {
                    "store": place.path, "kind": place.kind, "scope": place.scope, "tick": place.tick,
                    "size": None if content is None else content.size,
                }
            )  # fmt: skip
        return encode(made).decode()

    def _content(self, held: Held, store: str, seq: int | None) -> str | None:
        place = held.place(store, seq)
        key = (id(held), place.path, held.version(place, len(held) if seq is None else seq))
        if key not in self._contents:
            content = held.content(place, seq)
            if content is None:
                return None
            if len(self._contents) >= _KEPT:
                self._contents.clear()
            self._contents[key] = encode(content.shown()).decode()
        return self._contents[key]

    def _of(self, run: Json) -> Held:
        from studio.replay.cursor import Cursor
        from studio.replay.states.held import Held
        from studio.trace import Trace

        name = _text(run, "a run's id")
        if name not in self._held:
            self._trace = self._trace or Trace(self._file)
            if len(self._held) >= _KEPT:
                self._held.clear()
            self._held[name] = Held(Cursor(self._trace, name))
        return self._held[name]

    def _told(self, answer: Callable[[], str | None]) -> str | None:
        try:
            if self._stop():
                raise UsageError("The query was stopped.")
            return answer()
        except StudioError as error:
            self.problem = error
            raise


def _text(value: Json, what: str) -> str:
    if not isinstance(value, str):
        raise UsageError(
            f"store_at and stores_at need {what} as text.", hint="Write `store_at('last', 'tasks', NULL)`."
        )
    return value


def _step(value: Json) -> int | None:
    if value is not None and (type(value) is not int or value < 1):
        raise UsageError("A step is a whole number from 1 on.", hint="NULL stands for the last one.")
    step: int | None = value
    return step
