"""Pictures of dynamics, without Qt: one diagram for runs of agents and automata, its colours, pixels, marks, curves.

- `diagram`: the data; `building` makes it of an automaton's states or a run's firings.
- `words`, `curves`: what follows from it: periods, returns, numbers along the ticks.
- `colours`, `scale`, `raster`, `tiles`: cells as pixels at any scale, kept in tiles; `marks`: what stands beside them;
  `recurrence`: the second view.
- `figures`: PNG and SVG files, by matplotlib.
"""

from studio.dynamics.pictures.building import Firings, of_automaton, of_firings
from studio.dynamics.pictures.diagram import COLOURINGS, Alarm, Colouring, Column, Diagram, Period, Revisit

__all__ = [
    "COLOURINGS",
    "Alarm",
    "Colouring",
    "Column",
    "Diagram",
    "Firings",
    "Period",
    "Revisit",
    "of_automaton",
    "of_firings",
]
