"""`Signal`: tells listeners, in the order they came, that something happened. Plain calls, no threads, no Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVarTuple

A = TypeVarTuple("A")


class Signal(Generic[*A]):
    """A list of listeners. What a listener raises reaches whoever emits, after all others have heard: a broken view is
    a fault, not a detail, and no reason for the journal to miss an edit."""

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
        fault: Exception | None = None
        for listener in self._listeners:
            try:
                listener(*told)
            except Exception as error:  # noqa: BLE001 - raised below
                if fault is None:
                    fault = error
                else:
                    fault.add_note(f"Another listener raised {type(error).__name__}: {error}")
        if fault is not None:
            raise fault
