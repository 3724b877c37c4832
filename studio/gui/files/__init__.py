"""Graphs in files: opened, saved, watched on the disk, and recovered after a crash."""
