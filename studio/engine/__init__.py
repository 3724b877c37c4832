"""Runs graphs: a pure plan of each region, and one scheduler for full, partial, stepped and replayed runs."""
