"""Searching an experiment: batch after batch, each chosen by what the ones before it gave."""
