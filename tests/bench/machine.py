"""What every benchmark needs: facts of the machine, medians, and a small report file."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def machine_facts() -> dict[str, Any]:
    """Return what numbers depend on: Python, cores, processor, system, SQLite, and how busy the machine was."""
    from studio.trace.sqlite import sqlite3

    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
        "load_1m": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def median(values: Sequence[float]) -> float:
    """Return the middle of the values, 0.0 if there are none."""
    return quantile(values, 0.5)


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value below which the given part (0 to 1) of the values lies, 0.0 if there are none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def write_report(out: str | Path, name: str, results: Any) -> Path:
    """Write `{"bench", "machine", "results"}` as JSON to `out`, or to `<name>.json` inside it if it is a folder."""
    path = Path(out)
    if path.is_dir():
        path = path / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    report = {"bench": name, "machine": machine_facts(), "results": results}
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written: {path}", file=sys.stderr)
    return path


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
