"""The house rules that can be checked by machine: layers, styles, and what nobody may import or call."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "studio").rglob("*.py"))
HEAVY = (
    "PySide6", "NodeGraphQt", "litellm", "numpy", "networkx", "sqlite_utils", "pydantic", "jsonschema", "rich",
    "keyring", "tokenizers",
)  # fmt: skip


def run_tool(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-3000:]


def test_ruff_finds_nothing() -> None:
    done = run_tool("ruff", "check", ".")

    assert done.returncode == 0, done.stdout[-3000:]


def test_the_code_is_formatted() -> None:
    done = run_tool("ruff", "format", "--check", ".")

    assert done.returncode == 0, done.stdout[-3000:]


def test_mypy_strict_finds_nothing_in_what_all_else_rests_on() -> None:
    """The whole takes minutes, and the libraries that the ground floor names take longer to read than itself."""
    done = run_tool("mypy", "--follow-imports=skip", "studio/support", "studio/spec", "studio/graph")

    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.thorough
def test_mypy_strict_finds_nothing() -> None:
    done = run_tool("mypy")

    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(
    "code",
    [
        "from studio import Graph, run, arun, Trace",
        "from studio.__main__ import main",
        "from studio import Graph; Graph.load('graphs/critic_loop.yaml')",
    ],
)
def test_the_core_loads_neither_qt_nor_the_heavy_libraries(code: str) -> None:
    asked = f"import sys; {code}; print(*(name for name in {HEAVY!r} if name in sys.modules))"

    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


FORBIDDEN = {
    r"(?<![\w.])eval\(": "eval",
    r"(?<![\w.])exec\(": "exec",
    r"\bpickle\b": "pickle",
    r"\bmarshal\b": "marshal",
    r"yaml\.(unsafe_)?load\(": "yaml.load",
    r"except Exception:\s*\n\s*pass": "a swallowed exception",
    r"sqlite3\.connect\(": "a second place that opens SQLite",
    r"\bQ(?:DoubleSpin|Spin|Combo)Box\(": "a field that is not quiet",
}
ALLOWED = {
    "a second place that opens SQLite": {
        "studio/trace/sqlite.py",
        "studio/export/standalone/runtime/trace_file.py",  # in scripts, which are processes of their own
    },
    "exec": {"studio/sandbox/inside/answering.py"},  # a worker process behind a boundary, never this one
}


def code_of(text: str) -> str:
    """A source without its comments, which may speak of anything."""
    return re.sub(r"#.*", "", text)


@cache
def all_code() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): code_of(path.read_text()) for path in SOURCES}


def offenders(code: dict[str, str], pattern: str) -> set[str]:
    return {path for path, text in code.items() if re.search(pattern, text)}


@pytest.mark.parametrize("pattern", FORBIDDEN, ids=FORBIDDEN.values())
def test_nobody_calls_what_is_forbidden(pattern: str) -> None:
    allowed = ALLOWED.get(FORBIDDEN[pattern], set())

    assert offenders(all_code(), pattern) - allowed == set()


@pytest.mark.parametrize(
    ("pattern", "sample"),
    [
        (r"(?<![\w.])eval\(", "x = eval(text)"),
        (r"(?<![\w.])exec\(", "exec(text)"),
        (r"\bpickle\b", "import pickle"),
        (r"yaml\.(unsafe_)?load\(", "yaml.load(f)"),
        (r"except Exception:\s*\n\s*pass", "try:\n    x()\nexcept Exception:\n    pass"),
        (r"\bQ(?:DoubleSpin|Spin|Combo)Box\(", "field = QComboBox(self)"),
    ],
)
def test_the_search_for_forbidden_calls_would_find_them(pattern: str, sample: str) -> None:
    code = {"sample": code_of(sample), "comment": code_of(f"# {sample.splitlines()[0]}")}

    assert offenders(code, pattern) == {"sample"}


MOST_LINES = 600


def grown(paths: list[Path]) -> dict[str, int]:
    """The files that are longer than one idea needs, with their lines."""
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    return {path: length for path, length in lengths.items() if length > MOST_LINES}


def test_no_file_grows_past_one_idea() -> None:
    assert grown([*SOURCES, *(ROOT / "tests").rglob("*.py")]) == {}


def test_a_file_that_grew_past_one_idea_would_be_found(tmp_path: Path) -> None:
    short, long = tmp_path / "short.py", tmp_path / "long.py"
    short.write_text("one = 1\n" * MOST_LINES)
    long.write_text("one = 1\n" * (MOST_LINES + 1))

    assert grown([short, long]) == {str(long): MOST_LINES + 1}
