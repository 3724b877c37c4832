"""What the stores of a project hold now, read from the project's file and never changed (see `project_stores`)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.engine.project_stores import FILE_NAME
from studio.graph.scope import project_folder
from studio.stores import make_store
from studio.stores.base import Store
from studio.stores.tabled import TabledStore
from studio.support.errors import EnvironmentProblem, NodeError
from studio.support.values import decode
from studio.trace import sqlite

if TYPE_CHECKING:
    from studio.graph.model import Graph, StoreDecl


class Current(NamedTuple):
    """A store as it is now; `used` is False if no run has used it yet, so that it holds what its declaration says."""

    store: Store
    used: bool


def current_stores(graph: Graph) -> tuple[Path, dict[str, Current]]:
    """Return the folder of a graph's project, and the project's stores that the graph and its bodies declare.

    Raises EnvironmentProblem for a file that cannot be read, `NodeError` for a store that is there as another kind.
    """
    project = project_folder(graph.base or Path.cwd())
    declared: dict[str, StoreDecl] = {}
    waiting = [graph]
    while waiting:
        one = waiting.pop()
        declared |= {name: decl for name, decl in one.stores.items() if decl.scope == "project"}
        waiting.extend(one.graphs.values())
    file = project / FILE_NAME
    if not file.exists() or not declared:
        return project, {name: Current(_fresh(decl), False) for name, decl in declared.items()}
    try:
        with closing(sqlite.connect_reader(file)) as connection:
            connection.execute("BEGIN")  # one moment for all of them, whoever writes meanwhile
            return project, {name: _current(connection, decl, file) for name, decl in declared.items()}
    except sqlite.sqlite3.Error as error:
        raise sqlite.problem_of(error, file) or EnvironmentProblem(
            f"The project's stores cannot be read: {error}.", where=str(file)
        ) from error


def _fresh(declared: StoreDecl) -> Store:
    return make_store(declared.type, declared.params, declared.name)


def _current(connection: Any, declared: StoreDecl, file: Path) -> Current:
    store = _fresh(declared)
    row = connection.execute("SELECT kind, up_to, content FROM snapshot WHERE store = ?", (declared.name,)).fetchone()
    if row is None:
        return Current(store, False)
    if row[0] != store.kind:
        raise NodeError(
            f"the project's store `{store.name}` is a {row[0]}, but the graph declares a {store.kind}.",
            where=str(file),
            hint="Give one of them another name.",
            code="store",
        )
    if isinstance(store, TabledStore):
        store.read_tables(connection)
        return Current(store, True)
    store.load(decode(row[2]))
    writes = connection.execute(
        "SELECT op, args FROM write WHERE store = ? AND id > ? ORDER BY id", (declared.name, row[1])
    )
    for op, args in writes:
        store.do(op, decode(args))
    return Current(store, True)
