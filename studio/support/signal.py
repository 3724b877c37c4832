"""`Signal`: tells listeners, in the order they came, that something happened. Plain calls, no threads, no Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVarTuple

A = TypeVarTuple("A")


class Signal(Generic[*A]):
    """A list of listeners. What a listener raises reaches whoever emits: a broken view is a fault, not a detail."""

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[*A], object], ...] = ()

    def connect(self, listener: Callable[[*A], object]) -> Callable[[], None]:
        """Have a listener hear from now on; the returned call ends that. Connecting twice is hearing once."""
        if listener not in self._listeners:
            self._listeners = (*self._listeners, listener)
        return lambda: self.disconnect(listener)

    def disconnect(self, listener: Callable[[*A], object]) -> None:
        """Have a listener hear no more; not having listened is no mistake."""
        self._listeners = tuple(one for one in self._listeners if one != listener)

    def emit(self, *told: *A) -> None:
        """Call every listener of this moment, also those that are disconnected meanwhile by an earlier one."""
        for listener in self._listeners:
            listener(*told)
