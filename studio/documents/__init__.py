"""Texts and how they are taken apart: readers of files, chunkers, rankings, the map of a repository.

Everything here is a function of its arguments: bytes and texts in, plain values out.
"""
