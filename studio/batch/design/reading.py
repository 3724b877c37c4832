"""Files of rows → a data set: CSV, JSON, JSON lines, Parquet. What strangers write is read within bounds.

A file is read line by line; each refusal names the line (or row) and what is wrong with it.
"""

from __future__ import annotations

import csv
import json
import mimetypes
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TextIO

from studio.batch.design.guessing import with_guesses
from studio.batch.design.rows import MAX_NAME, Found, Rows, gathered
from studio.documents.limits import MAX_COLUMNS
from studio.documents.reading.tables import MAX_CELL, likely_delimiter
from studio.spec.given import no_constant
from studio.spec.types import BLOB_TYPES, TYPE_WORDS
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.paths import inside
from studio.support.values import Blob, Json, preview, typed_value

MAX_BYTES: Final = 256_000_000
"""Largest file of rows."""
MAX_FILE: Final = 64_000_000
"""Largest image, sound or file that a row may name."""
SHOWN: Final = 60

LINES: Final = (".jsonl", ".ndjson")
TABLES: Final = (".csv", ".tsv")
ENDINGS: Final = (*TABLES, *LINES, ".json", ".parquet")


def read_rows(path: Path, types: Mapping[str, str] | None = None) -> Rows:
    """Read a file of rows. `types` says by column which type its text is read as, where a file has only texts (CSV);
    columns without one are numbers if all their cells are, else text. Columns of images, sounds and files name files
    below the data's folder.

    Raises UsageError naming line and column, EnvironmentProblem if the file cannot be read or a library is missing.
    """
    types = types or {}
    ending = path.suffix.lower()
    _check(path, ending)
    found: Iterator[Found]
    if ending == ".parquet":
        from studio.batch.design.parquet import parquet_rows

        found = parquet_rows(path)
    elif ending in TABLES:
        found = with_guesses(_table_rows(path, types), types)
    elif ending in LINES:
        found = _line_rows(path)
    else:
        found = _json_rows(path)
    if any(kind in BLOB_TYPES for kind in types.values()):
        found = (_with_files(one, path.parent, types) for one in found)
    try:
        return gathered(found, path.name)
    except UnicodeDecodeError:
        where = f"{path}:{_bad_line(path)}"
        raise UsageError("This line is not UTF-8 text.", where=where, hint="Save the file as UTF-8.") from None
    except OSError as error:
        raise EnvironmentProblem(f"The data cannot be read: {error.strerror or error}.", where=str(path)) from None


def _check(path: Path, ending: str) -> None:
    if ending not in ENDINGS:
        known = ", ".join(f"`{one}`" for one in ENDINGS)
        raise UsageError("This is no file of rows.", where=str(path), hint=f"Rows are read from {known}.")
    try:
        about = path.stat()
    except FileNotFoundError:
        raise UsageError("There is no such file of rows.", where=str(path), hint="Check the name.") from None
    except OSError as error:
        raise EnvironmentProblem(f"The data cannot be read: {error.strerror or error}.", where=str(path)) from None
    if not path.is_file():
        raise UsageError("This is no file.", where=str(path), hint="Name a file of rows.")
    if about.st_size > MAX_BYTES:
        raise UsageError(
            f"The file is larger than {MAX_BYTES // 1_000_000} MB.", where=str(path), hint="Cut it into several files."
        )


def _text(path: Path, *, newline: str | None = None) -> TextIO:
    return path.open(encoding="utf-8-sig", newline=newline)


