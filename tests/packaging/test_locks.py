"""The lock files are whole under each Python: `pip install --no-deps -r …` leaves out nothing that is asked for.

That they pin by hash and name no registry is asked where the README's commands are tested.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.packaging.conftest import ROOT

PYTHONS = ("3.11", "3.12", "3.13")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
TO_USE = [*PROJECT["project"]["dependencies"], *EXTRAS["gui"], *GROUPS["weights"], *GROUPS["build"]]
TO_TEST = [*TO_USE, *(line for extra in EXTRAS.values() for line in extra), *GROUPS["dev"]]
LOCKS = {"requirements.lock": TO_USE, "tests/requirements.lock": TO_TEST}
DONE_WITHOUT = {canonicalize_name(Requirement(line).name) for line in PROJECT["tool"]["uv"]["override-dependencies"]}
"""What the wheel of the weights asks for besides; the weights are read out of it and it is never imported."""

Pins = dict[str, Version]


def environment(python: str) -> dict[str, str]:
    """What markers are compared with: this machine under another Python, no extra asked for."""
    here = {name: str(value) for name, value in default_environment().items()}
    return here | {"python_version": python, "python_full_version": f"{python}.1", "extra": ""}


def pinned(text: str, python: str) -> Pins:
    """What a lock file installs under a Python on Linux."""
    pins: Pins = {}
    here = environment(python)
    for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines():
        wanted = Requirement(line.partition(" --hash")[0])
        if wanted.marker is None or wanted.marker.evaluate(here):
            assert wanted.name not in pins, f"{wanted.name} is pinned twice"
            (only,) = wanted.specifier
            pins[canonicalize_name(wanted.name)] = Version(only.version)
    return pins


def unmet(lines: list[str], pins: Pins, python: str) -> list[str]:
    """The requirements among these that the pins do not meet."""
    missed, here = [], environment(python)
    for line in lines:
        wanted = Requirement(line)
        name = canonicalize_name(wanted.name)
        if name in DONE_WITHOUT or not (wanted.marker is None or wanted.marker.evaluate(here)):
            continue
        if name not in pins or not wanted.specifier.contains(pins[name], prereleases=True):
            missed.append(line)
    return missed


def asked_by_packages(pins: Pins, python: str) -> list[str]:
    """What the pinned packages want of each other and do not get, as far as they are installed here in that version."""
    missed = []
    for package in distributions():
        name = canonicalize_name(package.name)
        if Version(package.version) == pins.get(name):
            missed += [f"{name}: {line}" for line in unmet(package.requires or [], pins, python)]
    return missed


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_has_all_that_is_asked_for(file: str, python: str) -> None:
    pins = pinned((ROOT / file).read_text("utf-8"), python)

    assert unmet(LOCKS[file], pins, python) == []
    assert asked_by_packages(pins, python) == []


def test_a_pin_that_is_missing_or_too_old_would_be_found() -> None:
    pins = pinned((ROOT / "requirements.lock").read_text("utf-8"), "3.12")
    del pins["setuptools"], pins["aiohappyeyeballs"]
    pins["mcp"] = Version("1.0")

    assert unmet(TO_USE, pins, "3.12") == ["mcp>=2.3,<3", "setuptools<81; python_version >= '3.12'"]
    assert any(line.startswith("aiohttp: aiohappyeyeballs") for line in asked_by_packages(pins, "3.12"))
    assert "setuptools<81; python_version >= '3.12'" not in unmet(TO_USE, pins, "3.11")
