"""A fresh virtual environment in which a few packages are installed and nothing else, made without a network.

The packages, with all that they require, are those of this environment: what is not required by one of them cannot be
imported there. `litellm` alone is what a standalone script may count on.
"""

from __future__ import annotations

import sys
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import cache_from_source
from itertools import groupby
from pathlib import Path

from packaging.requirements import Requirement


def closure(names: Iterable[str]) -> dict[str, Distribution]:
    """Return the installed distributions that these need, themselves included, by name."""
    found: dict[str, Distribution] = {}
    todo = [Requirement(name) for name in names]
    while todo:
        asked = todo.pop()
        name = asked.name.lower().replace("_", "-")
        if name in found:
            continue
        try:
            found[name] = dist = distribution(asked.name)
        except PackageNotFoundError:
            continue  # for another system or another Python
        for line in dist.requires or ():
            needed = Requirement(line)
            extras = [{"extra": extra} for extra in asked.extras] or [{"extra": ""}]
            if needed.marker is None or any(needed.marker.evaluate(extra) for extra in extras):
                todo.append(needed)
    return found


def bare_python(folder: Path, *packages: str) -> Path:
    """Make the environment in a folder and return its interpreter."""
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    site = next(folder.glob("lib/python*/site-packages"))
    for dist in closure(packages).values():
        for top, files in groupby(sorted(dist.files or ()), lambda file: file.parts[0]):
            whole = Path(str(dist.locate_file(top)))
            if top in ("..", "/", "__pycache__"):
                continue
            if whole.is_file() or (whole / "__init__.py").is_file():
                _link(whole, site / top)
                continue
            for file in files:  # a folder that packages may share, as of namespaces: nothing of others
                _link(Path(str(dist.locate_file(file))), site / str(file))
    return folder / "bin" / Path(sys.executable).name


def _link(source: Path, place: Path) -> None:
    if source.exists() and not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(source)
        if source.suffix == ".py":  # compiled already: importing litellm anew takes twenty seconds
            _link(Path(cache_from_source(str(source))), Path(cache_from_source(str(place))))
