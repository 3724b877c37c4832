"""Runs from the window: the engine on a thread of its own, what it tells, and how that is shown.

Everything but `bridge` and the widgets knows no Qt. `bridge.install` puts the service into the workbench (`live`).
"""