def _bad_line(path: Path) -> int:
    """Return the number of the first line that is no UTF-8: the reader itself decodes by blocks."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


# -- JSON ---------------------------------------------------------------------------------------


def _line_rows(path: Path) -> Iterator[Found]:
    with _text(path) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _object(_parsed(line, f"{path}:{number}"), f"{path}:{number}")


def _json_rows(path: Path) -> Iterator[Found]:
    with _text(path) as file:
        whole = _parsed(file.read(), str(path))
    if not isinstance(whole, list):
        raise UsageError("The file is no list of rows.", where=str(path), hint='Write `[{"column": value}, …]`.')
    for number, value in enumerate(whole, 1):
        yield _object(value, f"{path}, row {number}")


def _parsed(text: str, where: str) -> Json:
    try:
        return json.loads(text, parse_constant=no_constant, object_pairs_hook=_unique)
    except _Twice as error:
        raise UsageError(f"The name `{error}` stands twice.", where=where, hint="Delete one of them.") from None
    except RecursionError:
        raise UsageError("It is nested too deeply.", where=where) from None
    except json.JSONDecodeError as error:
        told = f"{where}:{error.lineno}" if error.lineno > 1 else where
        raise UsageError(f"This is no JSON: {error.msg}, at character {error.colno}.", where=told) from None
    except ValueError as error:
        raise UsageError(f"This is no JSON: {error}.", where=where, hint="Write null for what is missing.") from None


class _Twice(Exception):
    """A name that an object has twice."""


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(preview(key, SHOWN))
            seen.add(key)
    return made


def _object(value: Json, where: str) -> Found:
    if not isinstance(value, dict):
        raise UsageError("This row is no object.", where=where, hint='Write `{"column": value}`.')
    return Found(value, where)


# -- CSV ----------------------------------------------------------------------------------------


def _table_rows(path: Path, types: Mapping[str, str]) -> Iterator[Found]:
    before = csv.field_size_limit(MAX_CELL)
    try:
        with _text(path, newline="") as file:
            delimiter = "\t" if path.suffix.lower() == ".tsv" else likely_delimiter(file.read(100_000))
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            columns: list[str] = []
            line = 1
            try:
                for cells in reader:
                    where, line = f"{path}:{line}", reader.line_num + 1
                    if not cells:
                        continue
                    if not columns:
                        columns = _header(cells, where)
                    else:
                        yield Found(_cells(columns, cells, types, where), where)
            except csv.Error as error:
                raise UsageError(
                    f"The row that begins here cannot be read: {error}.",
                    where=f"{path}:{line}",
                    hint="Look at its quotes: one within a cell is written twice.",
                ) from None
    finally:
        csv.field_size_limit(before)


def _header(cells: list[str], where: str) -> list[str]:
    columns = [cell.strip() for cell in cells]
    if len(columns) > MAX_COLUMNS:
        raise UsageError(f"There are more than {MAX_COLUMNS:,} columns.", where=where)
    for number, column in enumerate(columns, 1):
        if not column:
            raise UsageError(f"Column {number} has no name.", where=where, hint="The first line names each column.")
        if len(column) > MAX_NAME:
            raise UsageError(
                f"The name of column {number} is longer than {MAX_NAME} characters.",
                where=where,
                hint="The first line names the columns.",
            )
        if columns.index(column) < number - 1:
            first = columns.index(column) + 1
            raise UsageError(
                f"The columns {first} and {number} have one name, `{column}`.", where=where, hint="Rename one of them."
            )
    return columns


def _cells(columns: list[str], cells: list[str], types: Mapping[str, str], where: str) -> dict[str, Json]:
    if len(cells) != len(columns):
        raise UsageError(
            f"The row holds {len(cells)} cells, but there are {len(columns)} columns.",
            where=where,
            hint="Put a cell that holds the separator or a line end in quotes.",
        )
    values: dict[str, Json] = {}
    for column, cell in zip(columns, cells, strict=True):
        kind = types.get(column, "text")
        if kind == "text" or kind in BLOB_TYPES:
            values[column] = cell
        elif cell.strip():  # an empty cell gives nothing: the input has its default
            values[column] = _cell(column, cell.strip(), kind, where)
    return values


def _cell(column: str, cell: str, kind: str, where: str) -> Json:
    if kind == "any":
        return typed_value(cell)
    if kind == "boolean" and cell.lower() in ("true", "false"):  # spreadsheets write TRUE, Python True
        return cell.lower() == "true"
    try:
        return json.loads(cell, parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise UsageError(
            f"`{column}` takes {TYPE_WORDS[kind]}, but this row has: {preview(cell, SHOWN)}.", where=where
        ) from None


# -- files named by rows ------------------------------------------------------------------------


def _with_files(found: Found, folder: Path, types: Mapping[str, str]) -> Found:
    """Read the files that a row names, which must lie in the data's folder: a stranger's row names no other."""
    values, files = dict(found.values), dict(found.files)
    for column, kind in types.items():
        named = values.get(column)
        if kind not in BLOB_TYPES or named is None or named == "":
            if kind in BLOB_TYPES:
                values.pop(column, None)
            continue
        path = inside(folder, named) if isinstance(named, str) else None
        if path is None:
            raise UsageError(
                f"`{column}` takes {TYPE_WORDS[kind]}: the name of a file in the folder of the data.",
                where=found.place,
                hint=f"This row has: {preview(named, SHOWN)}.",
            )
        try:
            if path.exists() and (not path.is_file() or path.stat().st_size > MAX_FILE):
                told = preview(named, SHOWN)
                raise UsageError(f"`{told}` is no file of up to {MAX_FILE // 1_000_000} MB.", where=found.place)
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(
                f"The file `{preview(named, SHOWN)}` cannot be read: {error.strerror}.", where=found.place
            ) from None
        values[column] = Blob(data, mimetypes.guess_type(path.name)[0] or "application/octet-stream").value()
        files[column] = str(path)
    return Found(values, found.place, files)
