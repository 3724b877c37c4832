"""A graph as a picture: cards, wires and colours that the window and the SVG share."""
