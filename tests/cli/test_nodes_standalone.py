"""`studio nodes TYPE` says whether a type can go into a standalone script."""

from __future__ import annotations

import json

import pytest

from studio.help import page_text
from tests.cli.conftest import Cli


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("list.get", "It can go into a standalone script."),
        ("flow.map", "It can go into a standalone script."),
        ("git.log", "It cannot go into a standalone script, since it runs git."),
    ],
)
def test_a_type_says_whether_it_can_go_into_a_script(cli: Cli, name: str, told: str) -> None:
    assert told in cli("nodes", name).out


def test_programs_read_the_reason_too(cli: Cli) -> None:
    assert json.loads(cli("nodes", "git.log", "--json").out)["standalone_problem"] == "it runs git"
    assert json.loads(cli("nodes", "list.get", "--json").out)["standalone_problem"] == ""


def test_the_table_of_types_has_a_column_for_it() -> None:
    lines = page_text("node_types").splitlines()  # which is what the declarations say, see `test_frame.py`

    assert any(line.startswith("| `list.get` |") and line.endswith("| yes |") for line in lines)
    assert any(line.startswith("| `git.log` |") and line.endswith("| no: it runs git |") for line in lines)
