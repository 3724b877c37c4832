"""Scores by a function of the person's own: `module:name`, called with outputs, row and totals.

The module is a file beside the experiment, or one that is installed. It is Python with all rights of the person who
runs it: it is imported only if that person asked for it on the command line, or approved exactly these bytes.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studio.batch.design.score import Outcome, Score, Scored, no_score, scored
from studio.batch.design.spec import Experiment
from studio.graph.scope import project_folder
from studio.plugins.files import LARGEST, OwnFile
from studio.plugins.loading import PluginFault, module_of, patiently, told
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.paths import inside
from studio.support.values import Json, hash_bytes
from studio.trust.approvals import Approvals

_HOW: Final = "score function"

Function = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Code:
    """A function and the file that it stands in, as it was read: what is approved, and what a worker is sent.

    `source` is None for a module that is installed where the worker runs.
    """

    said: str
    file: str = ""
    source: bytes | None = None

    @property
    def hash(self) -> str:
        """What it is approved by: its name and every byte of its file."""
        return hash_bytes(b"score function\0" + self.said.encode() + b"\0" + (self.source or b""))

    def to_json(self) -> dict[str, Json]:
        """Return it for a message."""
        return {"said": self.said, "file": self.file, "source": None if self.source is None else self.source.decode()}

    @classmethod
    def from_json(cls, told: Mapping[str, Json]) -> Code:
        """Return what `to_json` gave."""
        source = told["source"]
        return cls(str(told["said"]), str(told["file"]), None if source is None else str(source).encode())


class FunctionNotApproved(UsageError):
    """An experiment file names a function that nobody here approved."""

    code = "not_approved"

    def __init__(self, code: Code, place: str) -> None:
        stands = f"in {code.file}" if code.file else "in a module that is installed here"
        super().__init__(
            f"The function `{code.said}`, {stands}, scores the runs: Python code that would run with all your rights, "
            "and nobody here approved it.",
            where=place,
            hint=f"Read it; then `--approve {code.hash}` lets it run.",
        )
        self.hash = code.hash


def code_of(score: Score, base: Path | None) -> Code:
    """Return the function of a score with its file, if that stands beside the experiment. Imports nothing.

    Raises UsageError for a file that is no text, or too large.
    """
    module = score.said.partition(":")[0]
    folder = base or Path.cwd()
    path = inside(project_folder(folder), folder.absolute() / Path(*module.split(".")).with_suffix(".py"))
    if path is None or not path.is_file():
        return Code(score.said)
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"The file is larger than {LARGEST // 1000} kB.", where=str(path))
        source = path.read_bytes()
        source.decode()
    except UnicodeDecodeError:
        raise UsageError("The file is not UTF-8 text.", where=str(path)) from None
    except OSError as error:
        raise EnvironmentProblem(f"The file cannot be read: {error.strerror}.", where=str(path)) from None
    return Code(score.said, str(path), source)


def allowed_code(experiment: Experiment, approve: Collection[str] = ()) -> dict[str, Code]:
    """Return the functions that score, by the score's name. Raises FunctionNotApproved for one that a file names and
    that is approved neither here nor by its hash in `approve`."""
    found: dict[str, Code] = {}
    for score in experiment.scores:
        if score.kind == "function":
            code = code_of(score, experiment.folder("score"))
            if not score.own and code.hash not in approve and not Approvals().has(code.hash):
                raise FunctionNotApproved(code, score.place)
            found[score.name] = code
    return found


def approve_function(code: Code) -> None:
    """Remember that a function, as its file is now, may score."""
    Approvals().remember(code.hash, code.said, _HOW, code.file)


def loaded(code: Code) -> Function:
    """Import a function: of exactly the bytes that were read. Raises UsageError if that cannot be done."""
    module_name, _, name = code.said.partition(":")
    where = code.file or module_name
    try:
        if code.source is None:
            module = patiently(lambda: importlib.import_module(module_name), f"importing `{module_name}`")
        else:
            path = Path(code.file)
            module = module_of(OwnFile(path, path.name, code.source, hash_bytes(code.source)))
    except PluginFault as fault:
        raise UsageError(f"The function `{code.said}` cannot be imported: {fault}", where=where) from None
    function = getattr(module, name, None)
    if not callable(function):
        raise UsageError(f"`{module_name}` has no function `{name}`.", where=where, hint="Check its name.")
    found: Function = function
    return found


def by_function(score: Score, function: Function, file: str, outcome: Outcome, row: Mapping[str, Json]) -> Scored:
    """Return what a function says of a run; whatever it raises is the reason why there is no score."""
    try:
        value = function(dict(outcome.outputs), dict(row), outcome.totals)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others may raise anything
        return no_score(score.name, f"The function raised {told(error, file)}.")
    return scored(score.name, value)
