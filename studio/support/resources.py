"""Finds `graphs/` and `assets/`, from a checkout or from an installed wheel; nothing else does."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from studio.support.errors import EnvironmentProblem

TESTS = ".tests.yaml"
"""How the name of a file of recorded cases ends; it stands beside its graph."""


@cache
def resource_root(name: str) -> Path:
    """Return the folder `graphs` or `assets`: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent.parent
    for candidate in (package.parent / name, package / "_resources" / name):
        if candidate.is_dir():
            return candidate
    raise EnvironmentProblem(
        f"The folder {name!r} that ships with Ganglia Studio is missing.",
        hint="Install the package again.",
    )


def bundled_graphs() -> list[Path]:
    """Return the example graphs that ship with the studio, by name."""
    return sorted(path for path in resource_root("graphs").glob("*.yaml") if not path.name.endswith(TESTS))


def recorded_run(name: str) -> Path | None:
    """Return the database of the run recorded with an example, if this is the name of one that has one."""
    return recorded_runs().get(name.removeprefix("examples/")) if name else None


def recorded_runs() -> dict[str, Path]:
    """Return the databases of all runs recorded with examples, by the example's name. Lists the folder once."""
    recorded = {example.stem: example.with_suffix(".run.db") for example in bundled_graphs()}
    return {name: path for name, path in recorded.items() if path.is_file()}
