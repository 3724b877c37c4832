"""`Graph` → the canonical graph file, and safely onto the disk.

Keys have one order (design section 6), nodes, edges and params keep the author's, empty sections are left out,
comments stay with their items.  Writing, reading and writing again gives the same text.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from studio.graph.comments import BEHIND, END, FOOTER, HEADER
from studio.graph.emit import Emitter
from studio.graph.model import FORMAT, Edge, Graph, NodeInstance, StoreDecl
from studio.support.errors import EnvironmentProblem, GraphError
from studio.support.values import Json

STALE_S: Final = 3600
"""Age in seconds from which a temporary file of an interrupted save is swept away."""


def write_graph(graph: Graph) -> str:
    """Return the canonical text of a graph. Raises GraphError for values that no file can hold."""
    lines: list[str] = []
    _write(lines, graph, 0, None)
    return "\n".join(lines) + "\n"


def _write(lines: list[str], graph: Graph, indent: int, key: str | None) -> None:
    """Write the sections of a graph; `key` is its name in `graphs`, None for the graph of the file."""
    comments = _tidy(graph.comments)
    footer = comments.pop(FOOTER, [])
    if comments:
        # Comments whose item is gone move to the end, before they can shape anything: a trial finds them.
        trial = Emitter([], comments)
        _sections(trial, graph, 0, key, with_bodies=False)
        gone = trial.comments
        footer = [*trial.unwritten(), *footer]
        comments = {path: texts for path, texts in comments.items() if path not in gone}
    out = Emitter(lines, {**comments, FOOTER: footer})
    began = len(lines)
    _sections(out, graph, indent, key, with_bodies=True)
    if len(lines) == began:
        # An empty subgraph still has to be a mapping, and its comments need something to stand behind.
        out.pair(indent, "nodes", {}, "nodes")
    out.remark(FOOTER, indent)


def _sections(out: Emitter, graph: Graph, indent: int, key: str | None, *, with_bodies: bool) -> None:
    out.remark(HEADER, indent)
    if key is None:
        out.pair(indent, "studio", FORMAT, "studio")
    if graph.name != key or out.has_comments("name"):
        out.pair(indent, "name", graph.name, "name")
    if graph.about or out.has_comments("about"):
        out.pair(indent, "about", graph.about, "about")
    _section(out, indent, "nodes", {name: node_to_json(node) for name, node in graph.nodes.items()})
    _edges(out, indent, graph.edges)
    _section(out, indent, "stores", {name: _store_to_json(store) for name, store in graph.stores.items()})
    if graph.until != "quiet" or out.has_comments("until"):
        out.pair(indent, "until", graph.until, "until")
    if graph.max_ticks is not None or out.has_comments("max_ticks"):
        out.pair(indent, "max_ticks", graph.max_ticks, "max_ticks")
    if graph.on_limit != "stop" or out.has_comments("on_limit"):
        out.pair(indent, "on_limit", graph.on_limit, "on_limit")
    if graph.limits or out.has_comments("limits"):
        out.pair(indent, "limits", graph.limits, "limits")
    if graph.dynamics or out.has_comments("dynamics"):
        out.pair(indent, "dynamics", graph.dynamics, "dynamics")
    _graphs(out, indent, graph, with_bodies)
    for name, value in graph.extra.items():
        out.pair(indent, name, value, name)
    _section(out, indent, "layout", graph.layout)


def _tidy(comments: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Keep one comment behind each line; more, as Python code may have set them, move before it."""
    tidy = {key: list(texts) for key, texts in comments.items()}
    for key, texts in comments.items():
        if key.endswith(BEHIND) and (len(texts) > 1 or any(len(text.splitlines()) != 1 for text in texts)):
            tidy.setdefault(key.removesuffix(BEHIND), []).extend(tidy.pop(key))
    return tidy


def _section(out: Emitter, indent: int, name: str, items: Mapping[str, Json]) -> None:
    """Write a section one item a line (layout: in one line if it fits), or nothing if it is empty."""
    if not items and not out.has_comments(name):
        return
    if not items or name == "layout":
        out.pair(indent, name, dict(items), name)
        return
    out.open(indent, name, name)
    for key, value in items.items():
        out.pair(indent + 2, key, value, f"{name}.{key}")
    out.remark(name + END, indent + 2)


def _edges(out: Emitter, indent: int, edges: list[Edge]) -> None:
    if not edges:
        if out.has_comments("edges"):
            out.pair(indent, "edges", [], "edges")
        return
    out.open(indent, "edges", "edges")
    for edge in edges:
        path = f"edges.{edge}"
        options = edge_options(edge)
        if options:
            out.options(indent + 2, str(edge), options, path)
        else:
            out.item(indent + 2, str(edge), path)
    out.remark("edges" + END, indent + 2)


