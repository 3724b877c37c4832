"""A region of a recorded run as it was just after a step: its nodes, its wires, its stores, what waits for what.

`state` puts together what the others find; each reads a few rows, whatever the length of the run.
"""
