"""The canvas: a graph of a document as cards and wires, edited by mouse and keyboard.

It is a projection: the document is the truth, items follow it at the end of each edit (`projection`), gestures become
ops (`gestures`, `editing`). Only this package knows NodeGraphQt (`library`).
"""

from studio.gui.canvas.canvas import Canvas
from studio.gui.canvas.state import NodeState
from studio.gui.canvas.targets import Target
from studio.gui.canvas.viewer import NODE_MIME

__all__ = ["NODE_MIME", "Canvas", "NodeState", "Target"]
