"""How errors reach a person: one clear line for theirs and the machine's, an honest report for ours."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from studio.cli.output import Output
from studio.support.errors import StudioError
from studio.support.keys import scrub, scrub_error
from studio.support.plain import plain
from studio.support.values import Json


def report(error: StudioError, out: Output) -> int:
    """Print a person's error as one line (or an error object with `--json`) and return its exit code."""
    if out.as_json:
        out.json({"error": error_object(error)})
    else:
        print(f"studio: {scrub(plain(str(error))).strip()}", file=sys.stderr)
    return error.exit_code


def error_object(error: StudioError) -> Json:
    """Return an error for programs: `code`, `message`, `where`, `hint`, and `details` where it has some."""
    kind = getattr(error, "kind", "") or type(error).code
    told = {"code": kind, "message": scrub(error.message), "where": error.where, "hint": scrub(error.hint)}
    details = getattr(error, "details", None)
    return told if details is None else {**told, "details": details}


def report_fault(error: BaseException, out: Output) -> None:
    """Print that the studio itself is at fault, and where the details were written."""
    where = _write_traceback(error)
    told = scrub_error(plain(str(error)))
    message = f"This is a fault of Ganglia Studio, not of your graph: {type(error).__name__}: {told}"
    if out.as_json:
        out.json({"error": {"code": "fault", "message": message, "where": str(where), "hint": ""}})
    print(f"studio: {message}", file=sys.stderr)
    if where is not None:
        print(f"studio: The details are in {where}; please send them with a report.", file=sys.stderr)
    else:
        print(_text_of(error), file=sys.stderr)


def _text_of(error: BaseException) -> str:
    """The traceback, without the values of variables and without keys: people send it with their reports."""
    return scrub_error("".join(traceback.format_exception(error)))


def _write_traceback(error: BaseException) -> Path | None:
    text = _text_of(error)
    name = f"studio-fault-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    for folder in _fault_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            continue  # the next folder, at last the screen
        return folder / name
    return None


def _fault_folders() -> list[Path]:
    home = os.environ.get("STUDIO_HOME")
    folders = [Path(home) / "faults"] if home else []
    return [*folders, Path(tempfile.gettempdir())]
