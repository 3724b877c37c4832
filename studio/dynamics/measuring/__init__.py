"""Measures of information: how varied, how new and how useful to others what each module says is."""

from studio.dynamics.measuring.lamps import Lamps, lamps
from studio.dynamics.measuring.measures import Measures, ModuleMeasures, measure

__all__ = ["Lamps", "Measures", "ModuleMeasures", "lamps", "measure"]
