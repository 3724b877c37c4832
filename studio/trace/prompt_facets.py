"""What prompts of a file can be told apart by: the graphs, nodes and models that are worth offering."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from studio.trace.prompt_rows import MODEL
from studio.trace.reader import Reader

LOOKED_AT: Final = 20_000
"""The newest effects that are looked at for nodes and models; older ones can be typed."""

MOST: Final = 200


class Facets(NamedTuple):
    """Names in alphabetical order; `nodes` are node paths, `*` in them stands for the items of a map. `prompts` says
    whether there is any."""

    graphs: tuple[str, ...]
    nodes: tuple[str, ...]
    models: tuple[str, ...]
    prompts: bool


def facets_of(reader: Reader) -> Facets:
    """Return them for the newest runs of a file."""
    newest = f"(SELECT * FROM _effect ORDER BY id DESC LIMIT {LOOKED_AT})"
    graphs = reader.rows(f"SELECT DISTINCT graph_name FROM _run ORDER BY 1 LIMIT {MOST}")
    nodes = reader.rows(
        f"SELECT DISTINCT p.path FROM {newest} e LEFT JOIN _firing f ON f.id = e.firing "
        "LEFT JOIN _open o ON o.id = e.firing JOIN _path p ON p.id = coalesce(f.path, o.path) "
        "WHERE e.messages IS NOT NULL"
    )
    models = reader.rows(
        f"SELECT DISTINCT {MODEL} FROM {newest} e WHERE e.messages IS NOT NULL ORDER BY 1 LIMIT {MOST}"
    )
    paths = sorted({_any_item(str(row[0])) for row in nodes})
    return Facets(_texts(graphs), tuple(paths[:MOST]), _texts(models), bool(models))


def _texts(rows: list[tuple[Any, ...]]) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in rows if row[0])


def _any_item(path: str) -> str:
    """The path with `*` for the numbers of items; names of nodes are no numbers."""
    return "/".join("*" if part.isdecimal() else part for part in path.split("/"))
