"""`flow.map`: a graph that runs once per item of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from studio.spec import Fields, Node, node, param


@node(
    "flow.map",
    category="Flow",
    icon="map",
    role="map",
    limits="`concurrency` at a time; limits of the run, of the region and of the node",
)
class Map(Node):
    """Run a graph once for each item of a list, several at a time.

    The graph may have inputs `item`, `index` and `key`; its other inputs are ports here, the same for every item
    unless named in *each*.  Each of its outputs becomes a list in the order of the items; where an item gives
    nothing stands `null`.  With the *shared* clock the items are a population that lives on from tick to tick, each
    known by its key.
    """

    class Params(Fields):
        graph: str = param(
            help="Name of a graph under `graphs`, or a file such as `./refine.yaml`.", editor={"kind": "graph"}
        )
        clock: Literal["own", "shared"] = param(
            "own",
            choices=("own", "shared"),
            help="Run each item to its end, or let all items tick together with this graph.",
        )
        key: str | None = param(
            None,
            help="The field that tells an item from the others. Texts and whole numbers are their own key.",
        )
        each: list[str] = param(
            (), help="Inputs that hold an entry per item: a list in item order, or an object by key."
        )
        concurrency: int = param(4, ge=1, le=64, help="How many items run at once. It never changes the results.")
        # `null` written bare in YAML is the value null, so the param takes that too.
        on_item_error: str | None = param(
            "fail",
            type="any",
            editor={"kind": "choice", "choices": ["fail", "skip", "null"]},
            help="If an item fails: fail the node, leave the item out of every list, or put null in its place.",
        )
        sequential: bool = param(
            False, help="Run the items one by one, each seeing what those before it wrote to stores."
        )

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if params.clock == "shared" and params.key is None:
            yield (
                "`clock: shared` needs `key`, the field that tells one item from another in every tick"
                " (any word, if the items are texts)."
            )
        if params.on_item_error not in ("fail", "skip", "null", None):
            yield f"`on_item_error` must be one of fail, skip, null, not {params.on_item_error!r}."
        for name in params.each:
            if not isinstance(name, str):
                yield f"`each` lists names of inputs; {name!r} is none."
            elif name in ("item", "index", "key", "items"):
                yield f"`each` cannot name `{name}`: it is split already."
