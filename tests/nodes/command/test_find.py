"""`command.find`: what a model meant by the command that it named."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.command.find import Find
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import present, run_node

PARAMS = {"synonyms": {"write_file": "save"}, "builtins": ["end"]}
COMMANDS = [
    {"name": "save", "arguments": ["file", "text"], "optional": ["mode"], "way": "files"},
    {"name": "tweet", "arguments": [], "disabled": "there is no account."},
    {"name": "look", "arguments": []},
]


async def find(name: Any, arguments: Any = None, **inputs: Any) -> dict[str, Any]:
    given = {"name": name, "arguments": {} if arguments is None else arguments, "commands": COMMANDS, **inputs}
    return present(await run_node(Find, PARAMS, given))


async def test_a_command_of_the_registry_goes_its_way_with_its_arguments() -> None:
    given = {"file": "a", "text": "b", "mode": "c"}

    assert await find("save", given) == {"way": "files", "name": "save", "arguments": given}
    assert (await find("look"))["way"] == "command"


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("save", {"file": "a"}, "Error: save needs the argument text."),
        ("save", {"file": "a", "text": "b", "size": 1}, "Error: save has no argument size."),
        ("save", {"size": 1}, "Error: save needs the argument file and needs the argument text and has no argument"),
        ("save", "a.txt", "Error: the arguments of save must be an object"),
        ("tweet", {}, "Command 'tweet' is disabled: there is no account."),
        ("Save", {}, "Unknown command 'save'"),
        ("dance", {}, "Unknown command 'dance'"),
        (None, {}, "Error: no command was named"),
        (["save"], {}, "Error: no command was named"),
    ],
)
async def test_what_cannot_be_carried_out_is_refused_with_a_sentence(name: Any, arguments: Any, told: str) -> None:
    found = await find(name, arguments)

    assert found["way"] == "refused"
    assert told in found["refused"]


async def test_a_builtin_is_known_in_capitals_and_takes_any_arguments() -> None:
    assert await find("END", "now") == {"way": "end", "name": "end", "arguments": "now"}


async def test_a_synonym_reaches_the_registry_only_if_it_is_asked_again() -> None:
    given = {"file": "a", "text": "b"}

    assert "Unknown command 'save'" in (await find("write_file", given))["refused"]
    assert (await find("write_file", given, synonyms_first=True))["way"] == "files"


async def test_a_registry_that_is_none_is_told() -> None:
    with pytest.raises(NodeError, match="an object with a `name`"):
        await find("save", commands=["save"])


def test_synonyms_are_names() -> None:
    params, _ = parse_params(Find.Params, {"synonyms": {"write": 1}, "builtins": [2]})

    assert len(list(Find.problems(params))) == 2
