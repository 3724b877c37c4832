"""Runs from the window. `bridge.install` puts the service into the workbench (`live`).

`playing` holds the engine on a thread of its own and what it is asked to do, `watching` what it has told; neither knows
Qt. What stands beside this page joins both to documents and their canvases.
"""
