"""A project's own node types in the window: loaded beside it, followed as their files change, asked for before.

Opening a graph imports nothing that was not approved; what waits is told by a bar over the graph.
"""
