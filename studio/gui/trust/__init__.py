"""Approval in the window: the bar over a graph from elsewhere, the list of what it may do, and the question."""
