"""Interactive control of a live run (design rule 2.13): hold it, step it, break, freeze, switch off, abort.

`Controller` goes into `arun(…, control=controller)` and is then called from any thread; `Door` stands for one until
somebody needs it. Knows the engine, no Qt and no terminal: the window, the terminal and other processes all speak
through it. Importing this loads nothing yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.control.breakpoints import Breakpoint
    from studio.control.controller import Controller
    from studio.control.door import Door
    from studio.control.events import Done, Event, Frontier, Hit, Note, State
    from studio.control.waiting import Held

__all__ = ["Breakpoint", "Controller", "Done", "Door", "Event", "Frontier", "Held", "Hit", "Note", "State"]

_HOMES = {"Breakpoint": "breakpoints", "Controller": "controller", "Door": "door", "Held": "waiting"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'events')}"), name)
