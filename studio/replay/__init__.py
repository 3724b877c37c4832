"""Going through a recorded run in both directions, and executing it again from its record.

`cursor` finds any step of a run in milliseconds and `state` tells what lay on every wire there; neither knows anything
of screens. `verify` re-executes.
"""
