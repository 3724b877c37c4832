"""Pictures of dynamics, without Qt: one diagram for runs of agents and automata, its colours, pixels, marks, curves.

- `diagram`: the data; `building` makes it of an automaton's states or of firings, `runs` of a run that was read.
- `words`, `curves`: what follows from it: periods, returns, numbers along the ticks.
- `colours`, `scale`, `raster`, `tiles`: cells as pixels at any scale, kept in tiles; `marks`: what stands beside them;
  `recurrence`: the second view.
- `figures`: PNG and SVG files, by matplotlib.
"""

from studio.dynamics.pictures.building import Firings, of_automaton, of_firings
from studio.dynamics.pictures.diagram import COLOURINGS, Alarm, Colouring, Column, Diagram, Period
from studio.dynamics.pictures.runs import of_run, quotes_of

__all__ = [
    "COLOURINGS",
    "Alarm",
    "Colouring",
    "Column",
    "Diagram",
    "Firings",
    "Period",
    "of_automaton",
    "of_firings",
    "of_run",
    "quotes_of",
]
