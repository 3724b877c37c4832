"""What a target says of itself, and what it is given to work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from studio.support.errors import UsageError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.spec import Registry
    from studio.trace import Trace

Options: TypeAlias = Mapping[str, Json]
"""Option name → value, every option of the target in it (see `settled`)."""

Tell: TypeAlias = Callable[[str], None]
"""Takes a sentence about what was made, for the person who asked: what was left out, and why."""

OptionKind = Literal["flag", "text", "choice", "number", "list"]


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen: `--name` on the command line, a field in the window.

    `help` is a phrase without a full stop. A flag is true or false; a list is a text given any number of times; a
    number may have no fraction (`whole`). `metavar` stands for the value in help.
    """

    name: str
    help: str
    kind: OptionKind = "flag"
    default: Json = None
    choices: tuple[str, ...] = ()
    metavar: str = ""
    whole: bool = False

    def initial(self) -> Json:
        """Return the value it has if nothing is chosen."""
        if self.default is None and self.kind in _NOTHING:
            return _NOTHING[self.kind]()
        return self.default


_NOTHING: Final[Mapping[OptionKind, Callable[[], Json]]] = {"flag": bool, "list": list, "text": str}


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands against an export, told before anything is written. `node` is the path of the node it is about.

    With `stops` nothing can be made; without it something will be different from a run in the studio.
    """

    message: str
    node: str = ""
    stops: bool = True

    def __str__(self) -> str:
        return f"{self.node}: {self.message}" if self.node else self.message


@dataclass(frozen=True, slots=True)
class GraphSource:
    """A graph, the node types it may use, and the file it was read from ("" if it is in no file).

    `output` is where the export will be, so that it can name files of the graph's folder from there; None if that is
    not known, as for standard output.
    """

    graph: Graph
    registry: Registry
    file: str = ""
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class RunSource:
    """Recorded runs by their whole ids, at least one, and the open trace they are in."""

    trace: Trace
    runs: tuple[str, ...]


def _no_problems(source: object, options: Options) -> list[Problem]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """`name` is what `--to` takes, `title` stands in menus, `summary` is one sentence.

    `suffixes` are the file endings it is guessed from, the first is the one proposed; with `guessed` False it is made
    only when asked for by name.
    """

    name: str
    title: str
    summary: str
    suffixes: tuple[str, ...]
    media_type: str
    options: tuple[Option, ...] = ()
    guessed: bool = True
    implied: Mapping[str, Options] = field(default_factory=dict)
    """File ending → options that it stands for, unless they are chosen otherwise."""
    switch: str = ""
    """An option that asks for it as `--to` does: `standalone` for `--standalone`."""
    instead: str = ""
    """What to do where something stands against it, as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphTarget(_Common):
    """A target made of a graph. `make` yields the file's bytes in pieces, so that nothing large is held in memory.

    `problems` says what stands against it; the command line and the window ask before they write.
    """

    make: Callable[[GraphSource, Options, Tell], Iterable[bytes]]
    problems: Callable[[GraphSource, Options], Sequence[Problem]] = _no_problems

    @property
    def of(self) -> Literal["graph"]:
        """What it is made of."""
        return "graph"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTarget(_Common):
    """A target made of recorded runs; of several at once with `many`.

    `send` sends it away instead of writing it, where the option `send_option` names an address: it is then called in
    place of `make`, and no file is made.
    """

    make: Callable[[RunSource, Options, Tell], Iterable[bytes]]
    problems: Callable[[RunSource, Options], Sequence[Problem]] = _no_problems
    many: bool = False
    send: Callable[[RunSource, Options, Tell], None] | None = None
    send_option: str = ""

    @property
    def of(self) -> Literal["run"]:
        """What it is made of."""
        return "run"


Target: TypeAlias = GraphTarget | RunTarget


def settled(target: Target, chosen: Options | None = None, file: str = "") -> dict[str, Json]:
    """Return the target's options, those not chosen as the ending of the file has them, or at their defaults.

    Raises UsageError for an option that the target does not have, and for a value that the option cannot have.
    """
    chosen = chosen or {}
    implied: dict[str, Json] = {}
    for ending, options in target.implied.items():
        if file.lower().endswith(ending):
            implied.update(options)
    known = {option.name: option for option in target.options}
    for name in chosen:
        if name not in known:
            listed = ", ".join(f"--{one}" for one in known)
            raise UsageError(
                f"`{target.name}` has no option `--{name}`.", hint=f"It has {listed}." if listed else "It has none."
            )
    return {
        name: _checked(option, chosen[name]) if name in chosen else implied.get(name, option.initial())
        for name, option in known.items()
    }


def _checked(option: Option, value: Json) -> Json:
    number = isinstance(value, int) or (isinstance(value, float) and not option.whole)
    fits = {
        "flag": isinstance(value, bool),
        "text": isinstance(value, str),
        "choice": value in option.choices,
        "number": number and not isinstance(value, bool),
        "list": isinstance(value, list | tuple) and all(isinstance(one, str) for one in value),
    }[option.kind]
    if not fits:
        hint = f"There are {', '.join(option.choices)}." if option.kind == "choice" else f"It takes a {option.kind}."
        raise UsageError(f"`--{option.name}` cannot be {value!r}.", hint=hint)
    return value


def graph_of_run(source: RunSource, base: Path | None = None) -> Graph:
    """Return the graph of the first run, as it was run."""
    from studio.graph.model import Graph

    run = source.trace.run(source.runs[0])
    return Graph.from_text(source.trace.graph_text(run.id), name=run.graph or "recorded run", base=base)
