"""Replay mode: a recorded run laid over the graph as it ran, at any step of it.

`session` is one run that is open (no Qt), `service` keeps the sessions of a window and shows where they stand.
"""
