"""The database per test of the trace's own tests."""

from tests.trace.conftest import blank, db, log, trace

__all__ = ["blank", "db", "log", "trace"]
