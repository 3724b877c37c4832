"""Interactive control of a live run (design rule 2.13): hold it, step it, break, freeze, switch off, abort.

`Controller` goes into `arun(…, control=controller)` and is then called from any thread. Knows the engine, no Qt and no
terminal; the window, the terminal and other processes all speak through it.
"""

from __future__ import annotations

from studio.control.breakpoints import Breakpoint
from studio.control.controller import Controller
from studio.control.events import Done, Event, Frontier, Hit, Note, State
from studio.control.waiting import Held

__all__ = ["Breakpoint", "Controller", "Done", "Event", "Frontier", "Held", "Hit", "Note", "State"]
