"""Runs as values and as lines of a file: the format in which strangers hand us their runs, and we hand out ours."""
