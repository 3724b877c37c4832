"""Code of the graph's own, run in the sandbox."""