def _graphs(out: Emitter, indent: int, graph: Graph, with_bodies: bool) -> None:
    if not graph.graphs:
        if out.has_comments("graphs"):
            out.pair(indent, "graphs", {}, "graphs")
        return
    out.open(indent, "graphs", "graphs")
    for name, inner in graph.graphs.items():
        out.open(indent + 2, name, f"graphs.{name}")
        if with_bodies:
            _write(out.lines, inner, indent + 4, name)
    out.remark("graphs" + END, indent + 2)


def node_to_json(node: NodeInstance) -> dict[str, Json]:
    """Return a node as it stands in a file: its type, the engine's keys that were set, its params."""
    said: dict[str, Json] = {"type": node.type, **engine_keys(node)}
    for key, value in node.params.items():
        if key in said:
            raise GraphError(f"`{key}` is a key of every node and cannot be a param.", where=node.name)
        said[key] = value
    return said


def engine_keys(node: NodeInstance) -> dict[str, Json]:
    """Return the keys of a node that belong to the engine and were set, without the type."""
    said: dict[str, Json] = {}
    if node.title:
        said["title"] = node.title
    if node.fires is not None:
        said["fires"] = node.fires
    if node.on_error != "fail":
        said["on_error"] = node.on_error
    if node.default:
        said["default"] = node.default
    if node.retries:
        said["retries"] = node.retries
    if node.timeout_s is not None:
        said["timeout_s"] = node.timeout_s
    if node.limits:
        said["limits"] = node.limits
    if node.knockout:
        said["knockout"] = node.knockout
    return said


def edge_options(edge: Edge) -> dict[str, Json]:
    """Return the feedback options that were set on an edge."""
    options: dict[str, Json] = {}
    if edge.has_initial:
        options["initial"] = edge.initial
    if edge.initial_from:
        options["initial_from"] = edge.initial_from
    if edge.hold:
        options["hold"] = True
    return options


def _store_to_json(store: StoreDecl) -> dict[str, Json]:
    said: dict[str, Json] = {"type": store.type}
    if store.scope != "region":
        said["scope"] = store.scope
    return {**said, **store.params}


# -- onto the disk ------------------------------------------------------------------------------


def save_graph(graph: Graph, path: Path) -> None:
    """Write the canonical file as `save_text` does; a graph without a folder gets the file's."""
    save_text(write_graph(graph), path, "graph")
    if graph.base is None:
        graph.base = path.parent


def save_text(text: str, path: Path, what: str) -> None:
    """Write a file as `save_pieces` does."""
    save_pieces((text.encode(),), path, what)


def save_pieces(pieces: Iterable[bytes], path: Path, what: str) -> None:
    """Write a file so that at every moment either the old or the whole new content is there, pieces as they come.

    `what` names it in messages. Keeps the file's permissions and follows a link to the file it names. Raises
    EnvironmentProblem if the folder is missing, read-only or full; the old file is then untouched, as it is if the
    pieces raise something.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        mode = target.stat().st_mode & 0o7777 if target.exists() else None
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            if mode is not None:
                temporary.chmod(mode)
            os.replace(temporary, target)  # noqa: PTH105 - the name says that it replaces on every system
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise EnvironmentProblem(
            f"The {what} cannot be saved: {_why(error, target)}.", where=str(path), hint=_what_next(error)
        ) from None
    _sweep(target)


def _sync_folder(folder: Path) -> None:
    """Make the replacement itself durable; only POSIX lets a folder be opened for that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync folders; the file itself is safe by then.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _sweep(target: Path) -> None:
    """Delete temporary files that earlier, interrupted saves of this file left behind."""
    oldest = time.time() - STALE_S
    try:
        names = os.listdir(target.parent)  # noqa: PTH208 - names are compared, not paths
    except OSError:
        return  # a folder may be writable and not listable; then nothing can be swept
    for name in names:
        if name.startswith(f".{target.name}.") and name.endswith(".tmp"):
            left = target.with_name(name)
            # Another process may sweep or save at the same moment.
            with contextlib.suppress(OSError):
                if left.stat().st_mtime < oldest:
                    left.unlink()


def _why(error: OSError, target: Path) -> str:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"the folder {target.parent} is read-only"
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "the disk is full"
    if error.errno == errno.ENOENT:
        return f"there is no folder {target.parent}"
    return error.strerror or str(error)


def _what_next(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "Free some space and save again."
    if error.errno == errno.ENOENT:
        return "Make the folder or choose another one."
    return "Choose another folder, or change its permissions."
