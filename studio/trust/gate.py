"""May a graph run here? The one question that is asked before anything of a graph runs."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from shlex import quote
from typing import Final

from studio.graph.model import Graph
from studio.graph.scope import bundle, shallow_copy
from studio.spec.registry import Registry
from studio.support.errors import StudioError, UsageError
from studio.support.resources import bundled_graphs
from studio.support.values import Json, hash_bytes
from studio.trust.approvals import Approvals
from studio.trust.survey import Survey, survey_whole, whole_of

MOST_VERDICTS: Final = 256
_VERDICTS: Final[dict[str, bool]] = {}
"""Which texts are those of graphs that ship with us: of the same graph, hundreds of runs may begin."""


class NotApproved(UsageError):
    """A foreign graph would do what nobody here has approved.

    `survey` says what; so does the text, in full.
    """

    code = "not_approved"

    def __init__(self, survey: Survey, *, where: str = "", problem: str = "") -> None:
        lines = ["This graph is not from here, and nobody approved what it may do:", *survey.lines()]
        told = [problem] if problem else []
        graph = quote(where) if where and Path(where).is_file() else "GRAPH"
        told.append(
            f"If you want that: `--approve {survey.hash}` lets it run once, `studio approve {graph}` from now on."
        )
        super().__init__("\n".join(lines), where=where, hint="\n" + "\n".join(told))
        self.survey = survey

    @property
    def details(self) -> Json:
        """What programs get beside the text."""
        return self.survey.to_json()


def is_foreign(whole: Graph) -> bool:
    """True if some of a graph (with all its bodies, see `bundle`) was read from a text; what was written in Python is
    the caller's own."""
    return any(part.place.file or any(node.place.file for node in part.nodes.values()) for _, part in whole.walk())


def is_approved(whole: Graph, asked: Survey, approve: Collection[str] = (), text_hash: str = "") -> bool:
    """True if a graph may run: it asks for nothing, `approve` or this profile holds its hash, or it ships with us.
    `text_hash` is the hash of its text, if that is known: then it is compared with what ships with us once only."""
    return (
        not asked.asks or asked.hash in approve or Approvals().has(asked.hash) or _is_bundled(whole, text_hash)
    )  # in order of what it costs


def require_approval(whole: Graph, asked: Survey, approve: Collection[str] = (), text_hash: str = "") -> None:
    """Raise NotApproved for a foreign graph that may not run here. `whole` is the graph with all its bodies."""
    if asked.asks and is_foreign(whole) and not is_approved(whole, asked, approve, text_hash):
        raise NotApproved(asked, where=whole.place.file, problem=Approvals().problem)


def require_approved(graph: Graph, registry: Registry, approve: Collection[str] = ()) -> None:
    """`require_approval` for a graph as it was loaded. Raises GraphError if a file that it includes cannot be read."""
    whole = whole_of(graph)
    require_approval(whole, survey_whole(whole, registry), approve)


def may_run(graph: Graph, registry: Registry, approve: Collection[str] = ()) -> bool:
    """True if `require_approval` would let a graph run. Raises GraphError if a file that it includes cannot be read."""
    whole = whole_of(graph)
    return not is_foreign(whole) or is_approved(whole, survey_whole(whole, registry), approve)


# -- what ships with the studio -----------------------------------------------------------------------


def is_bundled(whole: Graph) -> bool:
    """True if a graph says, apart from its layout and comments, exactly what one that ships with the studio says."""
    files = [(path, path.stat().st_mtime_ns) for path in bundled_graphs()]
    # Reading a graph costs a hundred times what a look at its text does: whose nodes are not even named there differs.
    likely = [file for file in files if all(node in _text_of_file(*file) for node in whole.nodes)]
    return bool(likely) and meaning_of(whole) in {_meaning_of_file(*file) for file in likely}


def _is_bundled(whole: Graph, text_hash: str) -> bool:
    known = _VERDICTS.get(text_hash) if text_hash else None
    if known is None:
        known = is_bundled(whole)
        if text_hash:
            while len(_VERDICTS) >= MOST_VERDICTS:
                del _VERDICTS[next(iter(_VERDICTS))]
            _VERDICTS[text_hash] = known
    return known


def meaning_of(whole: Graph) -> str:
    """Return a hash of all that a graph says but for layout and comments; `whole` holds all its bodies."""
    copy = shallow_copy(whole)
    for _, part in copy.walk():
        part.layout, part.comments = {}, {}
    return hash_bytes(copy.to_text().encode())


@lru_cache(maxsize=64)
def _text_of_file(path: Path, _changed_at: int) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@lru_cache(maxsize=64)
def _meaning_of_file(path: Path, _changed_at: int) -> str:
    try:
        return meaning_of(bundle(Graph.load(path)))
    except StudioError:  # one damaged example must not keep the others from running
        return ""
