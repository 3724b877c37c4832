"""Experiments: a graph, rows, variants and seeds, run in bulk, scored, and told with intervals.

`design` says what is to be run, `engines` have workers for it, `work` is what a worker does, `driving` hands out the
runs and keeps what came of them, `statistics` draws conclusions from the scores.
"""
