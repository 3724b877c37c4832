"""Runs as values and as lines of a file: the format in which strangers hand us their runs, and we hand out ours."""

from studio.dynamics.exchange.reading import ExchangeError, load_run, read_runs, run_from
from studio.dynamics.exchange.run import Effect, Event, Goal, Module, Run
from studio.dynamics.exchange.writing import as_line, as_mapping, write_runs

__all__ = [
    "Effect",
    "Event",
    "ExchangeError",
    "Goal",
    "Module",
    "Run",
    "as_line",
    "as_mapping",
    "load_run",
    "read_runs",
    "run_from",
    "write_runs",
]
