"""Show what the stores of a run held at a step, or what the stores of a project hold now.

Without --store it lists them: kind, scope, how much they held. With --store it shows the content of one as a table.
--at takes the number of a step (by default the last). --graph shows the project's stores that a graph declares, as they
are now; no run is needed for that.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.database import open_trace, run_argument
from studio.cli.output import Output
from studio.support.errors import UsageError
from studio.support.tables import are_numbers, cell_text
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.stores import Store

EXAMPLES = (
    "studio stores last",
    "studio stores last --at 120 --store tasks",
    "studio stores 01K3 --store town/isabella/memories --json",
    "studio stores --graph graphs/assistant.yaml --store facts",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    run_argument(parser)
    parser.add_argument("--at", type=int, metavar="SEQ", help="as it was when this step was decided")
    parser.add_argument("--store", metavar="NAME", help="show the content of this store (its path or the end of it)")
    parser.add_argument("--graph", metavar="GRAPH", help="the stores of this graph's project, as they are now")
    parser.add_argument("--limit", type=int, default=100, metavar="N", help="at most so many rows (default 100)")


def run(args: argparse.Namespace, out: Output) -> int:
    if args.limit < 0:
        raise UsageError("--limit is a number of rows from 0 on.")
    if args.graph is not None:
        return _of_project(args, out)
    from studio.replay.cursor import Cursor
    from studio.replay.states.held import Held

    with open_trace(args) as trace:
        cursor = Cursor(trace, args.run_name)
        held = Held(cursor)
        seq = len(cursor) if args.at is None else args.at
        if cursor.steps.step(seq) is None:
            raise UsageError(f"There is no step {seq}.", hint=f"There are steps up to {len(cursor)}.")
        head: dict[str, Json] = {"run": cursor.run.id, "seq": seq}
        if args.store is not None:
            place = held.place(args.store, seq)
            about = {"store": place.path, "kind": place.kind, "scope": place.scope, "tick": place.tick}
            return _show(head | about, held.content(place, seq), args.limit, out)
        found = []
        for place in held.places(seq):
            store = held.content(place, seq)
            size = None if store is None else store.size
            about = {"store": place.path, "kind": place.kind, "scope": place.scope, "tick": place.tick}
            found.append({**about, "used": place.used, "size": size})
    return _list(head, found, "No store was declared or used.", out)


def _of_project(args: argparse.Namespace, out: Output) -> int:
    if args.at is not None:
        raise UsageError("--at is a step of a run, and --graph shows what is there now.", hint="Leave one of them out.")
    from studio.cli.graphs import open_graph
    from studio.engine.current_stores import current_stores

    project, stores = current_stores(open_graph(args.graph))
    head: dict[str, Json] = {"project": str(project)}
    if args.store is not None:
        if args.store not in stores:
            known = ", ".join(f"`{name}`" for name in stores) or "none"
            raise UsageError(f"The graph declares no project store `{args.store}`.", hint=f"It has: {known}.")
        store = stores[args.store].store
        return _show({**head, "store": args.store, "kind": store.kind, "scope": "project"}, store, args.limit, out)
    found = [
        {"store": name, "kind": store.kind, "scope": "project", "tick": "", "used": used, "size": store.size}
        for name, (store, used) in stores.items()
    ]
    return _list(head, found, "The graph declares no store of the project.", out)


def _list(head: dict[str, Json], found: list[dict[str, Json]], nothing: str, out: Output) -> int:
    if out.as_json:
        out.json({**head, "stores": found})
    elif not found:
        out.note(nothing)
    else:
        ticks = any(one["tick"] for one in found)
        columns = ["store", "kind", "scope", *(["tick"] if ticks else []), "values"]
        rows = [
            [one["store"], one["kind"], one["scope"], *([one["tick"]] if ticks else []), _size(one)] for one in found
        ]
        out.table(columns, rows, right=[len(columns) - 1])
    return exits.OK


def _size(one: dict[str, Json]) -> str:
    if one["size"] is None:
        return "not recorded"
    return str(one["size"]) if one["used"] else f"{one['size']}, not used"


def _show(head: dict[str, Json], store: Store | None, limit: int, out: Output) -> int:
    if out.as_json:
        size = None if store is None else store.size
        out.json({**head, "size": size, "content": None if store is None else store.shown()})
        return exits.OK
    if store is None:
        out.note(f"What `{head['store']}` held is not recorded.")
        return exits.OK
    shown = store.rows()
    if not shown.rows:
        out.note(f"`{head['store']}` is empty.")
        return exits.OK
    rows = shown.rows[:limit]
    numbers = [at for at in range(len(shown.columns)) if are_numbers(row[at] for row in rows)]
    out.table(shown.columns, [[cell_text(cell) for cell in row] for row in rows], right=numbers)
    if len(shown.rows) > limit:
        out.note(f"{len(shown.rows) - limit} more rows were left out; --limit {len(shown.rows)} shows all.")
    return exits.OK
