"""Rows of a Parquet file, by pyarrow, which is loaded when such a file is read."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from studio.batch.design.rows import MAX_ROWS, Found
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.values import Json

_AT_ONCE: Final = 1_000
MAX_UNPACKED: Final = 2_000_000_000
"""Bytes that the columns of a file may take when they are unpacked: a small file may say that it holds far more."""


def parquet_rows(path: Path) -> Iterator[Found]:
    """Yield the rows of a Parquet file. Times become ISO texts and decimals numbers.

    Raises EnvironmentProblem without pyarrow, UsageError for a file that is none, is too large, or holds bytes.
    """
    arrow, parquet = _libraries()
    try:
        with parquet.ParquetFile(path) as file:
            about = file.metadata
            if about.num_rows > MAX_ROWS:
                raise UsageError(f"There are more than {MAX_ROWS:,} rows.", where=str(path))
            unpacked = sum(about.row_group(number).total_byte_size for number in range(about.num_row_groups))
            if unpacked > MAX_UNPACKED:
                raise UsageError(f"Its rows take more than {MAX_UNPACKED // 1_000_000_000} GB.", where=str(path))
            names = file.schema_arrow.names
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise UsageError(f"Two columns have one name, `{twice}`.", where=str(path))
            number = 0
            for batch in file.iter_batches(batch_size=_AT_ONCE):
                for values in batch.to_pylist():
                    number += 1
                    where = f"{path}, row {number}"
                    yield Found({name: _plain(value, name, where) for name, value in values.items()}, where)
    except (arrow.ArrowException, UnicodeDecodeError) as error:
        told = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise UsageError(f"This is no Parquet file that can be read: {told}", where=str(path)) from None


def _libraries() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise EnvironmentProblem(
            "Reading Parquet files needs pyarrow.", hint="Install it: `pip install 'ganglia-studio[parquet]'`."
        ) from None


def _plain(value: Any, column: str, where: str) -> Json:
    if isinstance(value, dict):
        return {str(key): _plain(inner, column, where) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, column, where) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise UsageError(
        f"`{column}` holds {type(value).__name__}, which is no JSON value.", where=where, hint="Leave the column out."
    )
