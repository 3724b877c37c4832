"""Going through a recorded run in both directions, and executing it again from its record.

`cursor` finds any step of a run in milliseconds and knows nothing of screens; `verify` re-executes.
"""
