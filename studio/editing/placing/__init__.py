"""Where things stand on the canvas: nodes, frames, comments and the points of wires."""
