"""What node types share that ask a model plainly: the params for which one, with what instructions, until what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studio.spec import param
from studio.support.values import Json


def model_param(editor: Mapping[str, Json] | None = None) -> Any:
    """Declare the param that names the model; `editor` adds to how the inspector shows it."""
    return param(
        "default", help="Role (default, fast, strong) or name of the model.", editor={**(editor or {}), "kind": "model"}
    )


def system_param(default: str = "", editor: Mapping[str, Json] | None = None) -> Any:
    """Declare the param with the standing instructions."""
    return param(default, help="Standing instructions, sent first.", editor={**(editor or {}), "kind": "text"})


def temperature_param(help: str, editor: Mapping[str, Json] | None = None) -> Any:
    """Declare the param for how varied answers are, in the words of the node type."""
    return param(0.0, ge=0, le=2, help=help, editor=editor)


def stop_param(help: str) -> Any:
    """Declare the param with the texts that end an answer, in the words of the node type."""
    return param((), help=help)


def stop_problems(stop: Sequence[Any]) -> Iterator[str]:
    """Yield what is wrong with the texts that end an answer."""
    if not all(isinstance(text, str) and text for text in stop):
        yield "`stop` must be a list of texts that are not empty."
