"""`Node` and `@node`: a node type is one class that declares ports, params, effects, help and behaviour."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

from studio.spec.fields import Fields
from studio.spec.permissions import Permission
from studio.spec.plain import Plain
from studio.support.values import sorted_encode

Effects = Literal["pure", "reads", "network", "executes"]
Role = Literal["", "input", "output", "stop", "subgraph", "map"]
StoreUse = Literal["read", "write", "take"]


@dataclass(frozen=True)
class NodeSpec:
    """The declared facts of a node type that are not ports or params.

    `effects` decides trust and caching; `live` says whether the type itself must fire every tick
    (design rule 2.4: human, clock, random, and all that reads, executes or uses the network except model
    calls); `blocking` asks for a worker thread; `role` marks the few types the engine itself plays;
    `stores` are the params that name a store the node uses, and how. `library` and `limits` are for the table of
    node types in the help.
    """

    type: str
    version: int
    category: str
    icon: str
    replaces: tuple[str, ...]
    effects: Effects
    live: bool
    blocking: bool
    role: Role
    stores: Mapping[str, StoreUse]
    summary: str
    help: str
    needs_approval: bool = False
    """False also for what is not pure and yet harmless: the clock, chance, a question to a person."""
    title: str = ""
    """What people call it, as in `Ask a person`; "" if the words of its name do."""
    library: str = ""
    """The package that does the work, as in `pypdf`; "" if it is our own few lines."""
    limits: str = ""
    """What bounds it, as a phrase for the table of node types: `5 MB, 30 s`."""
    standalone: str = ""
    """Why a script without the studio cannot hold it, as in `it asks the sandbox`; "" if that is for its source to
    say."""


class Node:
    """Base of node types. No state on `self`: one instance may serve many firings at once."""

    spec: ClassVar[NodeSpec]

    class Params(Fields):
        """No params."""

    class In(Fields):
        """No inputs."""

    class Out(Fields):
        """No outputs."""

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        """Return the input ports for these params; override where ports follow from params."""
        return cls.In

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        """Return the output ports for these params; override where ports follow from params."""
        return cls.Out

    @classmethod
    def problems(cls, params: Any) -> Iterable[str]:
        """Yield one sentence for each thing wrong with the params beyond their declared types."""
        return ()

    @classmethod
    def permissions(cls, params: Any, wired: Collection[str]) -> Iterable[Permission]:
        """Yield what an instance with these params may do beyond computing; `wired` are its inputs that have a wire.

        What a foreign graph may do is approved by this list. A type that needs approval and does not override it asks
        for everything it is set to, so that forgetting it never grants anything.
        """
        if cls.spec.needs_approval:
            yield Permission("other", f"{cls.spec.type} {sorted_encode(params.as_dict()).decode()}")

    @classmethod
    def uses_stores(cls, params: Any) -> dict[str, StoreUse]:
        """Return the stores that an instance with these params uses, and how."""
        named = ((getattr(params, name, None), use) for name, use in cls.spec.stores.items())
        return {str(store): use for store, use in named if store}

    @classmethod
    def plain(cls, params: Any) -> Plain | None:
        """Return what an instance with these params is outside of the studio; None: its `run`, as it stands.

        Raises `UsageError` with the reason, as a phrase, if there is nothing it could be.
        """
        return None

    # `run(self, ctx, params, inputs)` is looked up by name so that each type may narrow its
    # argument types; it may be `def` or `async def` and returns `self.Out(…)` (or a Fields class
    # made by `outputs`).


N = TypeVar("N", bound=type[Node])


def node(
    type: str,
    *,
    version: int = 1,
    category: str,
    icon: str = "node",
    replaces: tuple[str, ...] = (),
    effects: Effects = "pure",
    live: bool | None = None,
    blocking: bool = False,
    role: Role = "",
    stores: Mapping[str, StoreUse] | None = None,
    title: str = "",
    needs_approval: bool | None = None,
    library: str = "",
    limits: str = "",
    standalone: str = "",
) -> Callable[[N], N]:
    """Declare a node type. `live` defaults to what rule 2.4 says of its effects class, `needs_approval` to all that are
    not pure.

    The docstring's first sentence is the summary in palettes, the whole docstring the help.
    """

    def declare(cls: N) -> N:
        text = inspect.cleandoc(cls.__doc__ or "")
        cls.spec = NodeSpec(
            type=type,
            version=version,
            category=category,
            icon=icon,
            replaces=replaces,
            effects=effects,
            live=effects != "pure" if live is None else live,
            blocking=blocking,
            role=role,
            stores=dict(stores or {}),
            summary=text.split("\n\n")[0].replace("\n", " "),
            help=text,
            needs_approval=effects != "pure" if needs_approval is None else needs_approval,
            title=title,
            library=library,
            limits=limits,
            standalone=standalone,
        )
        return cls

    return declare
