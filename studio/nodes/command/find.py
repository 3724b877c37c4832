"""`command.find`: what a model meant by the command that it named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed
from studio.support.errors import NodeError
from studio.support.values import Absent, Json, preview

_OUTPUTS = ("way", "name", "arguments", "refused")


@node("command.find", title="Find a command", category="Logic", icon="command")
class Find(Node):
    """Look a command up that a model named, and check its arguments; `way` says who shall carry it out.

    First the registry, by the exact name: a list of objects with `name`, `arguments` (the names of those it must
    have), `optional` ones, `way`, and `disabled` with a reason if it may not be used.  A name that is not there is
    written small, replaced by its synonym if it has one, and looked up among the built-in commands, whose arguments are
    not checked.  With `synonyms_first` the registry is asked once more after the synonyms.

    AutoGPT v0.2.2 (April 2023) goes by registry, synonyms, built-ins, and so never reaches the registry by a synonym.
    """

    class Params(Fields):
        synonyms: dict[str, Any] = param(
            None, type="json", help="Names that models make up, with the one that is meant."
        )
        builtins: list[str] = param((), help="Names of commands that are no part of the registry.")

    class In(Fields):
        name: Any = port(help="The name as the model gave it.")
        arguments: Any = port({}, help="The arguments as the model gave them.")
        commands: list[Any] = port([], help="The registry.")
        synonyms_first: bool = port(False, help="Look in the registry also for the synonym.")

    class Out(Fields):
        way: str = port(help="Who carries it out: the registry's `way`, the name of a built-in command, or `refused`.")
        name: str = port(help="The name of the command that was found.")
        arguments: Any = port(help="Its arguments.")
        refused: str = port(help="Why it cannot be carried out, as a sentence for the model; else absent.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        synonyms = params.synonyms
        if synonyms is not None and not (
            isinstance(synonyms, dict) and all(isinstance(name, str) for name in synonyms.values())
        ):
            yield "`synonyms` must be an object: made-up names with the one that is meant."
        if not all(isinstance(name, str) for name in params.builtins):
            yield "`builtins` must be a list of names."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**find(**inputs.as_dict(), synonyms=params.synonyms, builtins=params.builtins))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(find, changed(params), takes_firing=False)


def find(
    name: Json,
    arguments: Json = None,
    commands: Sequence[Json] = (),
    synonyms_first: bool = False,
    *,
    synonyms: Mapping[str, str] | None = None,
    builtins: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what `Find` gives out, by port. Raises NodeError for a registry that is none."""
    registry = {_name_of(one): one for one in commands}
    given = {} if arguments is None else arguments
    if not isinstance(name, str):
        return _told(refused=f"Error: no command was named, but {preview(name, 40)}.", arguments=given)
    if name in registry:
        return _checked(registry[name], given)
    meant = name.lower()
    meant = (synonyms or {}).get(meant, meant)
    if synonyms_first and meant in registry:
        return _checked(registry[meant], given)
    if meant in builtins:
        return _told(way=meant, name=meant, arguments=given)
    told = f"Unknown command '{meant}'. Use only the commands of the list, in the form that was described."
    return _told(name=meant, refused=told, arguments=given)


def _checked(command: Mapping[str, Json], arguments: Json) -> dict[str, Any]:
    """Return a command of the registry with its arguments, or why they will not do."""
    name = command["name"]
    if command.get("disabled"):
        return _told(name=name, refused=f"Command '{name}' is disabled: {command['disabled']}", arguments=arguments)
    if not isinstance(arguments, dict):
        told = f"Error: the arguments of {name} must be an object, not {preview(arguments, 40)}."
        return _told(name=name, refused=told, arguments=arguments)
    needed, optional = command.get("arguments", []), command.get("optional", [])
    missing = [one for one in needed if one not in arguments]
    unknown = [one for one in arguments if one not in needed and one not in optional]
    if missing or unknown:
        faults = [f"needs the argument {one}" for one in missing] + [f"has no argument {one}" for one in unknown]
        return _told(name=name, refused=f"Error: {name} {' and '.join(faults)}.", arguments=arguments)
    return _told(way=command.get("way", "command"), name=name, arguments=arguments)


def _told(
    way: str = "refused", name: str | None = None, arguments: Json = None, refused: str | None = None
) -> dict[str, Any]:
    found = {"way": way, "name": name, "arguments": arguments, "refused": refused}
    nothing = {"name": Absent("no command was named"), "refused": Absent("the command was found")}
    return {port: nothing[port] if found[port] is None and port in nothing else found[port] for port in _OUTPUTS}


def _name_of(command: Json) -> str:
    if not isinstance(command, dict) or not isinstance(command.get("name"), str):
        raise NodeError(
            f"a command of the registry must be an object with a `name`, not {preview(command, 60)}.", code="input"
        )
    name: str = command["name"]
    return name
