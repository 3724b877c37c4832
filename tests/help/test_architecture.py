"""The page about the architecture names what is there, in the layers that import-linter checks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from studio.help import FOLDER, page_text

ROOT = Path(__file__).resolve().parents[2]
PAGE = page_text("architecture")
PLACES = re.compile(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`")


def layers() -> list[str]:
    """The layers of `studio` as the contract has them."""
    told: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = told["tool"]["importlinter"]["contracts"]
    [ours] = [one["layers"] for one in contracts if one.get("containers") == ["studio"]]
    return list(ours)


def missing(text: str) -> list[str]:
    """Files and folders that a text names and that are not there."""
    named = PLACES.findall(text)
    return [name for name in named if not (ROOT / name).exists() and not (ROOT / "studio" / name).exists()]


def test_the_layers_of_the_page_are_those_of_the_contract() -> None:
    [block] = re.findall(r"^```\n(__main__.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

    assert block.splitlines() == layers()


def test_files_and_folders_that_the_page_names_are_there() -> None:
    assert len(PLACES.findall(PAGE)) > 25
    assert missing(PAGE) == []
    assert missing("`engine/clairvoyance.py` and `graph/model.py`") == ["engine/clairvoyance.py"]


def test_boxes_of_the_diagram_are_packages() -> None:
    drawing = (FOLDER / "architecture.svg").read_text(encoding="utf-8")
    packages = {name for line in layers() for name in line.split(" | ")}
    titles = re.findall(r'font-weight="bold" fill="#1f2430">([^<]+)<', drawing)
    boxes = {name for title in titles if not title.startswith("a ") for name in re.split(r", | · ", title)}

    assert len(boxes) > 12
    assert boxes <= packages
    steps = {int(number) for number in re.findall(r'fill="#ffffff">(\d)<', drawing)}
    assert steps == {int(number) for number in re.findall(r"^(\d)\. \*\*", PAGE, re.MULTILINE)}
