"""Running on from a step of a recorded run with something changed, out of the window."""
