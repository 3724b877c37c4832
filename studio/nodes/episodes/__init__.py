"""Episodic memory: snapshots of facts, found again by a cue."""
