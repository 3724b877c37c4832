"""Semantic memory: things known for good, found by a cue, the most active first."""
