"""The log of the window: a file that holds what went wrong with its traceback, and no key."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from studio.settings.folders import data_folder
from studio.support.keys import scrub_error

FILE_NAME = "window.log"
LARGEST = 1_000_000
"""Bytes of one log; the one before is kept beside it."""

_log = logging.getLogger(__name__)


def log_path() -> Path:
    """Return where faults are written to."""
    return data_folder() / "logs" / FILE_NAME


class _Scrubbed(logging.Formatter):
    """Lines without any key that we know."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub_error(super().format(record))


def file_handler() -> logging.Handler | None:
    """Return what writes to the log, None (said in Python's own log) if the disk refuses."""
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=LARGEST, backupCount=1, encoding="utf-8", delay=True)
    except OSError as error:
        _log.warning("no log at %s: %s", path, error)
        return None
    handler.setFormatter(_Scrubbed("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    return handler
