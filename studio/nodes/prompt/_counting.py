"""What node types share that count how long texts are."""

from __future__ import annotations

from typing import Any, Final

from studio.documents.counting import COUNTERS, COUNTERS_HELP
from studio.spec import param, port
from studio.support.errors import NodeError, UsageError

LIBRARY: Final = "tokenizers"


def counter_param(default: str = "tokens") -> Any:
    """Declare the param that says what is counted."""
    return param(default, choices=COUNTERS, help=COUNTERS_HELP)


def counter_port() -> Any:
    """Declare the input that says what is counted, in place of the param."""
    return port(None, help="What is counted; else the param `count`.")


def chosen_counter(given: str | None, otherwise: str) -> str:
    """Return what is to be counted. Raises `NodeError` for a word that is none of those known."""
    if given is None:
        return otherwise
    if given not in COUNTERS:
        raise NodeError(f"`counter` is one of {', '.join(COUNTERS)}, not `{given}`.", hint="Correct it.", code="input")
    return given


def must_not_count_tokens(count: str) -> None:
    """Raise `UsageError` for a node that is to go into a script and counts tokens: scripts have no vocabulary."""
    if count == "tokens":
        raise UsageError("it counts tokens by the library tokenizers; count words or code")
