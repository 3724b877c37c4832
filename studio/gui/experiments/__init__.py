"""Experiments in the window: which batches there are, driving one, what it shows, and its effects on the canvas.

- `service`: the part `experiments` of the workbench; `driving` has the thread that makes the runs, `parting` asks what
  becomes of them when the window closes.
- `results`: what a batch shows, read and judged beside the window; knows no Qt.
- `effects`: the nodes of the graph in front, coloured by what modules are worth.
"""

from studio.gui.experiments.service import Experiments, install

__all__ = ["Experiments", "install"]
