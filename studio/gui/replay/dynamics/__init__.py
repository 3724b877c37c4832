"""How runs behave, for panels, canvas and problems: the service `dynamics`.

- `front`: the run a tab is about, and the way from modules to nodes.
- `looking`: verdict, measures, diagram and cells of a run (no Qt); `service` has it found out and keeps it.
"""

from studio.gui.replay.dynamics.front import Front, RunKey, front_for, front_of
from studio.gui.replay.dynamics.service import Dynamics, Known, install

__all__ = ["Dynamics", "Front", "Known", "RunKey", "front_for", "front_of", "install"]
