"""One run written twice, by the studio and by a script's recorder, and what stands in the two files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.export.standalone.runtime.recording import Recorder
from studio.export.standalone.runtime.store_records import record_content, record_memory, record_store_op
from studio.export.standalone.schema import trace_schema
from studio.support.errors import EnvironmentProblem
from studio.trace import RunStart, open_run
from studio.trace.sqlite import connect_reader
from studio.trace.writer import close_writer

UNLIKE = {"_process": ("started_at", "ended_at")}
"""Columns that say when a file was written."""

NOT_COMPARED = ("_sqlite_migrations", "prompt_search", "prompt_search_data", "prompt_search_idx",
                "prompt_search_docsize", "prompt_search_config")  # fmt: skip
"""When it was made, and an index that the studio adds to while it has nothing else to do."""


class WholeRecorder(Recorder):
    """A recorder with all that the studio's log has a script for."""

    def store_op(self, *facts: Any) -> None:
        record_store_op(self, *facts, *(0, 0)[: 8 - len(facts)])

    def memory(self, *facts: Any) -> int:
        return record_memory(self, *facts)

    def memory_content(self, *facts: Any) -> None:
        record_content(self, *facts)


class EngineRecorder(WholeRecorder):
    """A recorder that the studio's engine can write through."""

    def when_durable(self, call: Callable[[EnvironmentProblem | None], None]) -> None:
        self.flush()
        call(None)


def recorder_of(path: Path | None, start: RunStart, schema: str = "") -> EngineRecorder:
    """Return a recorder that begins a run with a header of the studio."""
    return EngineRecorder(
        path, schema or trace_schema(), run_id=start.run_id, graph=start.graph_name, graph_hash=start.graph_hash,
        text=start.graph_text, inputs=start.inputs, options=start.options, at=start.started_at,
    )  # fmt: skip


class BothLogs:
    """Hands every call on to both; `step` makes each durable at once, so that ids follow the order of the calls."""

    def __init__(self, folder: Path, start: RunStart, *, step: bool = True, scrub: Any = None) -> None:
        self.files = (folder / "studio.sqlite", folder / "script.sqlite")
        start = replace(start, graph_file="")  # a script comes from no file of a graph
        script = recorder_of(self.files[1], start)
        self.logs = (open_run(self.files[0], start, scrub=scrub), script)
        self.run_id = start.run_id
        self._step = step

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def both(*arguments: Any, **keywords: Any) -> Any:
            answers = [getattr(log, name)(*arguments, **keywords) for log in self.logs]
            if self._step and name != "raise_if_broken":
                self.flush()
            assert answers[0] == answers[1]
            return answers[0]

        return both

    def flush(self) -> None:
        for log in self.logs:
            log.flush()

    def when_durable(self, call: Callable[[EnvironmentProblem | None], None]) -> None:
        self.flush()
        call(None)

    def close(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Close both files and return what stands in the studio's and in the script's."""
        close_writer(self.files[0])
        self.logs[1].close()
        return rows_of(self.files[0]), rows_of(self.files[1])


def rows_of(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table of a trace."""
    with contextlib.closing(connect_reader(file)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for table in sorted(set(tables) - set(NOT_COMPARED)):
            cursor = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            names = [column[0] for column in cursor.description]
            found[table] = [
                {name: value for name, value in zip(names, row, strict=True) if name not in UNLIKE.get(table, ())}
                for row in cursor
            ]
        return found
