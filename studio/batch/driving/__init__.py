"""Drives a batch: hands its runs to workers, keeps what comes of each exactly once, and goes on after any crash."""
